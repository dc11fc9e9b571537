"""What the mentions of a brand's five minutes come to, kept up as they change."""

from collections.abc import Iterable
from typing import Self

from enrich.contributions import Record
from schemas.mention import SentimentLabel
from schemas.merge import TIE_BITS

NUMBERS = (
    "count", "distinct_count", "positive", "neutral", "negative", "unknown", "authors", "reach", "reach_unknown",
    "engagement",
)  # fmt: skip
"""The names of what `BucketTally.numbers` returns."""


class BucketTally:
    """Sums over records. Only what counts has a part in them."""

    def __init__(self) -> None:
        self._count = self._distinct = self._engagement = 0
        self._felt: dict[SentimentLabel, int] = {"positive": 0, "neutral": 0, "negative": 0, "unknown": 0}
        self.records = 0
        """How many records there are, those that do not count among them."""
        self._reach: dict[str, int | None] = {}  # each author's followers, the most that were seen
        self.versions = 0
        """The sum of the versions, what was withdrawn among them; their low bits are digests and say nothing of what is
        newer."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> Self:
        """Return the tally of some records."""
        tally = cls()
        for record in records:
            tally._add(record, 1)
        return tally

    @property
    def authors(self) -> int:
        """How many authors there are: what the memory for this goes by."""
        return len(self._reach)

    def numbers(self) -> list[int]:
        """Return the sums in the order of `NUMBERS`."""
        known = [followers for followers in self._reach.values() if followers is not None]
        people = [len(self._reach), sum(known), len(self._reach) - len(known)]
        return [self._count, self._distinct, *self._felt.values(), *people, self._engagement]

    def replace(self, before: Record | None, after: Record) -> bool:
        """Put a record in the place of one that is part of the sums; False if they have to be made anew.

        That is when an author may have gone with it: others by the same author may be left.
        """
        if before is not None:
            if _author(before) not in (None, _author(after)) or (before.followers or 0) > (after.followers or 0):
                return False
            self._add(before, -1)
        self._add(after, 1)
        return True

    def _add(self, record: Record, times: int) -> None:
        self.records += times
        if not record.counted:
            return
        self.versions += times * (record.version >> TIE_BITS)
        if record.at_ms is None:
            return
        self._count += times
        self._distinct += times * (record.kind != "repost" and record.witness is None)
        self._felt[record.sentiment] += times
        self._engagement += times * record.engagement
        if record.author is not None and times > 0:
            known = self._reach.get(record.author)
            self._reach[record.author] = known if record.followers is None else max(known or 0, record.followers)


def _author(record: Record) -> str | None:
    return record.author if record.counted and record.at_ms is not None else None
