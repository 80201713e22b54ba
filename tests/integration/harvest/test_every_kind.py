"""Each kind of source harvests its samples into the catalog; a second run changes nothing.

The samples are what other people published: see the README beside each of them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from werkzeug import Response

DATA = Path(__file__).parents[2] / "data"


def read(name):
    return (DATA / name).read_bytes()


def document(path, name, content_type):
    """Serves one sample at one address."""

    def serve(server):
        server.expect_request(path).respond_with_data(read(name), content_type=content_type)
        return server.url_for(path)

    return serve


def ckan(name):
    def serve(server):
        page = json.loads(read(f"ckan/{name}"))
        result = page.get("result", page)

        def search(request):
            start, rows = int(request.args.get("start", 0)), int(request.args.get("rows", 10))
            shown = result["results"][start : start + rows]
            body = {"success": True, "result": {"count": len(result["results"]), "results": shown}}
            return Response(json.dumps(body), content_type="application/json")

        server.expect_request("/api/3/action/package_search").respond_with_handler(search)
        return server.url_for("/")

    return serve


def arcgis(server):
    item = json.loads(read("arcgis/koop__mock-dataset.json"))
    path = "/api/search/v1/collections/dataset/items"
    page = {"type": "FeatureCollection", "features": [item], "numberMatched": 1, "links": []}
    server.expect_request(path).respond_with_json(page)
    return server.url_for(path)


def oai_pmh(server):
    def answer(request):
        if "resumptionToken" in request.args:
            return Response(read("oai_pmh/sickle__noRecordsMatch.xml"), content_type="text/xml")
        names = {"Identify": "Identify", "ListMetadataFormats": "ListMetadataFormats"}
        name = names.get(request.args.get("verb"), "ListRecords")
        body = read(f"oai_pmh/sickle__{name}.xml").replace(b">ListRecords2.xml<", b"><")
        return Response(body, content_type="text/xml")

    server.expect_request("/oai").respond_with_handler(answer)
    return server.url_for("/oai")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLES = {
    "ckan: data.gov.uk": ("ckan", ckan("datagovuk__package_search.json"), 4),
    "ckan: EnviDat": ("ckan", ckan("envidat__package_search.json"), 2),
    "dcat: Civitavecchia": (
        "dcat",
        document("/catalog.rdf", "dcat/civitavecchia__catalog.rdf", "application/rdf+xml"),
        10,
    ),
    "data_json: Education": (
        "data_json",
        document("/data.json", "data_json/education_small.data.json", "application/json"),
        89,
    ),
    "data_json: DCAT-US 3": (
        "data_json",
        document("/v3.json", "data_json/datagov__dcatus3_0_with_services.json", "application/json"),
        3,
    ),
    "arcgis: Hub": ("arcgis", arcgis, 1),
    "csw: two records": (
        "csw",
        document("/records.xml", "csw/geodatagov__sample3_getrecords2.xml", "text/xml"),
        2,
    ),
    "csw: Atom": ("csw", document("/atom.xml", "csw/owslib__csw_10entries.xml", "text/xml"), 10),
    "oai_pmh": ("oai_pmh", oai_pmh, 1),
    "pxweb: tables": (
        "pxweb",
        document("/api/v2/tables", "pxweb/pxwebapi__ListAllTables.json", "application/json"),
        5,
    ),
    "pxweb: file": (
        "pxweb",
        document("/TAB001.px", "pxweb/pxwebapi__TAB001.px", "application/octet-stream"),
        1,
    ),
    "inventory: Justicia": (
        "inventory",
        document("/catalogo.xlsx", "inventory/ar_justicia__catalogo_justicia.xlsx", XLSX),
        16,
    ),
    "inventory: HDX": (
        "inventory",
        document("/hdx.csv", "inventory/hdx_samples_for_mapping.csv", "text/csv"),
        440,
    ),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_harvested_completely_and_a_second_run_changes_nothing(
    admin, httpserver, sample
):
    kind, serve, number = SAMPLES[sample]
    admin.add_source(serve(httpserver), kind=kind)
    first = admin.run()
    assert first["status"] == "finished", first["message"]
    assert (first["counts"]["created"], first["failures"]) == (number, [])
    before = {d["id"]: d["metadata_modified"] for d in admin.datasets()}
    assert len(before) == number
    # all are mapped and compared again; but the long list is only asked whether it has changed
    forced = number < 400
    second = admin.run(force=forced)
    changed = {c["title"]: c["fields"] for c in second["changes"]}
    assert (second["status"], changed) == ("finished", {})
    assert second["counts"]["unchanged"] == number or not forced
    assert second["counts"]["created"] == second["counts"]["updated"] == 0
    assert {d["id"]: d["metadata_modified"] for d in admin.datasets()} == before


#: What a server says that is down, being mended, or silent.
ANSWERS = (
    {"status": 500, "response_data": "down"},
    {"response_data": "<html><body>Bảo trì</body></html>", "content_type": "text/html"},
    {"response_data": ""},
)


@pytest.mark.parametrize(
    "kind", ["ckan", "dcat", "data_json", "arcgis", "csw", "oai_pmh", "pxweb", "inventory"]
)
def test_a_source_that_was_never_well_fails_the_run_and_says_why(admin, httpserver, kind):
    admin.add_source(httpserver.url_for("/x"), kind=kind)
    for answer in ANSWERS:
        httpserver.clear()
        httpserver.expect_request(re.compile(".*")).respond_with_data(**answer)
        run = admin.run()
        assert (answer, run["status"]) == (answer, "failed")
        assert run["message"]
    assert admin.datasets() == []
