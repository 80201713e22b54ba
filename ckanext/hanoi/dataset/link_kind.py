"""Whether the address of a file of a dataset is a file to download, or a page or service to open.
Knows no CKAN."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ckanext.hanoi.vocabulary import Term, vocabulary

#: Kinds of CKAN's ``resource_type`` that are none of a file.
_NO_FILE = frozenset({"api", "service", "listing", "code", "visualization"})
_PAGES = frozenset({"html", "htm", "xhtml"})
#: Formats of services: what answers there depends on what is asked. HTML is a page.
_SERVICES = frozenset(
    "HTML WMS WFS WMTS WCS WPS CSW ArcGIS API OData OpenAPI SPARQL GTFS-RT".split()
) | {"OGC API"}


def address(resource: Mapping[str, Any]) -> str:
    """Where a reader gets it: the file where there is one, else the page."""
    return str(resource.get("download_url") or resource.get("url") or "")


def is_file(resource: Mapping[str, Any]) -> bool:
    """By what it is, not by where it is: an uploaded file, an address of a download, one that ends
    in the name of a file, or one whose format is that of files."""
    if resource.get("url_type") == "upload" or resource.get("download_url"):
        return True
    extension = _extension(str(resource.get("url") or ""))
    if extension in _PAGES:
        return False
    term = vocabulary("format").find(str(resource.get("format") or ""))
    if term is not None and term.code in _SERVICES:
        return False
    if _of_extension(extension):
        return True
    return term is not None and resource.get("resource_type") not in _NO_FILE


def _of_extension(extension: str) -> Term | None:
    return next((term for term in vocabulary("format")
                 if extension and extension in (term.extra.get("extensions") or ())), None)


def _extension(url: str) -> str:
    try:
        name = urlsplit(url).path.rpartition("/")[2].lower()
    except ValueError:
        return ""
    return name.rpartition(".")[2] if "." in name else ""
