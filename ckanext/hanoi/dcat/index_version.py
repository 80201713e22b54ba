"""Which state the search index is in: while it is the same, every search finds the same."""
from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
import urllib3
from urllib3.exceptions import HTTPError

log = logging.getLogger(__name__)

_QUESTION = "/admin/luke?numTerms=0&show=index&wt=json"
#: What Solr says of what its searches read. The version alone begins anew with a new core.
_SAID = ("version", "lastModified", "numDocs", "maxDoc", "userData")


def index_state() -> str | None:
    """A text that is another one after each commit that changed the index.

    None where Solr doesn't say it, and where several Solr servers share the index: each of them
    has a state of its own, and searches ask any of them.
    """
    user, password = tk.config.get("solr_user"), tk.config.get("solr_password")
    headers = urllib3.make_headers(basic_auth=f"{user}:{password}") if user and password else {}
    address = tk.config["solr_url"].rstrip("/") + _QUESTION
    try:
        answer = _connections().request(
            "GET", address, headers=headers, timeout=tk.config.get("solr_timeout") or 60, retries=1
        )
        said: Any = json.loads(answer.data) if answer.status == 200 else {}
    except (HTTPError, ValueError) as error:
        log.debug("Solr does not say the state of its index: %s", error)
        return None
    return read(said)


def read(said: Any) -> str | None:
    """The state in an answer of Solr's luke handler; None where there is none to rely on."""
    index = said.get("index") if isinstance(said, dict) else None
    if not isinstance(index, dict) or index.get("version") is None:
        return None
    if "zkConnected" in (said.get("responseHeader") or {}):  # SolrCloud
        return None
    return json.dumps([index.get(name) for name in _SAID])


@cache
def _connections() -> urllib3.PoolManager:
    return urllib3.PoolManager()
