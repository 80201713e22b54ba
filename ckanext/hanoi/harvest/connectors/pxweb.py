"""PX-Web databases (interfaces v1 and v2) and PX files: each table is a dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

from ckanext.hanoi.fetch import Fetcher, FetchError, Response
from ckanext.hanoi.harvest.connectors import Connector, Option, Record, SourceError, Unreadable, waf
from ckanext.hanoi.harvest.connectors.pagination import PageTracker, json_of
from ckanext.hanoi.harvest.identity import Candidate, Distinct
from ckanext.hanoi.harvest.standards import px, pxweb_tables
from ckanext.hanoi.harvest.standards.source_dataset import plain
from ckanext.hanoi.messages import N_
from ckanext.hanoi.parsing import lenient_json, xml
from ckanext.hanoi.parsing.sanitize import printable

#: Folders below folders, at most.
_DEPTH = 25
#: Tables whose metadata can't be read, one after the other, before the source is given up.
_FAILURES = 10
_PAGE = 100
_V1 = re.compile(r"(?i)^(.*?/api/v1)(?:/([a-z]{2,3}(?:-[a-z]+)?))?(?:/(.*))?$")
_V2 = re.compile(r"(?i)^(.*?/v2(?:beta)?(?:/api/v2)?)(?:/(.*))?$")
_PAGES = re.compile(r"(?i)^(.*?)/pxweb/([a-z]{2})(?:/([^/]+)|/?$)")
_FILE = re.compile(
    rb"(?i)^(?:\xef\xbb\xbf)?\s*(?:CHARSET|AXIS-VERSION|CODEPAGE|LANGUAGES?|MATRIX|TITLE)\s*="
)

Found = Iterator[Candidate | Unreadable]


class PxwebConnector(Connector):
    """Walks the folders of interface v1, pages through interface v2, or reads PX files.

    Identity: v1, the table's path below the language (a table is known by its place in the
    database); v2, the table's id; PX files, TABLEID or MATRIX, else the file's address.
    """

    kind = "pxweb"
    title = {"vi": "PX-Web (số liệu thống kê)", "en": "PX-Web (statistics)"}
    description = {
        "vi": "Cơ sở dữ liệu thống kê PX-Web (API v1, v2) như của Cục Thống kê, hoặc tệp .px.",
        "en": "A statistical database with PX-Web (API v1 or v2), such as the NSO's, or .px files.",
    }
    options = (
        Option(
            "language",
            {"vi": "Ngôn ngữ", "en": "Language"},
            {"vi": "Mã ngôn ngữ cần đọc (vi, en) nếu địa chỉ không có.",
             "en": "Language to read (vi, en) where the address has none."},
        ),
        Option(
            "page_url",
            {"vi": "Địa chỉ trang PX-Web", "en": "Address of the PX-Web pages"},
            {"vi": "Ví dụ https://pxweb.nso.gov.vn/pxweb; dùng để dẫn tới trang của từng bảng.",
             "en": "For example https://pxweb.nso.gov.vn/pxweb; to link to each table's page."},
        ),
        Option(
            "depth",
            {"vi": "Số cấp thư mục tệp .px", "en": "Levels of folders of .px files"},
            {"vi": "Chỉ dùng cho thư mục tệp.", "en": "For folders of files only."},
            type="int",
            default=5,
        ),
    )  # fmt: skip

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        distinct = Distinct()
        for item in self._found(fetcher):
            if isinstance(item, Unreadable):
                yield item
            elif guid := distinct.guid(item):
                yield item.record(guid)

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = pxweb_tables.to_draft(printable(record.content))
        draft.setdefault("identifier", record.guid)
        draft.setdefault("title", record.title or record.guid)
        return draft

    # -- which of the three it is --------------------------------------------------------------

    def _found(self, fetcher: Fetcher) -> Found:
        path = urlsplit(self.url).path
        if _V1.match(path):
            return self._first_version(fetcher)
        if _is_px(self.url):
            return self._by_looking(fetcher)
        if _V2.match(path):
            return self._second_version(fetcher)
        if found := _PAGES.match(path):
            return self._behind_pages(fetcher, *found.groups(""))
        return self._by_looking(fetcher)

    def _by_looking(self, fetcher: Fetcher) -> Found:
        answer = fetcher.get(self.url)
        with answer.open() as file:
            start = file.read(2048)
        if _FILE.match(start) or urlsplit(answer.url).path.lower().endswith(".px"):
            yield self._file(answer, self.url, alone=True)
        elif xml.is_html(start):
            if any(_is_px(link) for link in waf.links(answer.content, answer.url)):
                yield from self._folder(fetcher, answer)
            else:
                pages = _PAGES.match(urlsplit(self.url).path)
                where = pages.groups("") if pages else (self.url.rstrip("/"), "", "")
                yield from self._behind_pages(fetcher, *where)
        else:
            payload = json_of(answer)
            known = payload if isinstance(payload, Mapping) else {}
            if "tables" in known:
                yield from self._table_pages(fetcher, answer.url, payload)
            elif isinstance(payload, list) or "variables" in known:
                yield from self._from_here(fetcher, self.url)
            else:
                raise SourceError("%(url)s is neither PX-Web nor a PX file.", url=self.url)

    def _behind_pages(self, fetcher: Fetcher, root: str, tongue: str, database: str) -> Found:
        """The interface behind a PX-Web site: beside its pages or below them."""
        parts = urlsplit(self.url)
        if not root.startswith("http"):
            root = urlunsplit((parts.scheme, parts.netloc, root, "", ""))
        below = f"/{quote(unquote(database))}" if database else ""
        bases = (f"{root}/api/v1", f"{root}/pxweb/api/v1")
        yield from self._starting(fetcher, bases, tongue, below)

    # -- interface v1 --------------------------------------------------------------------------

    def _first_version(self, fetcher: Fetcher) -> Found:
        parts = urlsplit(self.url)
        base, tongue, rest = _V1.match(parts.path).groups("")  # type: ignore[union-attr]
        if tongue:
            yield from self._from_here(fetcher, self.url)
        else:
            below = "".join(f"/{quote(unquote(name))}" for name in rest.split("/") if name)
            base = urlunsplit((parts.scheme, parts.netloc, base, "", ""))
            yield from self._starting(fetcher, [base], "", below)

    def _from_here(self, fetcher: Fetcher, start: str) -> Found:
        """Whatever is at an address of the interface: a folder or a table."""
        payload = json_of(fetcher.get(start))
        parts = urlsplit(start)
        start = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        if isinstance(payload, Mapping) and "variables" in payload:
            yield self._table_v1(start, [], {}, payload)
        else:
            yield from self._walk(fetcher, start, payload)

    def _starting(self, fetcher: Fetcher, bases: Sequence[str], tongue: str, below: str) -> Found:
        """Read from the first of the addresses that there is; without a language, Vietnamese
        is asked for before English."""
        tongue = tongue or str(self.option("language") or "")
        trouble: FetchError | None = None
        for wanted in [tongue] if tongue else ["vi", "en"]:
            for base in bases:
                start = f"{base}/{wanted}{below}"
                try:
                    json_of(fetcher.get(start))
                except FetchError as e:
                    trouble = e if trouble is None or e.status != 404 else trouble
                    continue
                yield from self._from_here(fetcher, start)
                return
            # Another language only where this one does not exist, not where the server fails.
            if trouble and (
                trouble.status is None or trouble.status == 429 or trouble.status >= 500
            ):
                break
        raise trouble or SourceError("%(url)s is no PX-Web.", url=self.url)

    def _walk(self, fetcher: Fetcher, start: str, payload: Any) -> Found:
        """Folders depth first. A folder that can't be listed ends the read; a table that can't be
        read is reported under its identity."""
        waiting: list[tuple[str, list[str], Any]] = [(start, [], payload)]
        visited = {start}
        failures = 0
        while waiting:
            url, labels, nodes = waiting.pop()
            nodes = json_of(fetcher.get(url)) if nodes is None else nodes
            if not isinstance(nodes, list):
                raise SourceError("%(url)s answered without a list of tables.", url=url)
            folders = []
            for node in lenient_json.items(nodes):
                name = lenient_json.text(node.get("id")) or lenient_json.text(node.get("dbid"))
                kind = lenient_json.text(node.get("type")).lower()
                address = f"{url}/{quote(name, safe='')}"
                if not name or kind == "h" or address in visited:
                    continue
                visited.add(address)
                if kind == "t":
                    item = self._node(fetcher, address, labels, node)
                    failures = failures + 1 if isinstance(item, Unreadable) else 0
                    yield item
                    if failures >= _FAILURES:
                        raise SourceError("%(url)s gives no metadata of its tables.", url=self.url)
                elif len(labels) < _DEPTH:
                    folders.append(
                        (address, [*labels, lenient_json.text(node.get("text")) or name], None)
                    )
                else:
                    raise SourceError("The folders of %(url)s have no end.", url=self.url)
            waiting += reversed(folders)

    def _node(
        self, fetcher: Fetcher, address: str, labels: list[str], node: Mapping[str, Any]
    ) -> Candidate | Unreadable:
        guid = _v1_guid(address)
        title = lenient_json.text(node.get("text"))
        try:
            metadata = json_of(fetcher.get(address))
        except FetchError as e:
            if e.status is None or e.status == 429:
                raise
            return Unreadable(e.message, e.params, guid=guid, title=title)
        if not isinstance(metadata, Mapping) or "variables" not in metadata:
            return Unreadable(
                "%(url)s answered without the variables of the table.",
                {"url": address}, guid=guid, title=title,
            )  # fmt: skip
        return self._table_v1(address, labels, node, metadata)

    def _table_v1(
        self, address: str, labels: list[str], node: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> Candidate:
        content = pxweb_tables.of_v1(
            address, labels, node, metadata, str(self.option("page_url") or "")
        )
        title = lenient_json.text(content["title"])
        return Candidate(content, _v1_guid(address), title, modified=content.get("updated") or None)

    # -- interface v2 --------------------------------------------------------------------------

    def _second_version(self, fetcher: Fetcher) -> Found:
        parts = urlsplit(self.url)
        base, rest = _V2.match(parts.path).groups()  # type: ignore[union-attr]
        own = dict(parse_qsl(parts.query))
        tongue = own.get("lang") or str(self.option("language") or "")
        ask = {"lang": tongue} if tongue else {}
        single = re.match(r"(?i)tables/([^/]+)", rest or "")
        start = urlunsplit((parts.scheme, parts.netloc, f"{base}/tables", "", ""))
        if single:
            answer = fetcher.get(f"{start}/{single.group(1)}", params=ask)
            yield self._table_v2(answer.url, json_of(answer), "")
            return
        ask = {
            **{k: v for k, v in own.items() if k.lower() not in ("pagenumber", "pagesize")},
            **ask,
        }
        answer = fetcher.get(start, params={**ask, "pageNumber": 1, "pageSize": _PAGE})
        yield from self._table_pages(fetcher, answer.url, json_of(answer), start, ask)

    def _table_pages(
        self, fetcher: Fetcher, url: str, payload: Any, start: str = "", ask: Any = None
    ) -> Found:
        """Page after page: by the link to the next one, else by number where ``start`` is known."""
        pages, visited = PageTracker(self.url), {url}
        while True:
            if not isinstance(payload, Mapping) or not isinstance(payload.get("tables"), list):
                raise SourceError("%(url)s answered without a list of tables.", url=url)
            tongue = lenient_json.text(payload.get("language"))
            items = [self._table_v2(url, table, tongue) for table in payload["tables"]]
            page = payload.get("page")
            page = page if isinstance(page, Mapping) else {}
            pages.page(
                [i for i in items if isinstance(i, Candidate)],
                lenient_json.integer(page.get("totalElements")),
            )
            pages.seen += sum(isinstance(i, Unreadable) for i in items)
            yield from items
            number = lenient_json.integer(page.get("pageNumber")) or 1
            following = _next(page, payload, url)
            last = lenient_json.integer(page.get("totalPages"))
            if following and following not in visited:
                visited.add(following)
                answer = fetcher.get(following)
            elif start and last is not None and number < last:
                answer = fetcher.get(
                    start, params={**(ask or {}), "pageNumber": number + 1, "pageSize": _PAGE}
                )
            else:
                break
            url, payload = answer.url, json_of(answer)
        pages.finish()

    def _table_v2(self, url: str, table: Any, tongue: str) -> Candidate | Unreadable:
        identifier = lenient_json.text(table.get("id")) if isinstance(table, Mapping) else ""
        if not isinstance(table, Mapping) or not (
            identifier or lenient_json.text(table.get("label"))
        ):
            return Unreadable("A table of %(url)s has neither id nor label.", {"url": url})
        content = pxweb_tables.of_v2(url, table, tongue)
        updated = lenient_json.text(table.get("updated")) or None
        return Candidate(
            content, identifier or None, lenient_json.text(table.get("label")), modified=updated
        )

    # -- PX files ------------------------------------------------------------------------------

    def _folder(self, fetcher: Fetcher, start: Response) -> Found:
        depth = lenient_json.integer(self.option("depth"))
        failed = 0
        for address in waf.files(fetcher, start, _is_px, min(5 if depth is None else depth, 20)):
            try:
                yield self._file(fetcher.get(address), address)
            except FetchError as e:
                if e.status not in (404, 410):
                    failed += 1
                if failed >= _FAILURES:
                    raise
                yield Unreadable(e.message, e.params, guid=address)
        if failed:
            raise SourceError(
                "%(count)s files of %(url)s could not be fetched.", url=self.url, count=failed
            )

    def _file(self, answer: Response, address: str, alone: bool = False) -> Candidate | Unreadable:
        try:
            with answer.open() as file:
                entries = px.read(file)
        except px.PxError as e:
            message, params = N_("%(url)s is no PX file: %(error)s"), {"error": str(e)}
            if isinstance(e, px.UnclosedError):
                message = N_("In the PX file %(url)s a quotation mark of %(keyword)s isn't closed.")
                params = {"keyword": e.keyword}
            if alone:
                raise SourceError(message, url=address, **params) from e
            return Unreadable(message, {"url": address, **params}, guid=address)
        content = pxweb_tables.of_file(address, entries, answer.size, answer.body_hash)
        draft = pxweb_tables.to_draft(content)
        return Candidate(
            content, px.identifier(entries) or address, plain(draft.get("title")),
            modified=draft.get("modified"),
        )  # fmt: skip


def _v1_guid(address: str) -> str:
    """The path of a table below the language: the same table in every language."""
    found = _V1.match(urlsplit(address).path)
    return unquote((found.group(3) if found else "") or urlsplit(address).path)


def _next(page: Mapping[str, Any], payload: Mapping[str, Any], url: str) -> str:
    for link in [*lenient_json.items(page.get("links")), *lenient_json.items(payload.get("links"))]:
        if lenient_json.text(link.get("rel")).lower() == "next" and lenient_json.text(
            link.get("href")
        ):
            return urljoin(url, lenient_json.text(link.get("href")))
    return ""


def _is_px(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(".px")
