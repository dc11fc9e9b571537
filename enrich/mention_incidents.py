"""Incidents of single mentions: which posts spread as their brand's do not, and which of them look bought.

A mention is judged each time that its contribution changes, by what its document says then, against what the brand's
mentions of the four weeks before its own day have become. So the order in which mentions come decides nothing; what
happened between two changes that come together is seen at their end.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from enrich.mention_watch import MentionWatch, newest_event
from enrich.state import State
from enrich.trends import LATENESS_MS
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.brand import Brand
from schemas.trend import BrandDelta
from schemas.wire import from_ms, ms

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_DUE = "due"  # no brand's id: theirs stand behind a sign


class MentionIncidents:
    """Finds the episodes of single mentions, of all brands of a state: each mention opens one of a kind, once.

    Call `take` with the deltas that trends are counted from, before the runner commits: everything that lasts is in
    `state`, in the table `spreading`, some kilobytes a brand.
    """

    def __init__(self, state: State, brands: Sequence[Brand], settings: AlertSettings) -> None:
        """Judge by `settings`; of `brands` the names matter."""
        self._table = state.table("spreading")
        self._names = {brand.id: brand.name for brand in brands}
        self._settings = settings
        self._since: dict[str, datetime] = {}  # what is published before it changes a brand's baseline
        self._newest_ms = 0  # of this run: a later run may begin at an earlier time, with another recording

    def take(self, deltas: Iterable[BrandDelta], seen_ms: int | None, clock_ms: int = 0) -> list[Alert]:
        """Take in changes of contributions; return the alerts that open, go on or close by them, in order of brand.

        `seen_ms` is when the newest of them was heard, None for a recording. Only what was published a week after the
        brand was first heard of, and spreads within a week of that, opens anything; of a brand that is first heard of
        live, what its sources had from before is no baseline and opens nothing. `clock_ms` is the event time up to
        which everything has come, where that is more than the newest of these says.
        """
        told: dict[str, dict[str, BrandDelta]] = {}
        newest = from_ms(self._newest_ms)
        for delta in deltas:
            told.setdefault(delta.brand, {})[delta.mention_id] = delta
            if delta.contribution is not None:
                newest = max(newest, newest_event(delta.contribution))
        self._newest_ms = max(ms(newest), clock_ms)
        due: dict[str, int] = self._table.get(_DUE) or {}
        over = {brand for brand, due_ms in due.items() if due_ms <= self._newest_ms - LATENESS_MS}
        alerts: list[Alert] = []
        for brand in sorted(told.keys() | over):
            changes = list(told.get(brand, {}).values())
            if brand in self._since:
                changes = [delta for delta in changes if _is_news(delta, self._since[brand])]
                if not changes and brand not in over:
                    continue
            known = self._table.get(f"@{brand}") or _begun(changes, seen_ms)
            if known is None:
                continue
            watch = self._watch(brand, known, seen_ms)
            watch.learn(changes)
            for delta in changes:
                watch.judge(delta, self._newest_ms)
            watch.close(self._newest_ms - LATENESS_MS)
            alerts += watch.alerts
            self._table.put(f"@{brand}", known)
            self._since[brand] = from_ms(0 if known["live"] else known["since"])
            self._note(due, brand, watch.over_at())
        return alerts

    def is_due(self, clock_ms: int) -> bool:
        """Say whether an episode is to be closed by an event time up to which everything has come."""
        due: dict[str, int] = self._table.get(_DUE) or {}
        return min(due.values(), default=clock_ms) <= clock_ms - LATENESS_MS

    def _watch(self, brand: str, known: dict[str, Any], seen_ms: int | None) -> MentionWatch:
        return MentionWatch(
            brand,
            self._names.get(brand, brand),
            self._settings.wanted(brand),
            round(self._settings.cool_down_h * _HOUR_MS),
            known,
            seen_ms,
        )

    def _note(self, due: dict[str, int], brand: str, due_ms: int | None) -> None:
        """Put down when a brand is to be looked at again whatever comes."""
        if due.get(brand) == due_ms:
            return
        due.pop(brand, None)
        if due_ms is not None:
            due[brand] = due_ms
        self._table.put(_DUE, due)


def _begun(changes: Sequence[BrandDelta], seen_ms: int | None) -> dict[str, Any] | None:
    """Return what is known of a brand that was not heard of before; None where nothing was."""
    published = [ms(delta.contribution.published_at) for delta in changes if delta.contribution is not None]
    if not published:
        return None
    if seen_ms is not None and seen_ms - max(published) <= _DAY_MS:
        return MentionWatch.begun(seen_ms, live=True)
    return MentionWatch.begun(min(published), live=False)


def _is_news(delta: BrandDelta, since: datetime) -> bool:
    """Say whether a change is worth a look: most are of mentions that do not spread."""
    known = delta.contribution
    return known is None or known.reshares is not None or known.published_at < since
