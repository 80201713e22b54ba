"""Extents as the sources write them, as GeoJSON (WGS 84, longitude first). Pure functions.

None means: no usable place; the caller keeps what was written as an extra.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Geometry = dict[str, Any]
Point = tuple[float, float]

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_MERCATOR = frozenset({102100, 102113, 3857, 3785, 900913})
_GEOGRAPHIC = frozenset({4326, 4269, 4258, 84})
_EARTH = 6378137.0
_DIGITS = 7


def number(value: Any) -> float | None:
    """A finite number from a number or a text (decimal comma allowed), else None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, str):
            value = value.strip().replace(",", ".")
            if not _NUMBER.fullmatch(value):
                return None
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def numbers(text: str) -> list[float]:
    """All numbers of a coordinate list such as ``"105.3 20.5, 106.0 21.4"``."""
    return [n for n in map(number, _NUMBER.findall(text)) if n is not None]


def envelope(west: Any, south: Any, east: Any, north: Any) -> Geometry | None:
    """The box as a Polygon, a Point where it has no size, a MultiPolygon across the 180th meridian.

    Latitudes and longitudes that were exchanged beyond doubt are exchanged back; a box outside
    the world, or one of zeros only (a form left empty), is None.
    """
    w, s, e, n = (number(v) for v in (west, south, east, north))
    if w is None or s is None or e is None or n is None or not (w or s or e or n):
        return None
    if max(abs(s), abs(n)) > 90 and max(abs(w), abs(e)) <= 90:
        w, s, e, n = s, w, n, e
    if abs(w) > 180 and abs(e) > 180 and abs(w - e) <= 360:
        w, e = (w + 180) % 360 - 180, (e + 180) % 360 - 180
    if max(abs(w), abs(e)) > 180.0001 or max(abs(s), abs(n)) > 90.0001:
        return None
    w, e = max(w, -180.0), min(e, 180.0)
    s, n = max(min(s, n), -90.0), min(max(s, n), 90.0)
    if w == e and s == n:
        return {"type": "Point", "coordinates": [_round(w), _round(s)]}
    if w <= e:
        return {"type": "Polygon", "coordinates": [_box(w, s, e, n)]}
    return {
        "type": "MultiPolygon",
        "coordinates": [[_box(w, s, 180.0, n)], [_box(-180.0, s, e, n)]],
    }


def point(longitude: Any, latitude: Any) -> Geometry | None:
    """A Point, or None outside the world."""
    return envelope(longitude, latitude, longitude, latitude)


def polygon(points: Sequence[Point]) -> Geometry | None:
    """A Polygon of one ring of (longitude, latitude), closed if it was not."""
    ring = [[_round(x), _round(y)] for x, y in points if abs(x) <= 180 and abs(y) <= 90]
    if len(ring) != len(points):
        return None
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    return {"type": "Polygon", "coordinates": [ring]} if len(ring) >= 4 else None


def joined(parts: Iterable[Geometry | None]) -> Geometry | None:
    """Several extents as one geometry; polygons become a MultiPolygon."""
    found = list({str(part): part for part in parts if part is not None}.values())
    if len(found) <= 1:
        return found[0] if found else None
    if all(part["type"] in ("Polygon", "MultiPolygon") for part in found):
        pieces: list[Any] = []
        for part in found:
            whole = part["type"] == "Polygon"
            pieces += [part["coordinates"]] if whole else part["coordinates"]
        return {"type": "MultiPolygon", "coordinates": pieces}
    return {"type": "GeometryCollection", "geometries": found}


def bounds(geometry: Geometry) -> tuple[float, float, float, float]:
    """(west, south, east, north) of a geometry made here."""
    points = list(_points(geometry.get("coordinates") or geometry.get("geometries")))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def pairs(values: Sequence[float], latitude_first: bool = False, dimension: int = 2) -> list[Point]:
    """(longitude, latitude) points of a flat list of coordinates, as GML writes them."""
    step = 3 if dimension == 3 else 2
    points = [(values[i], values[i + 1]) for i in range(0, len(values) - step + 1, step)]
    return [(y, x) for x, y in points] if latitude_first else points


def geojson(value: Any) -> Geometry | None:
    """A GeoJSON geometry from outside, checked: known type, numbers, within the world."""
    if not isinstance(value, Mapping):
        return None
    kind, coordinates = value.get("type"), value.get("coordinates")
    depth = {"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2,
             "MultiPolygon": 3}.get(kind) if isinstance(kind, str) else None  # fmt: skip
    if depth is None:
        return None
    checked = _checked(coordinates, depth)
    for ring in _rings(str(kind), checked):
        if ring[0] != ring[-1]:
            ring.append(ring[0])  # as many a portal forgets to
    if checked is None or (kind == "Polygon" and any(len(ring) < 4 for ring in checked)):
        return None
    return {"type": kind, "coordinates": checked}


def esri(value: Any) -> Geometry | None:
    """An extent of ArcGIS: ``[[w, s], [e, n]]``, an envelope with a spatial reference, GeoJSON
    or ``{"type": "envelope", "coordinates": [[w, s], [e, n]]}``. None for an unknown projection.
    """
    if isinstance(value, Mapping):
        if "xmin" in value or "xMin" in value:
            corners = (("xmin", "xMin"), ("ymin", "yMin"), ("xmax", "xMax"), ("ymax", "yMax"))
            box = [value.get(name, value.get(other)) for name, other in corners]
            return _projected(box, value.get("spatialReference"))
        if str(value.get("type")).lower() == "envelope":
            return esri(value.get("coordinates"))
        return geojson(value)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
        corners = [c for c in value if isinstance(c, Sequence) and not isinstance(c, str)]
        if len(corners) == 2 and all(len(c) >= 2 for c in corners):
            return envelope(corners[0][0], corners[0][1], corners[1][0], corners[1][1])
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 4:
        return envelope(*value)
    return None


def _projected(box: Sequence[Any], reference: Any) -> Geometry | None:
    reference = reference if isinstance(reference, Mapping) else {}
    codes = {reference.get("wkid"), reference.get("latestWkid")} - {None}
    if not codes or codes & _GEOGRAPHIC:
        return envelope(*box)
    if not codes & _MERCATOR:
        return None
    values = [number(v) for v in box]
    if any(v is None or abs(v) > 2.1e7 for v in values):
        return None
    (w, s), (e, n) = (_degrees(values[i], values[i + 1]) for i in (0, 2))  # type: ignore[arg-type]
    return envelope(w, s, e, n)


def _degrees(x: float, y: float) -> Point:
    latitude = math.degrees(2 * math.atan(math.exp(y / _EARTH)) - math.pi / 2)
    return math.degrees(x / _EARTH), latitude


def _checked(value: Any, depth: int) -> list[Any] | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return None
    if depth == 0:
        x, y = (number(v) for v in value[:2]) if len(value) >= 2 else (None, None)
        if x is None or y is None or abs(x) > 180.0001 or abs(y) > 90.0001:
            return None
        return [_round(x), _round(y)]
    inner = [_checked(item, depth - 1) for item in value]
    return None if any(item is None for item in inner) else inner


def _rings(kind: str, coordinates: list[Any] | None) -> list[list[Any]]:
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind) or []
    return [ring for polygon in polygons for ring in polygon or ()]


def _points(value: Any) -> Iterable[Point]:
    if isinstance(value, Mapping):
        yield from _points(value.get("coordinates") or value.get("geometries"))
    elif value and isinstance(value[0], (int, float)):
        yield value[0], value[1]
    else:
        for item in value or ():
            yield from _points(item)


def _box(w: float, s: float, e: float, n: float) -> list[list[float]]:
    w, s, e, n = (_round(v) for v in (w, s, e, n))
    return [[w, s], [e, s], [e, n], [w, n], [w, s]]


def _round(value: float) -> float:
    return round(value, _DIGITS)
