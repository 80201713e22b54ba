"""Every kind of source meets the same faults: the run fails and says why, nothing is removed, and
when the source is well again nothing has changed.

Sources of three datasets; those that have pages give two, and it is the second that fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug import Request, Response

from ckanext.hanoi.fetch import Fetcher

TITLES = ("Bệnh viện", "Trường học", "Công viên")
Page = tuple[str, str]


def as_json(value: Any) -> Page:
    return json.dumps(value), "application/json"


class Source:
    """One source over HTTP. ``pages`` gives the body of page 1 or 2 and its content type; ``first``
    answers what comes before pages are asked for, with None for "a page"."""

    def __init__(self, server, path: str, number: Callable[[Request], int | None]) -> None:
        self.url = server.url_for(path)
        self.number = number
        self.fault: Callable[[Page], Response] | None = None
        server.expect_request(path).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        number = self.number(request)
        body, kind = self.before(request) if number is None else self.page(number)
        if self.fault and number == self.last:
            return self.fault((body, kind))
        return Response(body, content_type=kind)

    last = 2

    def before(self, request: Request) -> Page:
        return "", "text/plain"

    def page(self, number: int) -> Page:
        raise NotImplementedError


def of_page(number: int, size: int = 2) -> list[tuple[int, str]]:
    return [(i, t) for i, t in enumerate(TITLES, 1) if (i - 1) // size == number - 1]


class Ckan(Source):
    def __init__(self, server) -> None:
        super().__init__(server, "/api/3/action/package_search", lambda r: self.at(r))

    def at(self, request: Request) -> int:
        # pages overlap by one dataset
        return 1 if int(request.args.get("start", 0)) == 0 else 2

    def page(self, number: int) -> Page:
        found = [{"id": f"d{i}", "name": f"d{i}", "title": t, "resources": []}
                 for i, t in enumerate(TITLES, 1)]  # fmt: skip
        found = found[:2] if number == 1 else found[1:]
        return as_json({"success": True, "result": {"count": 3, "results": found}})


class Dcat(Source):
    def __init__(self, server) -> None:
        super().__init__(server, "/catalog", lambda r: int(r.args.get("page", 1)))

    def page(self, number: int) -> Page:
        sets = "".join(
            f'<https://x.vn/{i}> a dcat:Dataset ; dct:title "{t}" .\n' for i, t in of_page(number)
        )
        following = f"hydra:next <{self.url}?page=2> ;" if number == 1 else ""
        return (
            "@prefix dcat: <http://www.w3.org/ns/dcat#> . "
            "@prefix dct: <http://purl.org/dc/terms/> . "
            "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
            f"<{self.url}?page={number}> a hydra:PagedCollection ; {following} "
            f"hydra:totalItems 3 .\n{sets}",
            "text/turtle",
        )


class DataJson(Source):
    last = 1

    def __init__(self, server) -> None:
        super().__init__(server, "/data.json", lambda r: 1)

    def page(self, number: int) -> Page:
        found = [{"identifier": f"d{i}", "title": t} for i, t in of_page(1, 3)]
        return as_json({"dataset": found})


class Arcgis(Source):
    path = "/api/search/v1/collections/dataset/items"

    def __init__(self, server) -> None:
        super().__init__(
            server, self.path, lambda r: 1 if r.args.get("startindex", "1") == "1" else 2
        )

    def page(self, number: int) -> Page:
        features = [{"id": f"d{i}", "type": "Feature", "properties": {"title": t}}
                    for i, t in of_page(number)]  # fmt: skip
        links = [{"rel": "next", "href": f"{self.url}?startindex=3"}] if number == 1 else []
        return as_json({"type": "FeatureCollection", "features": features, "numberMatched": 3,
                        "links": links})  # fmt: skip


class Csw(Source):
    def __init__(self, server) -> None:
        super().__init__(server, "/csw", self.at)

    @staticmethod
    def at(request: Request) -> int | None:
        if request.args.get("request") != "GetRecords":
            return None
        return 1 if request.args.get("startPosition") == "1" else 2

    def before(self, request: Request) -> Page:
        return '<Capabilities version="2.0.2"/>', "text/xml"

    def page(self, number: int) -> Page:
        records = "".join(
            f"<csw:Record><dc:identifier>d{i}</dc:identifier><dc:title>{t}</dc:title></csw:Record>"
            for i, t in of_page(number)
        )
        following = 3 if number == 1 else 0
        return (
            '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><csw:SearchResults '
            f'numberOfRecordsMatched="3" nextRecord="{following}">{records}</csw:SearchResults>'
            "</csw:GetRecordsResponse>",
            "text/xml",
        )


class OaiPmh(Source):
    def __init__(self, server) -> None:
        super().__init__(server, "/oai", self.at)

    @staticmethod
    def at(request: Request) -> int | None:
        if request.args.get("verb") != "ListRecords":
            return None
        return 2 if "resumptionToken" in request.args else 1

    def before(self, request: Request) -> Page:
        return self.envelope("<ListMetadataFormats/>")

    @staticmethod
    def envelope(inner: str) -> Page:
        return (
            f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inner}</OAI-PMH>',
            "text/xml",
        )

    def page(self, number: int) -> Page:
        records = "".join(
            f"<record><header><identifier>oai:x:{i}</identifier><datestamp>2025-01-01</datestamp>"
            '</header><metadata><dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/">'
            f'<title xmlns="http://purl.org/dc/elements/1.1/">{t}</title></dc></metadata></record>'
            for i, t in of_page(number)
        )
        token = f"<resumptionToken>{'two' if number == 1 else ''}</resumptionToken>"
        return self.envelope(f"<ListRecords>{records}{token}</ListRecords>")


class PxWeb(Source):
    def __init__(self, server) -> None:
        super().__init__(server, "/api/v2/tables", lambda r: int(r.args.get("pageNumber", 1)))

    def page(self, number: int) -> Page:
        tables = [{"id": f"T{i}", "label": t, "updated": "2025-01-01T00:00:00Z", "links": []}
                  for i, t in of_page(number)]  # fmt: skip
        page = {"pageNumber": number, "pageSize": 2, "totalElements": 3, "totalPages": 2}
        return as_json({"language": "vi", "tables": tables, "page": page})


class Inventory(Source):
    last = 1

    def __init__(self, server) -> None:
        super().__init__(server, "/danh-muc.csv", lambda r: 1)

    def page(self, number: int) -> Page:
        rows = "".join(f"{i},{t},Mô tả\n" for i, t in of_page(1, 3))
        return f"STT,Tên dữ liệu,Mô tả\n{rows}", "text/csv"


KINDS = {
    "ckan": Ckan, "dcat": Dcat, "data_json": DataJson, "arcgis": Arcgis, "csw": Csw,
    "oai_pmh": OaiPmh, "pxweb": PxWeb, "inventory": Inventory,
}  # fmt: skip


def half(page: Page) -> Response:
    body, kind = page
    return Response(body.encode()[: len(body.encode()) * 2 // 3], content_type=kind)


#: What may stand in the place of a page. Half a table of text is a table: nobody can tell.
FAULTS: dict[str, tuple[Callable[[Page], Response], tuple[str, ...]]] = {
    "500": (lambda page: Response("down", status=500), ()),
    "half a page": (half, ("inventory",)),
    "a web page with status 200": (
        lambda page: Response("<html><body>Bảo trì</body></html>", content_type="text/html"), (),
    ),
    "nothing": (lambda page: Response(""), ()),
}  # fmt: skip


@pytest.fixture
def source(request, httpserver, monkeypatch) -> Source:
    init = Fetcher.__init__

    def impatient(self, *args: Any, **options: Any) -> None:
        init(self, *args, **{**options, "pause": 0.001})

    monkeypatch.setattr(Fetcher, "__init__", impatient)
    return KINDS[request.param](httpserver)


def repeats(source: Source) -> None:
    """The first page, whatever is asked for, and a way on for ever."""
    first = source.page(1)
    source.page = lambda number: first  # type: ignore[method-assign]


def lies(source: Source) -> None:
    """More datasets are announced than there are."""
    page = source.page

    def lying(number: int) -> Page:
        body, kind = page(number)
        for old, new in (
            ('"count": 3', '"count": 9'), ("totalItems 3", "totalItems 9"),
            ('"numberMatched": 3', '"numberMatched": 9'), ('Matched="3"', 'Matched="9"'),
            ('"totalElements": 3', '"totalElements": 9'),
        ):  # fmt: skip
            body = body.replace(old, new)
        return body, kind

    source.page = lying  # type: ignore[method-assign]


#: Troubles of sources with pages; OAI-PMH announces nothing that counts.
TROUBLES: dict[Callable[[Source], None], tuple[str, ...]] = {
    repeats: ("data_json", "inventory"),
    lies: ("data_json", "inventory", "oai_pmh"),
}


def troubles(kind: str, source: Source) -> Iterator[str]:
    """The name of each trouble that the kind can have, while the source has it."""
    for name, (fault, not_for) in FAULTS.items():
        if kind not in not_for:
            source.fault = fault
            yield name
    source.fault = None
    for trouble, not_for in TROUBLES.items():
        if kind not in not_for:
            whole = source.page
            trouble(source)
            yield trouble.__name__
            source.page = whole  # type: ignore[method-assign]


@pytest.mark.parametrize("source", KINDS, indirect=True)
def test_no_trouble_of_a_source_removes_or_changes_anything(admin, source, request):
    kind = request.node.callspec.params["source"]
    admin.add_source(source.url, kind=kind)
    first = admin.run()
    assert (first["status"], first["counts"]["created"]) == ("finished", 3), first["message"]
    before = {d["title"]: d["metadata_modified"] for d in admin.datasets()}
    assert set(before) == set(TITLES)
    for name in troubles(kind, source):
        run = admin.run(force=True)
        assert (name, run["status"]) == (name, "failed")
        assert run["message"]
        assert {d["title"]: d["metadata_modified"] for d in admin.datasets()} == before
    last = admin.run(force=True)
    assert (last["status"], last["counts"]["unchanged"]) == ("finished", 3)
    assert {d["title"]: d["metadata_modified"] for d in admin.datasets()} == before
