"""What stands in a report: the answers of a store about one brand in a period, and in the period before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from deploy.api.filters import Asked, Filters
from deploy.api.leading import leaders
from deploy.reports.periods import Period, Stretch
from deploy.themes import Themes, themes_of
from schemas.alert import Alert
from schemas.brand import Brand
from schemas.exclusions import exclusions
from schemas.mention import Mention, SentimentLabel
from sinks.points import sentiment_points
from sinks.questions import SentimentPoint, Sort, Span
from sinks.selection import Dimension, Intervals, Measure, Selection
from sinks.store import Questions

HOUR_MS = 3_600_000
MOST_POSTS, MOST_VALUES, MOST_THEMES, MOST_VOICES, MOST_ALERTS = 3, 8, 8, 10, 200
_LOOKED_AT = 1_000  # among so many of the most heard mentions the best and the worst are looked for


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a period. `reach` counts the followers of each author once; `distinct` is without near-copies and
    reposts, None where exclusion lists took something away: nobody counted the rest."""

    mentions: int
    distinct: int | None
    authors: int
    reach: int
    engagement: int
    positive: int
    neutral: int
    negative: int
    unknown: int

    @property
    def positive_share(self) -> float | None:
        """The part of the mentions that is positive, None of none."""
        return self.positive / self.mentions if self.mentions else None

    @property
    def negative_share(self) -> float | None:
        """The part of the mentions that is negative, None of none."""
        return self.negative / self.mentions if self.mentions else None

    @property
    def balance(self) -> float | None:
        """(positive - negative) / (positive + negative), None where nobody feels anything."""
        felt = self.positive + self.negative
        return (self.positive - self.negative) / felt if felt else None


@dataclass(frozen=True, slots=True)
class Hour:
    """The mentions from an hour's start (ms) on, and how many were to be expected, None where the baseline is thin."""

    start_ms: int
    count: int
    expected: float | None


@dataclass(frozen=True, slots=True)
class Voice:
    """A brand's share of what is said of its group, now and before; None where nothing is said."""

    brand: Brand
    count: int
    share: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A frequent value; `label` of entities."""

    value: str
    count: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that is reported. `heard_from_start` is false where the store's first mention of the brand or its rivals lies
    behind the beginning of the period before, so that the two may not compare."""

    brand: Brand
    period: Period
    stretch: Stretch
    now: Figures
    before: Figures
    heard_from_start: bool
    hours: Sequence[Hour]
    feelings: Sequence[SentimentPoint]
    voices: Sequence[Voice]
    loudest: Sequence[Mention]
    fastest: Sequence[Mention]
    best: Sequence[Mention]
    worst: Sequence[Mention]
    themes: Themes
    tops: dict[Dimension, Sequence[Ranked]]
    alerts: Sequence[Alert]

    @property
    def zone(self) -> ZoneInfo:
        """The brand's time zone, whose days the report is of."""
        return ZoneInfo(self.brand.timezone)

    @property
    def peak(self) -> Hour | None:
        """The hour in which most was said, the first of equals; None if nothing was said."""
        most = max(self.hours, key=lambda hour: hour.count, default=None)
        return most if most is not None and most.count else None


def gather(
    store: Questions, known: Sequence[Brand], brand: Brand, period: Period, now: Stretch, before: Stretch
) -> Report:
    """Return the report on a brand; `known` are all brands, among which its group is. Blocks for the store's answers,
    and raises what they raise."""
    group = [one for one in known if one.group == brand.group]
    selection, earlier = _selection([brand], now), _selection([brand], before)
    feelings = _sums(store, selection, "sentiment")
    extent = store.extent([one.id for one in group])
    loud = _leaders(store, known, brand, selection, "reach", _LOOKED_AT)
    loud.sort(key=lambda mention: (-_followers(mention), -mention.engagement))
    return Report(
        brand=brand,
        period=period,
        stretch=now,
        now=_figures(store, selection),
        before=_figures(store, earlier),
        heard_from_start=extent is None or extent[0] <= before.start,
        hours=_hours(store, selection),
        feelings=sentiment_points(brand.id, _span(now), feelings),
        voices=_voices(store, group, brand, now, before),
        loudest=_different(loud),
        fastest=_different(_leaders(store, known, brand, selection, "velocity", 50)),
        best=_felt(loud, brand, "positive"),
        worst=_felt(loud, brand, "negative"),
        themes=themes_of(store, [brand], selection, MOST_THEMES),
        tops={name: _top(store, selection, name, brand) for name in ("entity", "hashtag", "link", "source", "author")},
        alerts=store.alerts(brand.id, now.start, now.end, None, MOST_ALERTS)[::-1],
    )


def _selection(brands: Sequence[Brand], stretch: Stretch) -> Selection:
    lists = [(brand.id, exclusions(brand.exclude)) for brand in brands]
    removed = tuple((brand, query) for brand, query in lists if query is not None)
    return Selection(tuple(brand.id for brand in brands), stretch.start, stretch.end, removed=removed)


def _span(stretch: Stretch) -> Span:
    return Span(stretch.start, stretch.end, HOUR_MS)


def _stretch(selection: Selection) -> Stretch:
    assert selection.start is not None  # noqa: S101 - made with both, above
    assert selection.end is not None  # noqa: S101
    return Stretch(selection.start, selection.end)


def _figures(store: Questions, selection: Selection) -> Figures:
    def sums(measure: Measure, width: int) -> tuple[int, ...]:
        cells = store.count(selection, (), measure, Intervals(HOUR_MS))
        return cells[0].values if cells else (0,) * width

    [brand] = selection.brands
    plain = selection.is_plain(brand)
    volume = store.volume(brand, _span(_stretch(selection))) if plain else []
    authors, reach, _ = sums("people", 3)
    positive, neutral, negative, unknown = sums("sentiment", 4)
    return Figures(
        mentions=sums("mentions", 1)[0], distinct=sum(point.distinct_count for point in volume) if plain else None,
        authors=authors, reach=reach, engagement=sums("engagement", 1)[0],
        positive=positive, neutral=neutral, negative=negative, unknown=unknown,
    )  # fmt: skip


def _hours(store: Questions, selection: Selection) -> list[Hour]:
    """Return every hour; what is usual is known only of all that is said, not of what exclusion lists leave."""
    [brand], span = selection.brands, _span(_stretch(selection))
    if selection.is_plain(brand):
        points = store.volume(brand, span)
        return [Hour(start, one.count, one.expected) for start, one in zip(span.starts(), points, strict=True)]
    counted = _sums(store, selection, "mentions")
    return [Hour(start, counted.get(start, (0,))[0], None) for start in span.starts()]


def _sums(store: Questions, selection: Selection, measure: Measure) -> dict[int, tuple[int, ...]]:
    cells = store.count(selection, ("time",), measure, Intervals(HOUR_MS))
    return {int(cell.keys[0] or 0): cell.values for cell in cells}


def _voices(store: Questions, group: Sequence[Brand], own: Brand, now: Stretch, before: Stretch) -> list[Voice]:
    """Return the largest shares of a group, and the brand's own; nothing of a brand that is alone in it."""
    if len(group) < 2:
        return []
    counts, earlier = (
        {cell.brand: cell.values[0] for cell in store.count(_selection(group, of), (), "mentions", Intervals(HOUR_MS))}
        for of in (now, before)
    )
    total, total_before = sum(counts.values()), sum(earlier.values())
    voices = [
        Voice(
            brand, counts.get(brand.id, 0), counts.get(brand.id, 0) / total if total else None,
            earlier.get(brand.id, 0) / total_before if total_before else None,
        )
        for brand in group
    ]  # fmt: skip
    voices.sort(key=lambda voice: (-voice.count, voice.brand.id))
    return [voice for n, voice in enumerate(voices) if n < MOST_VOICES or voice.brand.id == own.id]


def _leaders(
    store: Questions, known: Sequence[Brand], brand: Brand, selection: Selection, sort: Sort, limit: int
) -> list[Mention]:
    found = leaders(store, Asked(list(known), [brand], selection), Filters(brand=[brand.id]), sort, limit)
    return [mention for mention in found if mention.kind != "repost" and (sort == "reach" or mention.velocity)]


def _different(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the first few that do not say the same as one before."""
    said: dict[str, Mention] = {}
    for mention in mentions:
        said.setdefault((mention.text or mention.title or mention.id).casefold(), mention)
    return list(said.values())[:MOST_POSTS]


def _felt(mentions: Sequence[Mention], brand: Brand, feeling: SentimentLabel) -> list[Mention]:
    return _different([mention for mention in mentions if mention.felt_towards(brand.id) == feeling])


def _followers(mention: Mention) -> int:
    return (mention.author.followers if mention.author else None) or 0


def _top(store: Questions, selection: Selection, dimension: Dimension, brand: Brand) -> list[Ranked]:
    """Return the most frequent values, ties by value; of entities those that are not the brand itself."""
    cells = store.count(selection, (dimension,), "mentions", Intervals(HOUR_MS))
    rows = [Ranked(str(cell.keys[0]), cell.values[0]) for cell in cells if cell.keys[0] is not None]
    if dimension == "entity":
        own = {name.casefold() for name in (brand.name, *brand.aliases)}
        split = [(row, *row.value.partition(":")) for row in rows]
        rows = [replace(row, value=value, label=label) for row, label, _, value in split if value.casefold() not in own]
    return sorted(rows, key=lambda row: (-row.count, row.value))[:MOST_VALUES]
