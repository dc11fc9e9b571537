"""`hearken trends`: how much, how it felt, whose share, what spreads, and what it is about."""

from typing import Annotated

import typer

from deploy.asked_times import interval_ms
from deploy.cli import ranking_tables, trend_tables
from deploy.cli.following import Watch, Watched, watched
from deploy.cli.options import BrandName, BrandsFile, ConfigFile, From, Output, StorePath, To
from deploy.cli.output import Row, emit, records
from deploy.cli.question import question
from deploy.known_brands import groups
from schemas.clock import SystemClock
from schemas.mention import Mention
from sinks.questions import TopKind

_Interval = Annotated[str, typer.Option("--interval", help="Width of an interval: 15m, 1h, 1d, 1w.")]
_Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many rows at most, per brand.")]
_Kind = Annotated[
    TopKind, typer.Argument(metavar="KIND", help="What to count: entities, authors, hashtags, links or mentions.")
]

_VOLUME = (
    "time", "brand", "count", "distinct_count", "expected", "authors", "reach", "reach_unknown", "engagement",
    "engagement_rate",
)  # fmt: skip
_SENTIMENT = ("time", "brand", "positive", "neutral", "negative", "unknown", "balance")
_SHARE = ("time", "brand", "count", "share", "distinct_share")
_VELOCITY = (
    "id", "brands", "v5m", "v1h", "v12h", "acceleration", "as_of", "engagement", "r", "forecast", "low", "high",
    "supercritical", "organic", "author", "followers", "published_at", "url", "text",
)  # fmt: skip
_TOP = ("brand", "value", "count", "label", "reach")

app = typer.Typer(help="Answer questions about what is stored, per brand and over time.", no_args_is_help=True)


@app.command(cls=Watched)
def volume(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    interval: _Interval = "1d",
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
    watch: Watch = None,
) -> None:
    """How much is said: mentions with and without near-copies, what was expected, authors, reach, engagement."""

    def answer() -> None:
        width = interval_ms(interval, f"--interval {interval!r}")
        with question(config, brands, store, brand, start, end) as asked:
            span = asked.span(width)
            rows = records(point for one in asked.brands for point in asked.store.volume(one.id, span)) if span else []
            table = trend_tables.volume_table if len(asked.brands) == 1 else trend_tables.volume_overview
        emit(output, rows, _VOLUME, lambda shown: table(shown, width))

    watched(watch, answer, SystemClock())


@app.command(cls=Watched)
def sentiment(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    interval: _Interval = "1d",
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
    watch: Watch = None,
) -> None:
    """How people feel: positive, neutral and negative mentions, and their balance from -1 to 1."""

    def answer() -> None:
        width = interval_ms(interval, f"--interval {interval!r}")
        with question(config, brands, store, brand, start, end) as asked:
            span = asked.span(width)
            rows = (
                records(point for one in asked.brands for point in asked.store.sentiment(one.id, span)) if span else []
            )
            table = trend_tables.sentiment_table if len(asked.brands) == 1 else trend_tables.sentiment_overview
        emit(output, rows, _SENTIMENT, lambda shown: table(shown, width))

    watched(watch, answer, SystemClock())


@app.command(cls=Watched)
def share(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    interval: _Interval = "1d",
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
    watch: Watch = None,
) -> None:
    """Share of voice: each brand's part of what is said about the brands of its group."""

    def answer() -> None:
        width = interval_ms(interval, f"--interval {interval!r}")
        with question(config, brands, store, brand, start, end) as asked:
            span = asked.span(width)
            points = [
                point
                for group in groups(asked.known, asked.brands)
                for point in (asked.store.share([one.id for one in group], span) if span else ())
            ]
            wanted = {one.id for one in asked.brands}
        rows = records(point for point in points if point.brand in wanted)
        if len(wanted) == 1:
            emit(output, rows, _SHARE, lambda shown: trend_tables.share_table(shown, width))
        else:
            emit(output, rows, _SHARE, trend_tables.share_overview)

    watched(watch, answer, SystemClock())


@app.command(cls=Watched)
def velocity(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    limit: _Limit = 20,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
    watch: Watch = None,
) -> None:
    """What spreads: mentions by how fast engagement comes per hour, the fastest first; R, the reshares forecast within
    seven days of the post, and how organic it looks, where known."""

    def answer() -> None:
        with question(config, brands, store, brand, start, end) as asked:
            found = [
                mention
                for mention in asked.store.mentions(
                    asked.brands[0].id if brand else None, None, asked.start, asked.end, "velocity", limit
                )
                if mention.velocity is not None
            ]
        emit(output, [_velocity_row(mention) for mention in found], _VELOCITY, ranking_tables.velocity_table)

    watched(watch, answer, SystemClock())


@app.command(cls=Watched)
def top(
    kind: _Kind,
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    limit: _Limit = 20,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
    watch: Watch = None,
) -> None:
    """What it is about: the most frequent entities, authors, hashtags, links or @mentions."""

    def answer() -> None:
        with question(config, brands, store, brand, start, end) as asked:
            rows = [
                {"brand": one.id, **row}
                for one in asked.brands
                for row in records(asked.store.top(kind, one.id, asked.since, asked.until, limit))
            ]
        emit(output, rows, _TOP, lambda shown: ranking_tables.top_table(shown, kind))

    watched(watch, answer, SystemClock())


def _velocity_row(mention: Mention) -> Row:
    author = mention.author
    (row,) = records([mention])
    spread = row.get("virality") or {}
    return {
        **{name: row[name] for name in ("id", "engagement", "published_at", "url", "text")},
        **{name: row["velocity"][name] for name in ("v5m", "v1h", "v12h", "acceleration", "as_of")},
        **{name: spread.get(name) for name in ("r", "forecast", "low", "high", "supercritical", "organic")},
        "brands": [match.id for match in mention.brands],
        "author": author and (author.handle or author.name),
        "followers": author and author.followers,
    }
