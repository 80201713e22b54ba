"""GeoJSON of a dataset's extent."""
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.dataset.geojson import geojson
from ckanext.hanoi.dataset.rules import MAX_BYTES, RuleError

SQUARE = [[105, 20], [106, 20], [106, 21], [105, 21], [105, 20]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [105.85, 21.03]},
        {"type": "Point", "coordinates": [105.85, 21.03, 12]},
        {"type": "MultiPoint", "coordinates": [[105, 21]]},
        {"type": "LineString", "coordinates": [[105, 21], [106, 21]]},
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
    ],
)
def test_a_geometry_is_kept_whether_it_is_text_or_an_object(geometry):
    assert json.loads(geojson(geometry)) == geometry
    assert geojson(json.dumps(geometry, indent=2)) == geojson(geometry)


def test_a_feature_is_taken_for_its_geometry():
    point = {"type": "Point", "coordinates": [105.85, 21.03]}
    assert json.loads(geojson({"type": "Feature", "properties": {}, "geometry": point})) == point


@pytest.mark.parametrize("value", ["", "  "])
def test_nothing_is_nothing(value):
    assert geojson(value) == ""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"type":"Point","coordinates":[NaN,1]}', "not JSON"),
        ("[]", "not a GeoJSON geometry"),
        ({"type": "Circle", "coordinates": [1, 2]}, "not a GeoJSON geometry"),
        ({"type": "Feature"}, "not a GeoJSON geometry"),
        ({"type": "GeometryCollection"}, "not a GeoJSON geometry"),
        ({"type": "GeometryCollection", "geometries": []}, "no coordinates"),
        ({"type": "Point", "coordinates": [21.03, 105.85]}, "longitude first"),
        ({"type": "Point", "coordinates": [1e999, 0]}, "outside of the world"),
        ({"type": "Point", "coordinates": ["105", "21"]}, "must be"),
        ({"type": "Point", "coordinates": [True, False]}, "must be"),
        ({"type": "Point", "coordinates": [1]}, "must be"),
        ({"type": "Point"}, "not nested"),
        ({"type": "Polygon", "coordinates": SQUARE}, "not nested"),
        ({"type": "Polygon", "coordinates": []}, "no coordinates"),
        ({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, "end where it starts"),
        ({"type": "Polygon", "coordinates": [SQUARE[:2]]}, "end where it starts"),
    ],
)
def test_what_is_no_geometry_is_refused_with_the_reason(value, message):
    with pytest.raises(RuleError, match=message):
        geojson(value)


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=40))
def test_points_of_the_world_are_kept(points):
    geometry = {"type": "MultiPoint", "coordinates": [list(point) for point in points]}
    assert json.loads(geojson(geometry)) == geometry


def test_a_geometry_too_large_for_the_index_becomes_its_bounding_box():
    line = [[105 + i / 10_000, 21 + (i % 7) / 10] for i in range(4_000)]
    stored = geojson({"type": "LineString", "coordinates": line})
    assert len(stored.encode()) < MAX_BYTES
    assert json.loads(stored)["coordinates"] == [
        [[105.0, 21.0], [105.3999, 21.0], [105.3999, 21.6], [105.0, 21.6], [105.0, 21.0]]
    ]


def test_a_collection_of_geometries_is_stored_as_one():
    point = {"type": "Point", "coordinates": [105.85, 21.03]}
    line = {"type": "LineString", "coordinates": [[105.8, 21], [105.9, 21.1]]}
    given = {"type": "GeometryCollection", "geometries": [point, {**line, "more": 1}]}
    stored = json.loads(geojson(given))
    assert stored["geometries"] == [point, line]
    with pytest.raises(RuleError, match="not a GeoJSON geometry"):
        geojson({"type": "GeometryCollection", "geometries": [stored]})
