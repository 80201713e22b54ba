"""RDF answers tell their version: who has it already is told so in a few bytes."""
from __future__ import annotations

from flask import Blueprint, Response, request

hanoi_dcat = Blueprint("hanoi_dcat", __name__)

_PAGES = ("dcat.read_catalog", "dcat.read_dataset")


@hanoi_dcat.after_app_request
def conditional(response: Response) -> Response:
    """ETag and 304 for ckanext-dcat's pages.

    There is no Last-Modified: when a dataset is removed a page changes without a newer date, and
    a client that asks by date would keep the removed dataset.
    """
    rdf = request.endpoint in _PAGES and response.mimetype != "text/html"
    if not rdf or request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    response.headers.setdefault("Vary", "Accept, Cookie, Authorization")
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


