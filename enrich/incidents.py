"""Incidents: where the five minutes of brands become alerts, in event time.

A bucket is judged once, when the watermark has passed its end. What comes later corrects the baseline and opens no
alert. So alerts follow from what the buckets held then, not from the order or the number of deliveries within the
lateness, nor from restarts.
"""

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from enrich.brand_watch import BrandWatch, Wish
from enrich.lookout import Lookout
from enrich.recent import scales
from enrich.state import State
from enrich.trends import LATENESS_MS
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.brand import Brand
from schemas.trend import BUCKET_MS, TrendBucket, bucket_start
from schemas.wire import ms

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_REMEMBERED_MS = scales(BUCKET_MS)[-1]  # an older bucket is part of no volume that is judged any more
_DUE = "due"  # no brand's id: theirs stand behind a sign


class Incidents:
    """Finds the episodes of all brands of a state: spikes of their volumes, and what the kinds of the lookout see.

    Call `take` with what `Trends.flush` returned, before the runner commits: everything that lasts is in `state`, in
    the tables `incidents`, `spikes` and `kinds`, a few kilobytes a brand that stay flat. A brand costs nothing while
    nobody mentions it.
    """

    def __init__(self, state: State, brands: Sequence[Brand], settings: AlertSettings) -> None:
        """Judge by `settings`; of `brands` the names and time zones matter, a brand that is not among them has UTC."""
        self._state = state
        self._table = state.table("incidents")
        self._brands = {brand.id: brand for brand in brands}
        self._settings = settings
        self._lookout = Lookout(state, brands, settings)
        self._newest_ms = 0  # of this run: a later run may begin at an earlier time, with another recording

    def take(self, changed: Iterable[TrendBucket], seen_ms: int | None, clock_ms: int | None = None) -> list[Alert]:
        """Take in changed buckets, and return the alerts that open, go on or close by them, in order of brand and time.

        `seen_ms` is when the newest of what changed them was heard, None for a recording: an episode that opens more
        than a day before it is marked as replayed. A brand that is heard of for the first time, and then live, is
        judged from that moment on: what its sources had from before is no baseline.

        `clock_ms` is the event time up to which everything has come, less the lateness; None: what is newest says it.
        """
        starts: dict[str, list[int]] = {}
        for bucket in changed:
            starts.setdefault(bucket.brand, []).append(ms(bucket.start))
        self._newest_ms = max([self._newest_ms, *map(max, starts.values())])
        clock_ms = self._newest_ms if clock_ms is None else bucket_start(clock_ms)
        due: dict[str, int] = self._table.get(_DUE) or {}
        called = starts.keys() | {brand for brand, due_ms in due.items() if due_ms <= clock_ms - LATENESS_MS}
        alerts: list[Alert] = []
        passed: dict[str, list[int]] = {}
        for brand in sorted(called):
            watch, judged, due_ms = self._judged(brand, sorted(starts.get(brand, ())), seen_ms, clock_ms)
            alerts += watch.alerts
            passed[brand] = judged
            due.pop(brand, None)
            if due_ms is not None:
                due[brand] = due_ms
        if called:
            self._table.put(_DUE, due)
        return alerts + self._lookout.settle(passed, clock_ms - LATENESS_MS, seen_ms)

    def is_due(self, clock_ms: int) -> bool:
        """Say whether something is to be judged or closed by an event time up to which everything has come."""
        due: dict[str, int] = self._table.get(_DUE) or {}
        watermark_ms = bucket_start(clock_ms) - LATENESS_MS
        return min(due.values(), default=clock_ms) <= watermark_ms or self._lookout.is_due(watermark_ms)

    def _judged(
        self, brand: str, starts: Sequence[int], seen_ms: int | None, clock_ms: int
    ) -> tuple[BrandWatch, list[int], int | None]:
        """Return the watch with a brand's alerts, the starts of the buckets that were judged, and the moment of the
        watermark from which the brand is to be looked at again."""
        known = self._table.get(f"@{brand}") or _unknown(starts, seen_ms)
        watch = BrandWatch(
            self._state, brand, self._wish(brand), known["episodes"], known.setdefault("sources", {}), seen_ms
        )
        for start_ms in starts:
            if start_ms <= known["judged"]:
                if start_ms > known["judged"] - _REMEMBERED_MS:
                    watch.correct(start_ms)
            elif start_ms < known["since"]:
                continue
            elif start_ms + BUCKET_MS <= known["passed"]:
                watch.learn(start_ms)
                known["judged"] = start_ms
            elif start_ms not in known["pending"]:
                insort(known["pending"], start_ms)
        known["newest"] = max([known["newest"], *starts])
        watermark_ms = clock_ms - LATENESS_MS
        judged: list[int] = []
        while known["pending"] and known["pending"][0] + BUCKET_MS <= watermark_ms:
            known["judged"] = known["pending"].pop(0)
            watch.judge(known["judged"])
            judged.append(known["judged"])
        watch.close(watermark_ms)
        watch.keep()
        # Other brands may be ahead by another recording, so what is late goes by the brand's own time as well.
        known["passed"] = max(known["passed"], min(watermark_ms, known["newest"] - LATENESS_MS))
        self._table.put(f"@{brand}", known)
        waiting = [start_ms + BUCKET_MS for start_ms in known["pending"][:1]]
        over_ms = watch.over_at()
        return watch, judged, min(waiting if over_ms is None else [*waiting, over_ms], default=None)

    def _wish(self, brand: str) -> Wish:
        known = self._brands.get(brand)
        return Wish(
            known.name if known is not None else brand,
            ZoneInfo(known.timezone if known is not None else "UTC"),
            self._settings.wanted(brand),
            round(self._settings.cool_down_h * _HOUR_MS),
        )


def _unknown(starts: Sequence[int], seen_ms: int | None) -> dict[str, Any]:
    """Return what is known of a brand that was not heard of before."""
    live = seen_ms is not None and seen_ms - max(starts) <= _DAY_MS
    since_ms = seen_ms - LATENESS_MS - BUCKET_MS if live and seen_ms is not None else 0
    return {"newest": 0, "passed": 0, "judged": -1, "since": since_ms, "pending": [], "episodes": {}}
