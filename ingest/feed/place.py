"""Where an item says it is from: GeoRSS, GML and W3C's geo, as feedparser gives them."""

import math
from typing import Any


def place_of(where: Any) -> dict[str, float] | None:
    """Return the point, or the middle of the box around a line, a box or an area; None for what is on no globe.

    `where` is GeoJSON but for `Box`: longitude before latitude, in degrees.
    """
    pairs = list(_pairs(where.get("coordinates"))) if isinstance(where, dict) else []
    if not pairs:
        return None
    lons, lats = [lon for lon, _ in pairs], [lat for _, lat in pairs]
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return None
    return {"lat": round(lat, 6), "lon": round(lon, 6)}


def _pairs(coordinates: Any) -> Any:
    if not isinstance(coordinates, (list, tuple)):
        return
    if len(coordinates) >= 2 and all(isinstance(number, (int, float)) for number in coordinates):
        yield coordinates[0], coordinates[1]
        return
    for inner in coordinates:
        yield from _pairs(inner)
