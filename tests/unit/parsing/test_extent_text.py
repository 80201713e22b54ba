"""Extents in text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.parsing.extent_text import place

HANOI = {"type": "Polygon", "coordinates": [
    [[105.3, 20.5], [106.0, 20.5], [106.0, 21.4], [105.3, 21.4], [105.3, 20.5]]]}  # fmt: skip
POINT = {"type": "Point", "coordinates": [105.85, 21.02]}


@pytest.mark.parametrize(
    ("value", "geometry"),
    [
        ("105.3,20.5,106.0,21.4", HANOI),
        ("105.3 20.5 106 21.4", HANOI),
        ("ENVELOPE(105.3, 106.0, 21.4, 20.5)", HANOI),
        ("POLYGON((105.3 20.5, 106.0 20.5, 106.0 21.4, 105.3 21.4, 105.3 20.5))", HANOI),
        ("northlimit=21.4; southlimit=20.5; westlimit=105.3; eastlimit=106.0", HANOI),
        ("<gml:Envelope><gml:lowerCorner>105.3 20.5</gml:lowerCorner>"
         "<gml:upperCorner>106 21.4</gml:upperCorner></gml:Envelope>", HANOI),
        ([[105.3, 20.5], [106.0, 21.4]], HANOI),
        ("POINT(105.85 21.02)", POINT),
        ("SRID=4326; POINT Z (105.85 21.02 7)", POINT),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(105.85 21.02)", POINT),
        ("21.02, 105.85", POINT),
        ("east=105.85; north=21.02", POINT),
        ('{"type": "Point", "coordinates": [105.85, 21.02]}', POINT),
        ({"type": "Feature", "geometry": POINT}, POINT),
        ({"type": "GeometryCollection", "geometries": [POINT]}, POINT),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": POINT}]},
         POINT),
        ({"type": "Point", "coordinates": [21.02, 105.85]}, POINT),
        ("MULTIPOINT (1 2, 3 4)", {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}),
        ("MULTIPOINT ((1 2), (3 4))", {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}),
    ],
)  # fmt: skip
def test_an_extent_in_any_notation_is_geojson(value, geometry):
    assert place(value) == geometry


@pytest.mark.parametrize(
    "value",
    ["Hà Nội", "", "2015", "1,2,3", "POINT(181 0)", "POINT(1)", "POLYGON((1 2, 3 4))", "POLYGON((",
     "ENVELOPE(1,2,3)", "{", "[[[[", {"type": "Point"}, {"type": ["Point"]}, None, 7, [], [1],
     "0,0,0,0", "(" * 5000, {"type": "Feature", "geometry": None}],
)  # fmt: skip
def test_what_names_no_place_for_certain_is_none(value):
    assert place(value) is None


@given(
    st.one_of(
        st.text("0123456789.,- ()POLYGNMUTIE=<>{}[]\":", max_size=40),
        st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "geometries", "xmin"]),
            st.one_of(st.sampled_from(["Point", "Polygon", "Feature"]), st.integers(),
                      st.lists(st.lists(st.floats(), max_size=3), max_size=3)),
            max_size=3,
        ),
        st.lists(st.floats(), max_size=5),
    )
)  # fmt: skip
def test_nothing_raises(value):
    found = place(value)
    assert found is None or found["type"]
