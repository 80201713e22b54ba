"""Extents as data portals write them in text, as GeoJSON. Pure.

GeoJSON (geometry or feature), WKT with or without a reference system, CKAN's and Solr's
``ENVELOPE(west, east, north, south)``, ``west,south,east,north``, ``latitude,longitude`` (the
order that DCAT-US asks for), DCMI Box and Point, GML's corners, ArcGIS extents.
"""
from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ckanext.hanoi.parsing import geometry
from ckanext.hanoi.parsing.geometry import Geometry

_WKT = re.compile(
    r"^(?:<[^>]*>\s*|SRID=\d+;\s*)?(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON)"
    r"\s*(?:(?:ZM|Z|M)\s*)?(\(.*\))\s*$",
    re.I | re.S,
)
_TYPES = {
    "point": "Point", "linestring": "LineString", "polygon": "Polygon", "multipoint": "MultiPoint",
    "multilinestring": "MultiLineString", "multipolygon": "MultiPolygon",
}  # fmt: skip
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_POSITION = re.compile(rf"(?<![\d.])({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})*")
_ENVELOPE = re.compile(r"^ENVELOPE\s*\((.*)\)$", re.I | re.S)
_LIST = re.compile(rf"^\s*{_NUMBER}(?:[\s,;]+{_NUMBER}){{1,3}}\s*$")
_CORNER = re.compile(rf"<(?:\w+:)?(lower|upper)Corner[^<>]*>\s*({_NUMBER})\s+({_NUMBER})", re.I)
_DCMI = re.compile(rf"\b(\w+)\s*=\s*({_NUMBER})")
_LIMIT = 1_000_000


def place(value: Any) -> Geometry | None:
    """The geometry that ``value`` (text or object) names; None where it names none for certain."""
    if isinstance(value, Mapping):
        return _of_object(value)
    if isinstance(value, list):
        return geometry.esri(value)
    if not isinstance(value, str) or len(value) > _LIMIT:
        return None
    words = value.strip()
    if words.startswith(("{", "[")):
        try:
            return place(json.loads(words))
        except (ValueError, RecursionError):
            return None
    return _wkt(words) or _of_numbers(words) or _of_names(words)


def _of_object(value: Mapping[str, Any]) -> Geometry | None:
    if value.get("type") == "Feature":
        return place(value.get("geometry"))
    if value.get("type") == "FeatureCollection" and isinstance(value.get("features"), list):
        return geometry.joined(place(f) for f in value["features"] if isinstance(f, Mapping))
    if value.get("type") == "GeometryCollection" and isinstance(value.get("geometries"), list):
        return geometry.joined(place(g) for g in value["geometries"] if isinstance(g, Mapping))
    return geometry.geojson(value) or _turned(value) or geometry.esri(value)


def _turned(value: Mapping[str, Any]) -> Geometry | None:
    """The geometry with latitude and longitude exchanged, where only so it lies in the world."""
    try:
        return geometry.geojson({**value, "coordinates": _swapped(value.get("coordinates"))})
    except RecursionError:
        return None


def _swapped(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if len(value) >= 2 and not isinstance(value[0], (list, Mapping)):
        return [value[1], value[0]]
    return [_swapped(item) for item in value]


def _wkt(words: str) -> Geometry | None:
    match = _WKT.match(words)
    if not match:
        return None
    kind, body = _TYPES[match[1].lower()], match[2]
    body = _POSITION.sub(lambda m: f"[{float(m[1])!r}, {float(m[2])!r}]", body)
    try:
        coordinates = json.loads(body.replace("(", "[").replace(")", "]"))
    except (ValueError, RecursionError):
        return None
    if kind == "Point" and len(coordinates) == 1:
        coordinates = coordinates[0]
    if kind == "MultiPoint":
        coordinates = [c[0] if c and isinstance(c[0], list) else c for c in coordinates]
    return place({"type": kind, "coordinates": coordinates})


def _of_numbers(words: str) -> Geometry | None:
    if match := _ENVELOPE.match(words):
        found = geometry.numbers(match[1])
        if len(found) == 4:
            west, east, north, south = found
            return geometry.envelope(west, south, east, north)
        return None
    if not _LIST.match(words):
        return None
    found = geometry.numbers(words)
    if len(found) == 4:
        return geometry.envelope(*found)
    if len(found) == 2:
        return geometry.point(found[1], found[0])
    return None


def _of_names(words: str) -> Geometry | None:
    corners = {m[1].lower(): (m[2], m[3]) for m in _CORNER.finditer(words)}
    if len(corners) == 2:
        (west, south), (east, north) = corners["lower"], corners["upper"]
        return geometry.envelope(west, south, east, north)
    named = {m[1].lower(): m[2] for m in _DCMI.finditer(words)}
    limits = [named.get(f"{side}limit") for side in ("west", "south", "east", "north")]
    if all(limits):
        return geometry.envelope(*limits)
    if named.keys() >= {"east", "north"}:
        return geometry.point(named["east"], named["north"])
    return None
