"""OAI-PMH repositories (DSpace, Dataverse, Zenodo, Invenio, GeoNetwork): version 2.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from lxml import etree

from ckanext.hanoi.fetch import Fetcher, FetchError
from ckanext.hanoi.fetch.challenge import web_page
from ckanext.hanoi.harvest.connectors import Connector, Option, Record, SourceError, Unreadable
from ckanext.hanoi.harvest.connectors.pagination import PageTracker
from ckanext.hanoi.harvest.identity import Candidate, Distinct
from ckanext.hanoi.harvest.standards import records
from ckanext.hanoi.parsing import xml

#: Formats that say more than Dublin Core, the best first, by the beginning of their namespace.
_RICHER = (
    "http://www.isotc211.org/2005/gmd",
    "http://standards.iso.org/iso/19115/-3/mdb",
    "http://datacite.org/schema/kernel-4",
    "http://datacite.org/schema/kernel-3",
    "http://schema.datacite.org/oai/oai-1.",
)
#: Pages with nothing new that a list may have, one after the other: it may grow while it is read.
_REPEATS = 10
_PROTOCOL = ("verb", "resumptiontoken", "from", "until", "identifier")


class OaiError(SourceError):
    """The repository answered with errors; ``codes`` are theirs (``badResumptionToken``…)."""

    def __init__(self, url: str, errors: Mapping[str, str]) -> None:
        self.codes = frozenset(errors)
        said = "; ".join(f"{code}: {text}" if text else code for code, text in errors.items())
        super().__init__("%(url)s refuses the request: %(error)s", url=url, error=said[:500])


@dataclass(frozen=True, slots=True)
class _Page:
    records: list[etree._Element]
    token: str


class OaiPmhConnector(Connector):
    """Reads ``ListRecords`` to its end, by date where a date is given.

    Identity: the OAI identifier in the record's header. Records that the repository marks as
    deleted are passed on as deleted.
    """

    kind = "oai_pmh"
    title = {"vi": "OAI-PMH (kho tài liệu, kho dữ liệu)", "en": "OAI-PMH (repositories)"}
    description = {
        "vi": "Kho hỗ trợ OAI-PMH 2.0 (DSpace, Dataverse, Zenodo…): Dublin Core, DataCite, ISO.",
        "en": "A repository with OAI-PMH 2.0 (DSpace, Dataverse…): Dublin Core, DataCite, ISO.",
    }
    incremental = True
    options = (
        Option(
            "metadata_prefix",
            {"vi": "Định dạng siêu dữ liệu", "en": "Metadata format"},
            {"vi": "metadataPrefix, ví dụ oai_dc; để trống để lấy định dạng đầy đủ nhất.",
             "en": "metadataPrefix, oai_dc for example; empty for the richest one there is."},
        ),
        Option(
            "sets",
            {"vi": "Tập con (set)", "en": "Sets"},
            {"vi": "Mỗi dòng một setSpec; để trống để lấy tất cả.",
             "en": "One setSpec a line; empty for everything."},
            type="list",
            default=(),
        ),
    )  # fmt: skip

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        start = self._from(fetcher, since) if since else ""
        prefix = self._prefix(fetcher)
        distinct = Distinct()
        gone: set[str] = set()
        for set_ in self._sets():
            arguments = {"metadataPrefix": prefix, "set": set_, "from": start}
            arguments = {key: value for key, value in arguments.items() if value}
            for item in self._list(fetcher, arguments):
                if isinstance(item, Candidate):
                    if guid := distinct.guid(item):
                        yield item.record(guid)
                elif not isinstance(item, Record):
                    yield item
                elif item.guid not in gone:
                    gone.add(item.guid)
                    yield item

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = records.draft(record.content)
        draft.setdefault("identifier", record.guid)
        draft.setdefault("title", record.title or record.guid)
        sets = record.content.get("sets")
        about = {
            "oai_identifier": record.guid,
            "oai_set": "; ".join(map(str, sets)) if isinstance(sets, list) else "",
            "oai_about": str(record.content.get("about") or ""),
        }
        extras = {**draft.get("extras", {}), **{k: v for k, v in about.items() if v}}
        draft["extras"] = extras
        return draft

    # -- what to ask for ---------------------------------------------------------------------

    def _sets(self) -> list[str]:
        chosen = self.option("sets")
        chosen = chosen.split() if isinstance(chosen, str) else chosen
        named = [str(set_).strip() for set_ in chosen or () if str(set_).strip()]
        return named or [self._given().get("set", "")]

    def _given(self) -> dict[str, str]:
        return {key.lower(): value for key, value in parse_qsl(urlsplit(self.url).query)}

    def _prefix(self, fetcher: Fetcher) -> str:
        """The configured format, that of the address, or the richest that is known here."""
        chosen = str(self.option("metadata_prefix") or "").strip()
        if chosen := chosen or self._given().get("metadataprefix", ""):
            return chosen
        try:
            root = self._ask(fetcher, {"verb": "ListMetadataFormats"})
        except FetchError as e:
            # An answer that may be another one next time must not change the format.
            if e.status in (None, 401, 403, 429, 502, 503, 504):
                raise
            return "oai_dc"
        except OaiError:
            return "oai_dc"
        offered = [
            (xml.text(xml.child(e, "metadataNamespace")), xml.text(xml.child(e, "metadataPrefix")))
            for e in xml.descendants(root, "metadataFormat")
        ]
        for richer in _RICHER:
            for namespace, prefix in offered:
                if prefix and namespace.startswith(richer):
                    return prefix
        return "oai_dc"

    def _from(self, fetcher: Fetcher, since: str) -> str:
        """``since`` as precise as the repository understands dates."""
        try:
            moment = datetime.fromisoformat(since.strip().replace("Z", "+00:00"))
        except ValueError as e:
            raise SourceError("%(date)s is no date to read from.", date=since) from e
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc)
        root = self._ask(fetcher, {"verb": "Identify"})
        granularity = xml.text(next(xml.descendants(root, "granularity"), None))
        precise = "hh:mm:ss" in granularity.lower()
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if precise else "%Y-%m-%d")

    # -- reading a list ----------------------------------------------------------------------

    def _list(
        self, fetcher: Fetcher, arguments: dict[str, str]
    ) -> Iterator[Candidate | Record | Unreadable]:
        """The records of one list. A resumption token that expired is answered once by beginning
        again; what comes twice by that is known by its identity."""
        for last_attempt in (False, True):
            try:
                yield from self._pages(fetcher, arguments)
                return
            except OaiError as e:
                if e.codes == {"noRecordsMatch"}:
                    return
                if last_attempt or "badResumptionToken" not in e.codes:
                    raise

    def _pages(
        self, fetcher: Fetcher, arguments: dict[str, str]
    ) -> Iterator[Candidate | Record | Unreadable]:
        pages, tokens = PageTracker(self.url, repeats=_REPEATS), set()
        ask = {"verb": "ListRecords", **arguments}
        while True:
            page = self._page(fetcher, ask)
            items = [self._item(element) for element in page.records]
            pages.page([_as_candidate(item) for item in items])
            yield from items
            if not page.token:
                return
            if page.token in tokens:
                raise SourceError("%(url)s gives the same page again and again.", url=self.url)
            tokens.add(page.token)
            ask = {"verb": "ListRecords", "resumptionToken": page.token}

    def _page(self, fetcher: Fetcher, ask: dict[str, str]) -> _Page:
        root = self._ask(fetcher, ask)
        listed = xml.child(root, "ListRecords")
        if listed is None:
            raise SourceError("%(url)s answered without a list of records.", url=self.url)
        return _Page(xml.children(listed, "record"), xml.text(xml.child(listed, "resumptionToken")))

    def _ask(self, fetcher: Fetcher, arguments: dict[str, str]) -> etree._Element:
        """The root of an answer without errors; Refusal for the protocol's errors."""
        parts = urlsplit(self.url)
        known = (*_PROTOCOL, "set", "metadataprefix")
        own = {k: v for k, v in parse_qsl(parts.query) if k.lower() not in known}
        base = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        try:
            content = fetcher.get(base, params={**own, **arguments}).content
        except FetchError as e:
            # Some repositories send the protocol's errors with an HTTP error.
            if b"<error" not in e.body:
                raise
            content = e.body
            try:
                xml.parse(content)
            except xml.XmlError:
                raise e from None
        if xml.is_html(content):
            raise web_page(self.url, content)
        try:
            root = xml.parse(content)
        except xml.XmlError as e:
            raise SourceError(
                "%(url)s is no readable XML: %(error)s", url=self.url, error=str(e)
            ) from e
        if xml.local(root) != "OAI-PMH":
            raise SourceError(
                "%(url)s is no OAI-PMH repository: it answered with %(element)s.",
                url=self.url, element=xml.local(root),
            )  # fmt: skip
        errors = {
            xml.attribute(e, "code") or "error": xml.text(e) for e in xml.children(root, "error")
        }
        if errors:
            raise OaiError(self.url, errors)
        return root

    def _item(self, element: etree._Element) -> Candidate | Record | Unreadable:
        header = xml.child(element, "header")
        identifier = xml.text(xml.child(header, "identifier"))
        stamp = xml.text(xml.child(header, "datestamp"))
        if xml.attribute(header, "status").lower() == "deleted":
            if not identifier:
                return Unreadable("A deleted record without an identifier.")
            return Record(identifier, {}, stamp or None, deleted=True)
        metadata = xml.child(element, "metadata")
        found = next((r for e in xml.children(metadata) for r in records.records(e)), None)
        module = records.standard(found) if found is not None else None
        if found is None or module is None:
            inside = next(iter(xml.children(metadata)), None)
            return Unreadable(
                "The record %(guid)s has no metadata that can be read (%(element)s).",
                {"guid": identifier, "element": "-" if inside is None else xml.local(inside)},
                guid=identifier or None,
            )
        about = [xml.text(e) for e in xml.children(element, "about")]
        content = {
            "xml": xml.canonical(found),
            "sets": [xml.text(e) for e in xml.children(header, "setSpec")],
            "about": "\n".join(filter(None, about)),
        }
        title = module.summary(found)[1]
        return Candidate(content, identifier or None, title, modified=stamp or None)


def _as_candidate(item: Candidate | Record | Unreadable) -> Candidate:
    """What a page is known by: deleted and unreadable records count too."""
    if isinstance(item, Candidate):
        return item
    return Candidate({"type": type(item).__name__}, item.guid)
