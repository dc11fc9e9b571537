"""How many mentions each brand had in each hour of the last nine weeks, and what that makes likely now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from enrich.state import Table
from schemas.season import HOUR_MS, WEEKS, expected, hour_start
from schemas.trend import BUCKET_MS

_WEEK_MS = 168 * HOUR_MS


class Volumes:
    """Hourly volumes by brand: one small value for the brand, and one for each week of which anything is known."""

    def __init__(self, table: Table, zones: Mapping[str, tzinfo]) -> None:
        """Keep them in `table`; a brand without a zone has UTC."""
        self._table = table
        self._zones = zones

    def saw(self, brand: str, at_ms: int, counted: bool) -> None:
        """Note the time of a mention; only one that counts begins the baseline."""
        known = self._brand(brand)
        first_ms = known["first_ms"]
        if counted and (first_ms is None or at_ms < first_ms):
            known["first_ms"] = at_ms
        elif at_ms <= known["newest_ms"]:
            return
        known["newest_ms"] = max(known["newest_ms"], at_ms)
        self._table.put(brand, known)

    def newest_ms(self, brand: str) -> int:
        """Return the time of the brand's newest mention, 0 before the first."""
        newest_ms: int = self._brand(brand)["newest_ms"]
        return newest_ms

    def add(self, brand: str, moment_ms: int, count: int) -> None:
        """Add to the volume of an hour (or take from it); what is older than nine weeks is not kept."""
        known = self._brand(brand)
        week = moment_ms // _WEEK_MS
        oldest = known["newest_ms"] // _WEEK_MS - WEEKS - 1
        if not count or week < oldest:
            return
        if week not in known["weeks"]:
            for old in known["weeks"]:
                if old < oldest:
                    self._table.delete(f"{brand}|{old}")
            known["weeks"] = [*(kept for kept in known["weeks"] if kept >= oldest), week]
            self._table.put(brand, known)
        hours = self._table.get(f"{brand}|{week}") or {}
        hour = str(hour_start(moment_ms))
        hours[hour] = hours.get(hour, 0) + count
        self._table.put(f"{brand}|{week}", hours)

    def expected(self, brand: str, bucket_ms: int) -> float | None:
        """Return the volume expected in the five minutes from `bucket_ms`: its part of the hour's."""
        first_ms = self._brand(brand)["first_ms"]
        if first_ms is None:
            return None
        zone = self._zones.get(brand, UTC)
        volume = expected(_Hours(self._table, brand), first_ms, hour_start(bucket_ms), zone)
        return None if volume is None else volume * BUCKET_MS / HOUR_MS

    def _brand(self, brand: str) -> dict[str, Any]:
        known: dict[str, Any] = self._table.get(brand) or {"newest_ms": 0, "first_ms": None, "weeks": []}
        return known


@dataclass(frozen=True, slots=True)
class _Hours:
    """A brand's volumes by start of hour, read as they are asked for."""

    table: Table
    brand: str

    def get(self, hour_ms: int, otherwise: int, /) -> int:
        hours = self.table.get(f"{self.brand}|{hour_ms // _WEEK_MS}") or {}
        volume: int = hours.get(str(hour_ms), otherwise)
        return volume
