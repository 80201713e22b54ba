"""Extents as GeoJSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.parsing import geometry

HANOI = [[105.3, 20.5], [106.0, 20.5], [106.0, 21.4], [105.3, 21.4], [105.3, 20.5]]


def test_a_box_is_a_polygon_longitude_first():
    assert geometry.envelope("105.3", "20,5", 106, 21.4) == {
        "type": "Polygon", "coordinates": [HANOI],
    }  # fmt: skip


def test_exchanged_axes_are_exchanged_back_only_where_there_is_no_doubt():
    assert geometry.envelope(20.5, 105.3, 21.4, 106)["coordinates"] == [HANOI]
    assert geometry.envelope(20.5, 10, 21.4, 11)["coordinates"][0][0] == [20.5, 10]


@pytest.mark.parametrize(
    "box",
    [(0, 0, 0, 0), (200, 95, 300, 99), ("a", 1, 2, 3), (None, 1, 2, 3), (1, 2, 3, float("nan")),
     (True, 1, 2, 3), ("1e999", 1, 2, 3)],
)  # fmt: skip
def test_what_is_no_place_is_none(box):
    assert geometry.envelope(*box) is None


def test_a_box_without_size_is_a_point_and_one_across_the_180th_meridian_has_two_parts():
    assert geometry.point(105.8, 21) == {"type": "Point", "coordinates": [105.8, 21]}
    across = geometry.envelope(170, -20, -170, -10)
    assert across["type"] == "MultiPolygon"
    assert geometry.bounds(across) == (-180, -20, 180, -10)


def test_a_ring_is_closed_and_must_lie_in_the_world():
    ring = geometry.polygon([(105, 20), (106, 20), (106, 21)])["coordinates"][0]
    assert ring[0] == ring[-1] == [105, 20]
    assert geometry.polygon([(105, 20), (106, 20)]) is None
    assert geometry.polygon([(105, 20), (106, 20), (106, 121)]) is None


def test_several_places_become_one_geometry():
    box, other = geometry.envelope(1, 1, 2, 2), geometry.envelope(3, 3, 4, 4)
    assert geometry.joined([box, None, box]) == box
    assert geometry.joined([box, other])["type"] == "MultiPolygon"
    assert geometry.joined([box, geometry.point(5, 5)])["type"] == "GeometryCollection"
    assert geometry.joined([]) is None


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]},
        {"type": "Polygon", "coordinates": [[["x", 1], [2, 2], [3, 3], [1, 1]]]},
        {"type": "Point", "coordinates": [200, 1]}, {"type": "Circle", "coordinates": [1, 1]},
        {"type": ["Point"], "coordinates": [1, 1]}, "POINT(1 1)", None, [],
    ],
)  # fmt: skip
def test_geojson_that_is_none_is_none(value):
    assert geometry.geojson(value) is None


def test_an_unknown_projection_gives_no_place():
    box = {"xmin": 580000, "ymin": 2300000, "xmax": 590000, "ymax": 2310000}
    assert geometry.esri({**box, "spatialReference": {"wkid": 3405}}) is None


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["type", "coordinates", "xmin", "ymin", "xmax", "ymax"]), inner
        ),
    ),
    max_leaves=12,
)


@given(_json)
def test_anything_is_a_place_within_the_world_or_none(value):
    for read in (geometry.esri, geometry.geojson):
        found = read(value)
        if found is not None:
            json.dumps(found, allow_nan=False)
            west, south, east, north = geometry.bounds(found)
            assert -180.001 <= west <= east <= 180.001
            assert -90.001 <= south <= north <= 90.001


def test_a_ring_that_is_left_open_is_closed():
    corners = [[105, 20], [106, 20], [106, 21], [105, 21]]
    found = geometry.geojson({"type": "Polygon", "coordinates": [corners]})
    assert found is not None
    assert found["coordinates"][0][-1] == found["coordinates"][0][0] == [105, 20]
    several = geometry.geojson({"type": "MultiPolygon", "coordinates": [[corners], [corners]]})
    assert several is not None
    assert len(several["coordinates"][1][0]) == 5
    assert geometry.geojson({"type": "Polygon", "coordinates": [corners[:2]]}) is None
