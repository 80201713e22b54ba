"""CSW catalogues (GeoNetwork, pycsw, deegree, Esri Geoportal) and folders of metadata files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from lxml import etree

from ckanext.hanoi.fetch import Fetcher, FetchError, Response
from ckanext.hanoi.fetch.challenge import web_page
from ckanext.hanoi.harvest.connectors import Connector, Option, Record, SourceError, Unreadable, waf
from ckanext.hanoi.harvest.connectors.pagination import PageTracker
from ckanext.hanoi.harvest.identity import Candidate, Distinct
from ckanext.hanoi.harvest.standards import csw, records
from ckanext.hanoi.parsing import xml

#: Files of a folder that may fail one after the other before the folder is given up.
_FAILURES = 5
_GUID = re.compile(rb"<(?:\w+:)?fileIdentifier\b[^>]*>\s*<(?:\w+:)?\w+[^>]*>\s*([^<>]{1,200}?)\s*<")


class CswConnector(Connector):
    """Reads ISO 19139, ISO 19115-3, Dublin Core and Atom records.

    Identity: the record's ``fileIdentifier`` (``metadataIdentifier``, ``dc:identifier``, Atom
    ``id``); for a file of a folder that has none, its address; else the content.
    """

    kind = "csw"
    title = {"vi": "CSW (danh mục dữ liệu không gian)", "en": "CSW (geospatial catalogue)"}
    description = {
        "vi": "Dịch vụ danh mục CSW 2.0.2 hoặc 3.0 (GeoNetwork, pycsw…), hoặc thư mục các tệp XML: "
        "ISO 19139, ISO 19115-3, Dublin Core.",
        "en": "A CSW 2.0.2 or 3.0 catalogue service (GeoNetwork, pycsw…), or a folder of files: "
        "ISO 19139, ISO 19115-3, Dublin Core.",
    }
    options = (
        Option(
            "mode",
            {"vi": "Cách đọc", "en": "How to read"},
            {"vi": "Tự nhận biết, hoặc chỉ định khi nhận sai.",
             "en": "Found out by itself; set it where that fails."},
            type="choice",
            default="auto",
            choices=(
                ("auto", {"vi": "Tự nhận biết", "en": "Find out"}),
                ("csw", {"vi": "Dịch vụ CSW", "en": "CSW service"}),
                ("waf", {"vi": "Thư mục tệp hoặc một tệp", "en": "Folder of files, or one file"}),
            ),
        ),
        Option(
            "output_schema",
            {"vi": "Lược đồ bản ghi", "en": "Schema of the records"},
            {"vi": "Địa chỉ của lược đồ cần lấy; để trống để tự chọn (ưu tiên ISO 19139).",
             "en": "Address of the schema to ask for; empty to let it choose (ISO 19139 first)."},
        ),
        Option(
            "constraint",
            {"vi": "Điều kiện lọc (CQL)", "en": "Filter (CQL)"},
            {"vi": "Ví dụ: type = 'dataset'. Để trống để lấy tất cả.",
             "en": "For example: type = 'dataset'. Empty for everything."},
        ),
        Option(
            "page_size",
            {"vi": "Số bản ghi mỗi lần hỏi", "en": "Records per request"},
            {"vi": "Giảm nếu máy chủ trả lời chậm.", "en": "Make it smaller for a slow server."},
            type="int",
            default=50,
        ),
        Option(
            "depth",
            {"vi": "Số cấp thư mục con", "en": "Levels of subfolders"},
            {"vi": "Chỉ dùng cho thư mục tệp.", "en": "For folders of files only."},
            type="int",
            default=5,
        ),
    )  # fmt: skip

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        mode = self.option("mode")
        distinct = Distinct()
        found: Iterator[Candidate | Unreadable]
        if mode == "csw" or (mode != "waf" and _is_service(self.url)):
            found = self._service(fetcher)
        else:
            found = self._by_looking(fetcher, mode)
        for item in found:
            if isinstance(item, Unreadable):
                yield item
            elif guid := distinct.guid(item):
                yield item.record(guid)

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = records.draft(record.content)
        draft.setdefault("identifier", record.guid)
        draft.setdefault("title", record.title or record.guid)
        return draft

    def _by_looking(self, fetcher: Fetcher, mode: str) -> Iterator[Candidate | Unreadable]:
        """Look at what the address gives: a folder, a document, or a service."""
        try:
            start = fetcher.get(self.url)
        except FetchError as e:
            # A service without parameters answers "bad request" or "method not allowed".
            if mode == "waf" or e.status not in (400, 405, 406, 415, 422):
                raise
            yield from self._service(fetcher)
            return
        content = start.content
        if xml.is_html(content):
            if mode == "waf" or waf.links(content, start.url):
                yield from self._folder(fetcher, start)
            else:
                yield from self._service(fetcher)
            return
        root = _parsed(content, start.url)
        page = csw.Page.read(root)
        more = xml.local(root) == "GetRecordsResponse" and page.following(1, len(page.records))
        if mode != "waf" and (csw.is_refusal(root) or xml.local(root) == "Capabilities" or more):
            yield from self._service(fetcher)
            return
        candidates = list(self._candidates(root, start.url))
        empty = xml.local(root) in ("GetRecordsResponse", "feed")
        if not candidates and not empty:
            raise SourceError(
                "%(url)s holds no metadata record that can be read (%(element)s).",
                url=start.url, element=xml.local(root),
            )  # fmt: skip
        yield from candidates

    # -- service -----------------------------------------------------------------------------

    def _service(self, fetcher: Fetcher) -> Iterator[Candidate | Unreadable]:
        query, page = self._first_page(fetcher)
        pages = PageTracker(self.url)
        position = 1
        while True:
            items = [self._candidate(element, "") for element in page.records]
            pages.page([i for i in items if isinstance(i, Candidate)], page.matched)
            pages.seen += sum(isinstance(i, Unreadable) for i in items)
            yield from items
            following = page.following(position, query.page_size)
            if following is None:
                following = position + len(items) if items and pages.missing() else None
                if following is None:
                    break
            position = following
            page = self._page(fetcher, query, position)
        pages.finish()

    def _first_page(self, fetcher: Fetcher) -> tuple[csw.Query, csw.Page]:
        """The first way of asking that the server understands, and what it answered."""
        trouble: SourceError | None = None
        empty: tuple[csw.Query, csw.Page] | None = None
        failures = 0
        for query in self._queries(self._capabilities(fetcher)):
            try:
                page = self._page(fetcher, query, 1)
            except FetchError as e:
                trouble, failures = e, failures + 1
                if failures > 1 or e.status in (None, 401, 403, 404, 429):
                    raise
                continue
            except SourceError as e:
                trouble = trouble or e
                continue
            if page.records or not page.matched:
                return query, page
            empty = empty or (query, page)
        if empty is not None:
            return empty
        raise trouble or SourceError("%(url)s is no CSW service.", url=self.url)

    def _queries(self, capabilities: csw.Capabilities) -> Iterator[csw.Query]:
        size = self.option("page_size")
        basis = csw.Query(
            version=capabilities.version(),
            page_size=size if isinstance(size, int) and 0 < size <= 1000 else 50,
            constraint=str(self.option("constraint") or ""),
            own=_own_parameters(self.url),
        )
        methods = ["Get", "Post"]
        if "Post" in capabilities.methods and "Get" not in capabilities.methods:
            methods.reverse()
        known = [s for s in csw.SCHEMAS if s in capabilities.schemas]
        chosen = str(self.option("output_schema") or "").strip()
        schemas = [chosen] if chosen else [*(known or csw.SCHEMAS[:1]), csw.RECORD[basis.version]]
        for schema in schemas:
            for in_order in (True, False):
                for method in methods:
                    yield replace(basis, schema=schema, sorted=in_order, method=method)

    def _capabilities(self, fetcher: Fetcher) -> csw.Capabilities:
        """What the server says of itself; nothing where it does not, for many can't."""
        ask = {**_extra_parameters(self.url), "service": "CSW", "request": "GetCapabilities"}
        try:
            answer = fetcher.get(_endpoint(self.url), params=ask)
            root = _parsed(answer.content, answer.url)
        except SourceError:
            return csw.Capabilities()
        return (
            csw.Capabilities.read(root) if xml.local(root) == "Capabilities" else csw.Capabilities()
        )

    def _page(self, fetcher: Fetcher, query: csw.Query, position: int) -> csw.Page:
        address = _endpoint(self.url)
        if query.method == "Post":
            answer = fetcher.post(
                address, data=query.document(position), params=_extra_parameters(self.url),
                headers={"Content-Type": "application/xml"}, idempotent=True,
            )  # fmt: skip
        else:
            answer = fetcher.get(address, params=query.parameters(position))
        root = _parsed(answer.content, answer.url)
        if csw.is_refusal(root):
            raise SourceError(
                "%(url)s refuses the request: %(error)s",
                url=self.url,
                error=csw.CswError(root).text,
            )
        if xml.local(root) not in ("GetRecordsResponse", "feed"):
            raise SourceError(
                "%(url)s answered with %(element)s instead of records.",
                url=self.url, element=xml.local(root),
            )  # fmt: skip
        if xml.local(root) == "feed":
            return csw.Page.of_feed(root)
        return csw.Page.read(root)

    # -- folder ------------------------------------------------------------------------------

    def _folder(self, fetcher: Fetcher, start: Response) -> Iterator[Candidate | Unreadable]:
        depth = self.option("depth")
        depth = depth if isinstance(depth, int) and 0 <= depth <= 20 else 5
        failed, in_a_row, found = 0, 0, 0
        for address in waf.files(
            fetcher, start, lambda url: url.lower().endswith(".xml"), depth
        ):
            found += 1
            try:
                answer = fetcher.get(address)
            except FetchError as e:
                if e.status not in (404, 410):
                    failed, in_a_row = failed + 1, in_a_row + 1
                if in_a_row >= _FAILURES:
                    raise
                yield Unreadable(e.message, e.params, guid=address)
                continue
            in_a_row = 0
            yield from self._file(answer.content, address)
        if failed:
            raise SourceError(
                "%(count)s files of %(url)s could not be fetched.", url=self.url, count=failed
            )
        if not found and not _looks_like_listing(start.content):
            raise SourceError("%(url)s lists no XML files.", url=self.url)

    def _file(self, content: bytes, address: str) -> Iterator[Candidate | Unreadable]:
        try:
            root = xml.parse(content)
        except xml.XmlError as e:
            salvaged = _GUID.search(content)
            guid = salvaged.group(1).decode("utf-8", "replace") if salvaged else address
            yield Unreadable(
                "%(url)s is no readable XML: %(error)s", {"url": address, "error": str(e)}, guid
            )
            return
        found = list(self._candidates(root, address))
        if not found:
            yield Unreadable(
                "%(url)s holds no metadata record that can be read (%(element)s).",
                {"url": address, "element": xml.local(root)}, guid=address,
            )  # fmt: skip
        for item in found:
            if isinstance(item, Candidate) and not item.identifier and len(found) == 1:
                item = replace(item, identifier=address)
            yield item

    # -- records -----------------------------------------------------------------------------

    def _candidates(self, root: etree._Element, base: str) -> Iterator[Candidate | Unreadable]:
        for element in records.records(root):
            yield self._candidate(element, base)

    def _candidate(self, element: etree._Element, base: str) -> Candidate | Unreadable:
        module = records.standard(element)
        if module is None:
            named = next(xml.descendants(element, "identifier", "fileIdentifier"), None)
            return Unreadable(
                "A record of an unknown kind: %(element)s",
                {"element": xml.local(element)},
                guid=xml.text(named) or None,
            )
        identifier, title, modified = module.summary(element)
        content = {"xml": xml.canonical(element), "base": base or _endpoint(self.url)}
        return Candidate(content, identifier or None, title, modified=modified or None)


def _parsed(content: bytes, url: str) -> etree._Element:
    if xml.is_html(content):
        raise web_page(url, content)
    try:
        return xml.parse(content)
    except xml.XmlError as e:
        raise SourceError("%(url)s is no readable XML: %(error)s", url=url, error=str(e)) from e


def _is_service(url: str) -> bool:
    """Whether the address alone says that it is a catalogue service."""
    parts = urlsplit(url)
    query = {key.lower(): value.lower() for key, value in parse_qsl(parts.query)}
    return query.get("service") == "csw" or parts.path.rstrip("/").lower().endswith("/csw")


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _own_parameters(url: str) -> dict[str, str]:
    """Parameters of the address that go into every request for records."""
    own = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    names = {key.lower(): value for key, value in own.items()}
    if names.get("request", "").lower() == "getrecords":
        return {
            k: v for k, v in own.items() if k.lower() not in ("service", "request", "resulttype")
        }
    return _extra_parameters(url)


def _extra_parameters(url: str) -> dict[str, str]:
    """Parameters of the address that are not CSW's (``map=…`` of a server, a key)."""
    own = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    protocol = ("service", "request", "version", "acceptversions", "outputschema", "outputformat",
                "elementsetname", "typenames", "resulttype", "startposition", "maxrecords",
                "constraint", "constraintlanguage", "constraint_language_version", "namespace",
                "sortby", "id", "elementname", "sections", "acceptformats")  # fmt: skip
    return {key: value for key, value in own if key.lower() not in protocol}


def _looks_like_listing(content: bytes) -> bool:
    return bool(re.search(rb"index of|directory listing|parent directory", content[:20000], re.I))
