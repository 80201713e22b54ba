"""Security headers of every answer, by options; what an answer has already stays as it is."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Response, request

from ckanext.hanoi.dataset import media_types

#: What pages of CKAN 2.11 and 2.12 and their views live with: they have scripts in the text and in
#: attributes, admins write CSS, pictures and embedded pages may be anywhere.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob: http: https:",
    "media-src": "'self' http: https:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "frame-src": "'self' http: https:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_OFF = "off"
_OPTION = "ckanext.hanoi.security"


def add(response: Response) -> Response:
    """The headers that ``ckanext.hanoi.security.…`` asks for."""
    if not tk.asbool(tk.config.get(f"{_OPTION}.headers", True)):
        return response
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", _value("referrer_policy"))
    if not media_types.is_active(response.mimetype or ""):
        return response
    framed_by = "*" if _is_for_other_sites() else _value("frame_ancestors")
    if framed_by in ("'self'", "'none'"):  # for browsers that know no frame-ancestors
        headers.setdefault("X-Frame-Options",
                           "SAMEORIGIN" if framed_by == "'self'" else "DENY")  # fmt: skip
    policy = _policy(framed_by)
    if policy:
        headers.setdefault("Content-Security-Policy", policy)
    return response


def _value(name: str) -> str:
    return str(tk.config.get(f"{_OPTION}.{name}") or "").strip()


def _policy(framed_by: str) -> str:
    own = _value("csp")
    if own == _OFF:
        return f"frame-ancestors {framed_by}"
    policy = own.rstrip("; ") or "; ".join(f"{name} {value}" for name, value in POLICY.items())
    return policy if "frame-ancestors" in policy else f"{policy}; frame-ancestors {framed_by}"


def _is_for_other_sites() -> bool:
    """Whether this is the page of one view of a file alone, which CKAN offers to embed elsewhere:
    it has no forms and no buttons."""
    blueprint, _dot, view = (request.endpoint or "").rpartition(".")
    return (
        view == "view" and blueprint.endswith("resource")
        and tk.asbool(tk.config.get(f"{_OPTION}.embedding", True))
    )  # fmt: skip
