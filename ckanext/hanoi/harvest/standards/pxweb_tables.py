"""Tables of PX-Web's interfaces v1 and v2, and PX files, as records and as draft datasets. Pure.

A record's content has ``"kind"``: ``v1``, ``v2`` or ``file``, and what that interface says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from ckanext.hanoi.harvest.standards import periods, px
from ckanext.hanoi.harvest.standards.source_dataset import Extras, absolute, cleaned
from ckanext.hanoi.parsing import lenient_json

#: Names of time variables, where none is marked as such.
_TIME_NAMES = ("time", "tid", "year", "month", "quarter", "năm", "quý", "tháng", "thời gian", "kỳ")


def of_v1(
    address: str,
    labels: Sequence[str],
    node: Mapping[str, Any],
    metadata: Mapping[str, Any],
    pages: str,
) -> dict[str, Any]:
    """The record of a table of v1: its address, the labels of its folders, its entry in the
    folder, its metadata; ``pages`` is the address of the site's pages, '' where not known."""
    time, variables = _variables(metadata.get("variables"))
    return {
        "kind": "v1",
        "api": address,
        "page": _page(address, pages),
        "title": lenient_json.text(metadata.get("title")) or lenient_json.text(node.get("text")),
        "text": lenient_json.text(node.get("text")),
        "updated": lenient_json.text(node.get("updated")),
        "folders": list(labels),
        "time": time,
        "variables": variables,
        "more": lenient_json.leftovers(metadata, ("title", "variables")),
    }


def of_v2(url: str, table: Mapping[str, Any], tongue: str) -> dict[str, Any]:
    """The record of a table of v2, as listed; ``url`` is the page's address, for its links."""
    parts = urlsplit(url)
    base = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return {"kind": "v2", "base": base, "language": tongue, "table": dict(table)}


def of_file(
    address: str, entries: Mapping[str, Sequence[px.Entry]], size: int, digest: str
) -> dict[str, Any]:
    """The record of a PX file with these entries."""
    return {"kind": "file", "url": address, "size": size, "hash": digest, **px.table(entries)}


def to_draft(content: Mapping[str, Any]) -> dict[str, Any]:
    """The draft of such a record (docs/connectors.md); an empty one for anything else."""
    if content.get("kind") == "v1":
        return _draft_of_v1(content)
    if content.get("kind") == "v2":
        table = content.get("table")
        return _draft_of_v2(content, table) if isinstance(table, Mapping) else {}
    if content.get("kind") == "file":
        return _draft_of_file(content)
    return {}


# -- v1 --------------------------------------------------------------------------------------------


def _draft_of_v1(content: Mapping[str, Any]) -> dict[str, Any]:
    api, page = absolute(content.get("api")), absolute(content.get("page"))
    time = content.get("time")
    start, end, unit = periods.coverage(lenient_json.texts(time))
    folders = lenient_json.texts(content.get("folders"))
    title = lenient_json.text(content.get("title"))
    extras = Extras()
    extras.add("variables", px.data_dictionary(content.get("variables")))
    extras.add("folders", " > ".join(folders))
    if lenient_json.text(content.get("text")) != title:
        extras.add("table_text", lenient_json.text(content.get("text")))
    more = content.get("more")
    for key, value in more.items() if isinstance(more, Mapping) else ():
        extras.add(str(key), value)
    return cleaned({
        "title": title,
        "url": page,
        "themes": folders[:1],
        "keywords": folders,
        "language": [_language(api)] if _language(api) else [],
        "frequency": periods.FREQUENCIES.get(unit),
        "temporal_start": start,
        "temporal_end": end,
        "modified": lenient_json.text(content.get("updated")),
        "resources": _resources_v1(api, page, content.get("variables")) if api else [],
        "extras": extras.texts(),
    })  # fmt: skip


def _resources_v1(api: str, page: str, variables: Any) -> list[dict[str, Any]]:
    """v1 gives data only to a query that is posted: the resources say so. Each has a fragment of
    its own, so that their addresses differ."""
    dictionary = px.data_dictionary(variables)
    resources = []
    for name, code, extra in (
        ("CSV", "csv", {"mimetype": "text/csv"}), ("JSON-stat", "json-stat2", {}),
    ):  # fmt: skip
        query = json.dumps({"query": [], "response": {"format": code}})
        resources.append(cleaned({
            "id": f"{api}#{code}",
            "url": f"{api}#{code}",
            "name": name,
            "format": name,
            "description": {
                "vi": f"Gửi POST tới địa chỉ này với nội dung {query} để lấy dữ liệu.",
                "en": f"POST {query} to this address to get the data.",
            },
            "access_service": api,
            "data_dictionary": dictionary,
            **extra,
        }))  # fmt: skip
    if page:
        resources.append({"id": f"{api}#page", "url": page, "name": "PX-Web", "format": "HTML"})
    return resources


def _variables(value: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """(labels of the time variable's values, the variables summed up)."""
    found, marked, named, guessed = [], [], [], []
    for variable in lenient_json.items(value):
        codes = lenient_json.texts(variable.get("values"))
        labels = lenient_json.texts(variable.get("valueTexts")) or codes
        name = lenient_json.text(variable.get("text")) or lenient_json.text(variable.get("code"))
        found.append(cleaned({
            "name": name, "code": lenient_json.text(variable.get("code")), "count": len(codes),
            "first": labels[0] if labels else "", "last": labels[-1] if labels else "",
        }))  # fmt: skip
        times = labels if periods.is_time(labels) else codes
        if lenient_json.boolean(variable.get("time")):
            marked = marked or times
        elif periods.is_time(times):
            known = {name.lower(), lenient_json.text(variable.get("code")).lower()} & set(
                _TIME_NAMES
            )
            named, guessed = (named or (times if known else [])), (guessed or times)
    return marked or named or guessed, found


def _language(api: str) -> str:
    parts = urlsplit(api).path.lower().partition("/api/v1/")[2].split("/")
    return parts[0] if len(parts[0]) in (2, 3) else ""


def _page(address: str, pages: str) -> str:
    """The page of a table of a database of PX files: ``PAGES/vi/DB/DB__FOLDER/TABLE/``.

    '' where the address of the pages is neither configured nor told by that of the interface, or
    where the table is none of PX files (other databases name their pages otherwise).
    """
    parts = urlsplit(address)
    before, _, below = parts.path.partition("/api/v1/")
    names = [unquote(name) for name in below.split("/") if name]
    if len(names) < 3 or not names[-1].lower().endswith(".px"):
        return ""
    if not pages and before.lower().endswith("/pxweb"):
        pages = urlunsplit((parts.scheme, parts.netloc, before, "", ""))
    if not pages:
        return ""
    tongue, database, *folders, table = names
    place = "__".join([database, *folders])
    return "/".join([pages.rstrip("/"), tongue, *map(quote, (database, place, table))]) + "/"


# -- v2 --------------------------------------------------------------------------------------------


def _draft_of_v2(content: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    base = lenient_json.text(content.get("base"))
    first, last = (
        periods.period(lenient_json.text(table.get(k))) for k in ("firstPeriod", "lastPeriod")
    )
    unit = periods.UNITS.get(lenient_json.text(table.get("timeUnit")).lower()) or (
        last.unit if last else ""
    )
    paths = [lenient_json.items(path) for path in _lists(table.get("paths"))]
    labels = [lenient_json.text(step.get("label")) for path in paths for step in path]
    category = lenient_json.text(table.get("category")).lower()
    extras = lenient_json.leftovers(table, (
        "id", "label", "description", "updated", "source", "paths", "links", "type", "sortCode",
    ))  # fmt: skip
    places = [" > ".join(lenient_json.text(step.get("label")) for step in path) for path in paths]
    if any(places):
        extras["folders"] = "; ".join(filter(None, places))
    subjects = [lenient_json.text(path[0].get("label")) for path in paths if path]
    tongue = lenient_json.text(content.get("language"))
    return cleaned({
        "identifier": lenient_json.text(table.get("id")),
        "title": lenient_json.text(table.get("label")),
        "notes": lenient_json.text(table.get("description")),
        "publisher": lenient_json.text(table.get("source")),
        "themes": list(dict.fromkeys(filter(None, subjects))),
        "keywords": list(dict.fromkeys(filter(None, labels))),
        "language": [tongue] if tongue else [],
        "frequency": periods.FREQUENCIES.get(unit),
        "temporal_start": first.start.isoformat() if first else "",
        "temporal_end": last.end.isoformat() if last else "",
        "modified": lenient_json.text(table.get("updated")),
        # The interface's other categories are internal, private and section.
        "private": True if category not in ("", "public") else None,
        "resources": _resources_v2(base, table),
        "extras": extras,
    })  # fmt: skip


def _resources_v2(base: str, table: Mapping[str, Any]) -> list[dict[str, Any]]:
    links = {lenient_json.text(link.get("rel")).lower(): absolute(link.get("href"), base)
             for link in lenient_json.items(table.get("links"))}  # fmt: skip
    data = links.get("data", "")
    if not data and (own := links.get("self")):
        parts = urlsplit(own)
        data = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/data"))
    if not data:
        return []
    dictionary = "\n".join(lenient_json.texts(table.get("variableNames")))
    found = []
    for name, code, mimetype in (
        ("CSV", "csv", "text/csv"), ("JSON-stat", "json-stat2", ""), ("PC-Axis", "px", ""),
    ):  # fmt: skip
        url = _with_format(data, code)
        found.append(cleaned({
            "url": url, "download_url": url, "name": name, "format": name, "mimetype": mimetype,
            "access_service": links.get("metadata") or links.get("self"),
            "data_dictionary": dictionary,
        }))  # fmt: skip
    return found


def _with_format(url: str, code: str) -> str:
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k.lower() != "outputformat"]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("outputFormat", code)])))


def _lists(value: Any) -> list[Any]:
    """A list of paths; one path alone counts as such a list."""
    if not isinstance(value, list):
        return []
    return value if any(isinstance(item, list) for item in value) else [value]


# -- files -----------------------------------------------------------------------------------------


def _draft_of_file(content: Mapping[str, Any]) -> dict[str, Any]:
    draft = px.to_draft(content)
    url = absolute(content.get("url"))
    if url:
        draft["resources"] = [cleaned({
            "url": url,
            "download_url": url,
            "name": unquote(urlsplit(url).path.rpartition("/")[2]),
            "format": "PC-Axis",
            "size": lenient_json.integer(content.get("size")),
            "hash": lenient_json.text(content.get("hash")),
            "hash_algorithm": "SHA-256" if content.get("hash") else None,
            "data_dictionary": px.data_dictionary(content.get("variables")),
        })]  # fmt: skip
    return draft
