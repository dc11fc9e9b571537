"""Authors of whose posts some looked bought: what they post next is not taken for what people spread.

Who buys reshares does so again, and a new post shows it only after a while.
"""

_DAY_MS = 86_400_000
_DAYS = 28
_KEPT_DAYS = _DAYS + 9  # a mention is judged until a week after its own day
_MOST = 60  # authors of a day


class DoubtedAuthors:
    """Authors by the day on which they published what looked bought. The same in whatever order and however often told,
    but for authors beyond the sixtieth of a day."""

    def __init__(self, side: dict[str, list[str]]) -> None:
        """Go on from `side`, which is changed in place; an empty one knows nobody."""
        self._days = side

    def saw(self, author: str, published_ms: int) -> None:
        """Note that a post of an author looks bought."""
        held = self._days.setdefault(str(published_ms // _DAY_MS), [])
        if author not in held and len(held) < _MOST:
            held.append(author)
            held.sort()
        newest = max(map(int, self._days))
        for day in [day for day in self._days if int(day) < newest - _KEPT_DAYS]:
            del self._days[day]

    def holds(self, author: str | None, published_ms: int, *, same_day: bool = False) -> bool:
        """Say whether a post of the author looked bought that is from the 28 days before the day of another one, or, if
        wanted, from that day."""
        day, least = published_ms // _DAY_MS, 0 if same_day else 1
        return any(author in held for known, held in self._days.items() if least <= day - int(known) <= _DAYS)
