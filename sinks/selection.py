"""Which mentions a question is about, and what they are counted by: the same for every store.

A selection is of mentions that trends count. A trait and its opposite divide all of them in two: what lacks a dimension
has the opposite of every trait in it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from schemas.mention import Mention
from schemas.query.tree import Query
from schemas.wire import ms

Dimension = Literal[
    "time", "source", "language", "country", "kind", "sentiment", "size", "site", "author", "hashtag", "entity", "link",
    "mention", "intent", "emotion",
]  # fmt: skip
"""What mentions can be divided by. `size` is that of the author's account, `mention` an @handle in the text, `intent`
what its writer is after."""

Measure = Literal["mentions", "sentiment", "engagement", "people"]
"""What can be counted: one number of mentions; positive, neutral, negative and unknown ones; one sum of engagement;
authors, their followers, and authors whose followers are not known."""

Size = Literal["nano", "micro", "mid", "macro", "mega", "unknown"]
SIZES: tuple[tuple[Size, int], ...] = (("mega", 1_000_000), ("macro", 100_000), ("mid", 10_000), ("micro", 1_000))
"""From how many followers on an account is of a size, the largest first; with fewer it is nano."""

Excluded = Literal["without", "only", "with"]


def size_of(followers: int | None) -> Size:
    """Return the size of an account."""
    if followers is None:
        return "unknown"
    return next((size for size, least in SIZES if followers >= least), "nano")


@dataclass(frozen=True, slots=True)
class Trait:
    """A mention's dimension has one of these values; not `wanted`: it has none of them.

    A language holds its variants: `zh` is also `zh-Hant`. An author is named by handle or name as shown, or by
    `source:id`. Every other value is the whole one, as answers give it.
    """

    dimension: Dimension
    values: tuple[str, ...]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Selection:
    """Mentions of these brands from `start` up to but without `end`, which have all traits.

    `queries` must all match, `counters` must not. `removed` are the exclusion lists of brands, each as one query;
    `excluded` says whether the answer is without what they find, of it alone, or as if there were none.
    """

    brands: tuple[str, ...]
    start: datetime | None = None
    end: datetime | None = None
    traits: tuple[Trait, ...] = ()
    queries: tuple[Query, ...] = ()
    counters: tuple[Query, ...] = ()
    removed: tuple[tuple[str, Query], ...] = ()
    excluded: Excluded = "without"

    @property
    def start_ms(self) -> int | None:
        """The start in ms, None where it is open."""
        return None if self.start is None else ms(self.start)

    @property
    def end_ms(self) -> int | None:
        """The end in ms, None where it is open."""
        return None if self.end is None else ms(self.end)

    def is_plain(self, brand: str) -> bool:
        """Say whether it is all mentions of a brand in its time: what trend buckets were counted of."""
        whole = self.excluded == "with" or (self.excluded == "without" and self.list_of(brand) is None)
        return whole and not (self.traits or self.queries or self.counters)

    def list_of(self, brand: str) -> Query | None:
        """Return what a brand's exclusion lists look for, None where it has none."""
        return next((query for name, query in self.removed if name == brand), None)


class Intervals(NamedTuple):
    """Equal stretches of time, `width_ms` long, the first of which begins `offset_ms` after 1970."""

    width_ms: int
    offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What was counted of one brand where its dimensions have these keys, in the order asked for.

    A key of `time` is the start of its interval in ms, of an entity `label:value`; None is what lacks the dimension.
    """

    brand: str
    keys: tuple[str | int | None, ...]
    values: tuple[int, ...] = field(default=())


class Place(NamedTuple):
    """Where a page ended: the event time (ms) and the id of its last mention."""

    at_ms: int
    mention_id: str


class Page(NamedTuple):
    """Mentions, the newest first, and where the next page begins; None when there is none."""

    mentions: list[Mention]
    after: Place | None
