"""The lookout: every kind of alert of `enrich/kinds`, over every brand and every group of brands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from enrich.contributions import Bucket
from enrich.hearing import Hearing
from enrich.kind import Heard, Watched, kinds
from enrich.kind_watch import KindWatch
from enrich.state import State
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.brand import NO_GROUP, Brand

_HOUR_MS = 3_600_000
_DUE, _HEARD = "due", "heard"  # no brand and no group: theirs stand behind a sign


class Lookout:
    """Judges what brands say, five minutes after five minutes, each once, when the watermark has passed them.

    Everything that lasts is in the table `kinds`: some kilobytes for each brand and for each group that stay flat. What
    comes after the watermark is left out. A group is one that the settings name; brands without one are in none.
    """

    def __init__(self, state: State, brands: Sequence[Brand], settings: AlertSettings) -> None:
        """Judge by `settings`; a brand that is not among `brands` has UTC, no rules and no group."""
        self._state = state
        self._table = state.table("kinds")
        self._brands = {brand.id: brand for brand in brands}
        self._settings = settings
        self._of_brands, self._of_groups = kinds(of_groups=False), kinds(of_groups=True)
        named = [brand for brand in brands if brand.group != NO_GROUP]
        self._groups = {
            group: {brand.id: brand.name for brand in named if brand.group == group}
            for group in sorted({brand.group for brand in named})
        }
        self._awake_ms: int | None = None

    def settle(self, judged: Mapping[str, Iterable[int]], watermark_ms: int, seen_ms: int | None) -> list[Alert]:
        """Take in the starts of the five minutes of each brand that the watermark has passed, in order, and return the
        alerts that open, go on or close by it, in order of brand and group.

        `seen_ms` is when what is judged was heard, None for a recording.
        """
        if self._awake_ms is None and seen_ms is not None:
            self._awake_ms = seen_ms
        due: dict[str, int] = self._table.get(_DUE) or {}
        over = {owner for owner, due_ms in due.items() if due_ms <= watermark_ms}
        heard = {brand: self._heard(brand, starts) for brand, starts in judged.items() if starts}
        starts = [one.start_ms for found in heard.values() for one in found]
        hearing = Hearing(seen_ms, self._awake_ms or 0, self._table.get(_HEARD) or (), starts)
        of_groups: dict[str, list[Heard]] = {}
        alerts: list[Alert] = []
        for brand in sorted(heard.keys() | {owner[1:] for owner in over if owner[0] == "@"}):
            alerts += self._run(f"@{brand}", heard.get(brand, ()), watermark_ms, seen_ms, hearing, due)
            group = self._brands[brand].group if brand in self._brands else NO_GROUP
            if group in self._groups:
                of_groups.setdefault(group, []).extend(heard.get(brand, ()))
        for group in sorted(of_groups.keys() | {owner[1:] for owner in over if owner[0] == "#"}):
            alerts += self._run(f"#{group}", of_groups.get(group, ()), watermark_ms, seen_ms, hearing, due)
        if heard or over:
            self._table.put(_DUE, due)
            self._table.put(_HEARD, hearing.keep())
        return alerts

    def is_due(self, watermark_ms: int) -> bool:
        """Say whether there is something to judge or to close by a watermark though nothing comes."""
        due: dict[str, int] = self._table.get(_DUE) or {}
        return any(due_ms <= watermark_ms for due_ms in due.values())

    def _heard(self, brand: str, starts: Iterable[int]) -> list[Heard]:
        return [Heard(brand, start_ms, list(Bucket(self._state, brand, start_ms).records())) for start_ms in starts]

    def _run(
        self, owner: str, heard: Iterable[Heard], watermark_ms: int, seen_ms: int | None, hearing: Hearing,
        due: dict[str, int],
    ) -> list[Alert]:  # fmt: skip
        """Return the alerts of a brand or a group, and put down when it is to be looked at again."""
        known: dict[str, Any] = self._table.get(owner) or {}
        of_group = owner[0] == "#"
        watch = KindWatch(
            self._state,
            self._watched(owner, hearing),
            known,
            self._of_groups if of_group else self._of_brands,
            seen_ms,
            round(self._settings.cool_down_h * _HOUR_MS),
        )
        for one in heard:
            if not of_group:  # of a group the next brand begins at an earlier time
                watch.run(one.start_ms)
            watch.hear(one)
        watch.run(watermark_ms)
        self._table.put(owner, known)
        due.pop(owner, None)
        due_ms = watch.due_at()
        if due_ms is not None:
            due[owner] = due_ms
        return watch.alerts

    def _watched(self, owner: str, hearing: Hearing) -> Watched:
        name = owner[1:]
        if owner[0] == "#":
            return Watched(name, self._groups.get(name, {}), self._settings.per_week, self._settings, hearing=hearing)
        brand = self._brands.get(name)
        return Watched(
            name,
            {name: brand.name if brand is not None else name},
            self._settings.wanted(name),
            self._settings,
            ZoneInfo(brand.timezone if brand is not None else "UTC"),
            brand.rules if brand is not None else (),
            hearing,
        )
