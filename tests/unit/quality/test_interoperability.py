"""Interoperability: formats by the lists of the European portal, and valid DCAT-AP."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import Graph
from samples import dataset, reached, resource

from ckanext.hanoi.dcat import serialize
from ckanext.hanoi.dcat.serialize import Agent, Site
from ckanext.hanoi.dcat.triples import PREFIXES

SHAPES = Path(__file__).parents[2] / "data" / "shacl" / "dcat-ap-3.0.1-shapes.ttl"
BASE = "https://dulieu.example.org"
AGENCY = Agent(f"{BASE}/organization/org-1", "Sở Giáo dục và Đào tạo")
SITE = Site(BASE, "Cổng dữ liệu", "Dữ liệu mở", AGENCY, {"org-1": AGENCY})


def test_format_and_media_type_are_given_or_not():
    assert reached("format", resource={"format": "CSV"})
    assert not reached("format", resource={"format": ""})
    assert reached("media_type", resource={"mimetype": "text/csv"})
    assert not reached("media_type")


@pytest.mark.parametrize(("resource", "share"), [
    ({"format": "CSV", "mimetype": "text/csv"}, 1), ({"format": "CSV"}, 0.5),
    ({"format": "bảng", "mimetype": "text/csv"}, 0.5), ({"format": "bảng"}, 0),
    ({"format": "GPX", "mimetype": "x/khong-co"}, 0),
])  # fmt: skip
def test_half_of_the_lists_is_the_format_and_half_the_media_type(resource, share):
    assert reached("format_vocabulary", resource=resource) == share


@pytest.mark.parametrize(("name", "opened", "readable"), [
    ("CSV", True, True), ("XLSX", False, True), ("PDF", False, False), ("TXT", True, False),
    ("", False, False), ("mã lạ", False, False),
])  # fmt: skip
def test_open_and_machine_readable_formats_are_those_of_the_lists(name, opened, readable):
    assert reached("non_proprietary", resource={"format": name}) is opened
    assert reached("machine_readable", resource={"format": name}) is readable


@cache
def _shapes() -> Graph:
    return Graph().parse(SHAPES)


def _valid(data) -> bool:
    """What the SHACL shapes of DCAT-AP say of our profile's description."""
    triples = serialize.dataset({"id": "d-1", **data}, f"{BASE}/dataset/d-1", SITE)
    text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    graph = Graph().parse(data=(text or b"").decode(), format="turtle")
    return "Constraint Violation" not in validate(graph, shacl_graph=_shapes(), advanced=True)[2]


@pytest.mark.parametrize("data", [
    dataset(), dataset(resources=[]), dataset(resources=[resource(), resource(url="ftp://x.vn/a")]),
    dataset(resources=[resource(hash="ab" * 32, hash_algorithm="SHA-256")]),
], ids=["full", "no file", "ftp", "checksum"])  # fmt: skip
def test_what_passes_is_valid_by_the_shapes_of_dcat_ap(data):
    assert reached("dcat_ap", data)
    assert _valid(data)


@pytest.mark.parametrize("data", [
    dataset(title=""), dataset(resources=[resource(url="ở phòng 12")]),
    dataset(resources=[resource(hash="ab" * 32)]),
    dataset(resources=[resource(), resource(hash="không", hash_algorithm="md5")]),
    dataset(resources=[resource(issued="quý IV")]),
], ids=["no title", "no address", "no algorithm", "no hash", "date"])  # fmt: skip
def test_what_the_shapes_refuse_does_not_pass(data):
    assert not reached("dcat_ap", data)
    assert not _valid(data)


def test_stopgaps_of_the_profile_and_words_for_dates_do_not_pass():
    assert not reached("dcat_ap", dataset(modified="tháng trước"))
    assert not reached("dcat_ap", dataset(notes=""))
    assert reached("dcat_ap", dataset(notes="", notes_en="A list of schools."))
    assert not reached("dcat_ap", dataset(resources=[resource(url="")]))
