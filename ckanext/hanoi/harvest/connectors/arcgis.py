"""ArcGIS Hub sites and ArcGIS portals (ArcGIS Online, Enterprise)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ckanext.hanoi.fetch import Fetcher, FetchError
from ckanext.hanoi.harvest.connectors import Connector, Option, Record, SourceError, Unreadable
from ckanext.hanoi.harvest.connectors.pagination import PageTracker, json_of
from ckanext.hanoi.harvest.identity import Candidate, Distinct
from ckanext.hanoi.harvest.standards import arcgis_item
from ckanext.hanoi.parsing import lenient_json
from ckanext.hanoi.parsing.sanitize import printable

_PAGE = 100
#: Neither a Hub nor a portal gives more than this to a search.
_WINDOW = 10_000
_ONLINE = "https://www.arcgis.com"

Found = Iterator[Candidate | Unreadable]


class ArcgisConnector(Connector):
    """Reads the search interface of a Hub (``/api/search/v1``), the older ``/api/v3/datasets``
    (where the address names it: unfiltered it searches all the Hubs of the world), or the search
    of a portal (``/sharing/rest/search``).

    Identity: the item's id (with the layer's number where the Hub gives layers).
    """

    kind = "arcgis"
    title = {"vi": "ArcGIS Hub, cổng ArcGIS", "en": "ArcGIS Hub, ArcGIS portal"}
    description = {
        "vi": "Trang ArcGIS Hub hoặc cổng ArcGIS: mỗi mục một tập dữ liệu, kèm lớp và tệp tải về.",
        "en": "An ArcGIS Hub site or portal: each item a dataset, with its layers and downloads.",
    }
    options = (
        Option(
            "collection",
            {"vi": "Bộ sưu tập của Hub", "en": "The Hub's collection"},
            {"vi": "Phần của trang Hub cần đọc.", "en": "The part of the Hub site to read."},
            type="choice",
            default="dataset",
            choices=(
                ("dataset", {"vi": "Dữ liệu", "en": "Data"}),
                ("document", {"vi": "Tài liệu", "en": "Documents"}),
                ("appAndMap", {"vi": "Ứng dụng và bản đồ", "en": "Apps and maps"}),
                ("all", {"vi": "Tất cả", "en": "Everything"}),
            ),
        ),
        Option(
            "query",
            {"vi": "Điều kiện tìm", "en": "Search"},
            {"vi": "Cổng ArcGIS: ví dụ orgid:abc AND type:\"Feature Service\". Hub: từ khóa.",
             "en": "Portal: orgid:abc AND type:\"Feature Service\", for example. Hub: keywords."},
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
        draft = arcgis_item.to_draft(printable(record.content))
        draft.setdefault("identifier", record.guid)
        draft.setdefault("title", record.title or record.guid)
        return draft

    def _found(self, fetcher: Fetcher) -> Found:
        path = urlsplit(self.url).path
        lower = path.lower()
        if "/api/search/v1" in lower or "/api/v3/" in lower:
            return self._pages(fetcher, self._address(), _first_page(self._address()))
        if "/sharing/rest" in lower:
            root = path[: lower.index("/sharing/rest")]
            return self._portal(fetcher, _site(self.url) + root)
        if lower.endswith((".json", ".geojson")) or "/items/" in lower:
            return self._pages(fetcher, self.url, {})
        return self._by_looking(fetcher)

    def _by_looking(self, fetcher: Fetcher) -> Found:
        """The site's Hub, else the portal that the address belongs to."""
        hub = _site(self.url)
        address = f"{hub}/api/search/v1/collections/{self.option('collection')}/items"
        try:
            probe = json_of(fetcher.get(address, params=self._search()))
        except FetchError as e:
            # A web page with status 200 is how other sites answer to an address they don't know.
            if e.status not in (200, 400, 403, 404, 405, 406, 500):
                raise
            yield from self._behind_home(fetcher, e)
            return
        yield from self._pages(fetcher, address, self._search(), probe)

    def _behind_home(self, fetcher: Fetcher, trouble: FetchError) -> Found:
        path = urlsplit(self.url).path.rstrip("/")
        path = path.partition("/home")[0] if "/home" in path else path
        for root in dict.fromkeys((_site(self.url) + path, _site(self.url) + "/portal")):
            try:
                about = json_of(fetcher.get(f"{root}/sharing/rest", params={"f": "json"}))
            except FetchError as e:
                if e.status is None or e.status > 500:
                    raise
                continue
            if isinstance(about, Mapping) and "currentVersion" in about:
                yield from self._portal(fetcher, root)
                return
        raise trouble

    def _address(self) -> str:
        """The address of the list of items, without parameters; ``…/v1`` alone means the
        configured collection."""
        parts = urlsplit(self.url)
        path = parts.path.rstrip("/")
        if path.lower().endswith("/api/search/v1") or path.lower().endswith("/collections"):
            path = (
                path.removesuffix("/collections")
                + f"/collections/{self.option('collection')}/items"
            )
        elif (
            "/collections/" in path.lower()
            and path.count("/", path.lower().index("/collections/")) == 2
        ):
            path += "/items"
        query = [(k, v) for k, v in parse_qsl(parts.query) if k.lower() not in _PAGING]
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))

    def _search(self) -> dict[str, Any]:
        query = str(self.option("query") or "")
        return {"limit": _PAGE, "startindex": 1, **({"q": query} if query else {})}

    # -- Hub -----------------------------------------------------------------------------------

    def _pages(
        self, fetcher: Fetcher, address: str, parameters: Mapping[str, Any], payload: Any = None
    ) -> Found:
        """Page after page: by the link to the next one, else by position where the server says
        how many items there are."""
        pages, visited = PageTracker(self.url), set()
        url = address
        if payload is None:
            answer = fetcher.get(address, params=dict(parameters))
            url, payload = answer.url, json_of(answer)
        while True:
            elements, matched = _elements(payload, self.url)
            items = [self._item(element, _site(self.url), _ONLINE) for element in elements]
            pages.page([i for i in items if isinstance(i, Candidate)], matched)
            pages.seen += sum(isinstance(i, Unreadable) for i in items)
            yield from items
            following = _next(payload, url)
            if following and following not in visited:
                visited.add(following)
                answer = fetcher.get(following)
            elif (
                items
                and not following
                and pages.missing()
                and (turned := _turned(parameters, pages.seen))
            ):
                parameters = turned
                answer = fetcher.get(address, params=parameters)
            else:
                break
            url, payload = answer.url, json_of(answer)
        pages.finish()
        if pages.announced == pages.seen == _WINDOW:
            raise SourceError(
                "%(url)s shows only its first %(count)s items.", url=self.url, count=_WINDOW
            )

    def _item(self, element: Any, hub: str, portal: str) -> Candidate | Unreadable:
        """One item: a GeoJSON feature, a resource of JSON:API, or the plain item of a portal."""
        if not isinstance(element, Mapping):
            return Unreadable("An item of %(url)s is no object.", {"url": self.url})
        inner = next(
            (element[k] for k in ("properties", "attributes") if isinstance(element.get(k), Mapping)
             and "owner" not in element), element,
        )  # fmt: skip
        content = {k: v for k, v in inner.items() if not str(k).startswith("_")}
        identifier = lenient_json.text(element.get("id")) or lenient_json.text(inner.get("id"))
        content.update({"id": identifier, "_hub": hub, "_portal": portal})
        if isinstance(element.get("geometry"), Mapping):
            content["_geometry"] = element["geometry"]
        title = arcgis_item.title(content)
        if not identifier and not title:
            return Unreadable("An item of %(url)s has neither id nor title.", {"url": self.url})
        modified = arcgis_item.moment(content.get("modified")) or None
        return Candidate(
            content, identifier or None, title, lenient_json.text(content.get("url")),
            arcgis_item.moment(content.get("created")) or None, modified, arcgis_item.VOLATILE,
        )  # fmt: skip

    # -- portal --------------------------------------------------------------------------------

    def _portal(self, fetcher: Fetcher, root: str) -> Found:
        query = self._portal_query(fetcher, root)
        pages, start = PageTracker(self.url), 1
        while True:
            ask = {"f": "json", "q": query, "num": _PAGE, "start": start, "sortField": "created",
                   "sortOrder": "asc"}  # fmt: skip
            payload = json_of(fetcher.get(f"{root}/sharing/rest/search", params=ask))
            elements, _ = _elements(payload, self.url)
            items = [self._item(element, "", root) for element in elements]
            matched = lenient_json.integer(payload.get("total"))
            pages.page([i for i in items if isinstance(i, Candidate)], matched)
            pages.seen += sum(isinstance(i, Unreadable) for i in items)
            yield from items
            following = payload.get("nextStart")
            if not isinstance(following, int) or following <= 0 or not items:
                break
            start = following
        pages.finish()

    def _portal_query(self, fetcher: Fetcher, root: str) -> str:
        """What to search for: as configured, as in the address, else all of the organization."""
        given = {k.lower(): v for k, v in parse_qs(urlsplit(self.url).query).items()}
        query = str(self.option("query") or "") or "".join(given.get("q", [])[:1])
        if query:
            return query
        about = json_of(fetcher.get(f"{root}/sharing/rest/portals/self", params={"f": "json"}))
        organization = lenient_json.text(about.get("id")) if isinstance(about, Mapping) else ""
        if not organization or root == _ONLINE:
            raise SourceError(
                "%(url)s is a portal of many organizations: say in the options what to search for.",
                url=self.url,
            )  # fmt: skip
        return "access:public" if organization == "0123456789ABCDEF" else f"orgid:{organization}"


_PAGING = frozenset({"startindex", "start", "limit", "page[number]", "page[size]", "page[key]"})


def _first_page(address: str) -> dict[str, Any]:
    if "/api/v3/" in urlsplit(address).path.lower():
        return {"page[number]": 1, "page[size]": _PAGE}
    if urlsplit(address).path.rstrip("/").lower().endswith("/items"):
        return {"limit": _PAGE, "startindex": 1}
    return {}


def _turned(parameters: Mapping[str, Any], seen: int) -> dict[str, Any]:
    """The parameters of the page after ``seen`` items; none where the address has no pages."""
    if "startindex" in parameters:
        return {**parameters, "startindex": seen + 1}
    if "page[number]" in parameters:
        return {**parameters, "page[number]": parameters["page[number]"] + 1}
    return {}


def _site(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def _elements(payload: Any, url: str) -> tuple[list[Any], int | None]:
    """The items of an answer and how many there are in all, of any of the interfaces."""
    if isinstance(payload, Mapping):
        if "error" in payload and not any(k in payload for k in ("features", "data", "results")):
            raise SourceError(
                "%(url)s refuses the request: %(error)s",
                url=url,
                error=lenient_json.as_extra(payload["error"])[:300],
            )
        for name in ("features", "data", "results"):
            if isinstance(payload.get(name), list):
                return payload[name], _matched(payload)
        if isinstance(payload.get("item"), Mapping):
            return [payload["item"]], None
        if isinstance(payload.get("data"), Mapping):
            return [payload["data"]], None
        if payload.get("type") == "Feature" or ("id" in payload and "owner" in payload):
            return [payload], None
    elif isinstance(payload, list) and all(isinstance(i, Mapping) for i in payload):
        return payload, None
    raise SourceError("%(url)s answered without a list of items.", url=url)


def _matched(payload: Mapping[str, Any]) -> int | None:
    meta = payload.get("meta")
    stats = meta.get("stats") if isinstance(meta, Mapping) else None
    for holder, name in (
        (payload, "numberMatched"), (stats, "totalCount"), (meta, "total"), (payload, "total"),
    ):  # fmt: skip
        if isinstance(holder, Mapping) and isinstance(holder.get(name), int):
            return lenient_json.integer(holder[name])
    return None


def _next(payload: Any, url: str) -> str:
    """The address of the next page: a link of GeoJSON, or ``meta.next``, ``links.next``."""
    if not isinstance(payload, Mapping):
        return ""
    for link in lenient_json.items(payload.get("links")):
        if lenient_json.text(link.get("rel")).lower() == "next" and lenient_json.text(
            link.get("href")
        ):
            return urljoin(url, lenient_json.text(link.get("href")))
    for name in ("meta", "links"):
        holder = payload.get(name)
        following = holder.get("next") if isinstance(holder, Mapping) else None
        if isinstance(following, Mapping):
            following = following.get("href")
        if isinstance(following, str) and following.strip():
            return urljoin(url, following.strip())
    return ""
