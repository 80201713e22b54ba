"""GeoJSON of a dataset's extent: checked, compacted, never too big for the index. Knows no CKAN."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.hanoi.dataset.rules import MAX_BYTES, RuleError

#: Geometry type: how deep its positions are nested.
_GEOMETRIES: dict[str, int] = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}


def geojson(value: Any) -> str:
    """A GeoJSON geometry in longitude and latitude, as compact JSON; "" for an empty value.

    A Feature is taken for its geometry. A geometry of more than ``MAX_BYTES`` is stored as its
    bounding box, because the search index can't take more.
    """
    if isinstance(value, str):
        if not value.strip():
            return ""
        try:
            value = json.loads(value, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise RuleError("This is not JSON: paste a GeoJSON geometry") from None
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    stored, positions = _checked(value)
    compact = _compact(stored)
    if len(compact.encode()) > MAX_BYTES:
        compact = _compact(_envelope(positions))
    return compact


def _checked(value: Any, depth: int = 0) -> tuple[dict[str, Any], list[tuple[float, float]]]:
    """The geometry without what is none of it, and its positions."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "GeometryCollection" and isinstance(value.get("geometries"), list) and not depth:
        parts = [_checked(part, depth + 1) for part in value["geometries"]]
        stored: dict[str, Any] = {"type": kind, "geometries": [part for part, _ in parts]}
        positions = [position for _, found in parts for position in found]
    elif kind in _GEOMETRIES:
        stored = {"type": kind, "coordinates": value.get("coordinates")}
        positions = list(_positions(stored["coordinates"], _GEOMETRIES[kind]))
        _check_rings(kind, stored["coordinates"])
    else:
        raise RuleError(
            "This is not a GeoJSON geometry: its type must be one of %(types)s",
            types=", ".join([*_GEOMETRIES, "GeometryCollection"]),
        )
    if not positions:
        raise RuleError("The GeoJSON geometry has no coordinates")
    return stored, positions


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _positions(value: Any, depth: int) -> Iterable[tuple[float, float]]:
    if not isinstance(value, list):
        raise RuleError("The coordinates of the GeoJSON geometry are not nested as its type asks")
    if depth:
        for item in value:
            yield from _positions(item, depth - 1)
        return
    if not 2 <= len(value) <= 4 or not all(
        isinstance(number, (int, float)) and not isinstance(number, bool) for number in value
    ):
        raise RuleError("A position of the GeoJSON geometry must be [longitude, latitude]")
    longitude, latitude = value[:2]
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise RuleError(
            "%(position)s is outside of the world: GeoJSON has longitude first, then latitude",
            position=str(value[:2]),
        )
    yield longitude, latitude


def _check_rings(kind: str, coordinates: list[Any]) -> None:
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind, [])
    for ring in (ring for polygon in polygons for ring in polygon):
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise RuleError("Each ring of a polygon must end where it starts")


def _envelope(positions: list[tuple[float, float]]) -> dict[str, Any]:
    west, east = min(p[0] for p in positions), max(p[0] for p in positions)
    south, north = min(p[1] for p in positions), max(p[1] for p in positions)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
