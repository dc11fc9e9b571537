"""Sentiment and topics: how people feel, about what, where and in which language."""

from deploy.kibana.charts import Chart, plot, tile
from deploy.kibana.columns import MOODS, balance, count, moods, over_time, top
from deploy.kibana.dashboard import Dashboard, Panel, Row
from deploy.kibana.notes import CONTROLS, COUNTED, SENTIMENT, VIRALITY, definitions, heading, title
from deploy.kibana.searches import NEGATIVE
from deploy.kibana.views import MENTIONS

_STACKED, _PERCENT = "bar_horizontal_stacked", "bar_horizontal_percentage_stacked"

_NOTES = (
    "**Sentiment** is that of a mention's whole text, not of what it says about one brand; *unknown* are texts that "
    "hold too little to tell, and languages without a model. **Balance** is (positive - negative) / (positive + "
    "negative), between -1 and 1; it jumps where there are few of both.",
    "**Entities** are people, organisations, places, products, works, events and brands that a text names. A mention "
    "counts once for each of its entities, hashtags and links.",
)


def _felt(field: str, label: str, series: str, size: int = 10) -> Chart:
    """Draw the sentiments of the mentions of each value of a field, side by side in a bar."""
    columns = {"x": top(field, label, size=size), **moods()}
    return plot(MENTIONS, columns, series, list(MOODS), colours=MOODS, where=COUNTED)


_TILES = [
    Panel(
        f"{mood}-tile", "", 12,
        tile(MENTIONS, {"value": count(f"{mood.capitalize()} mentions", f"sentiment.label: {mood}")}, colour, COUNTED),
    )
    for mood, colour in MOODS.items()
]  # fmt: skip

_OVER_TIME = [
    Panel(
        "mood-time", "Mentions by sentiment", 24,
        plot(
            MENTIONS, {"x": over_time("facts.time"), **moods()},
            "bar_stacked", list(MOODS), colours=MOODS, where=COUNTED, unit="mentions",
        ),
        leads_to=VIRALITY,
    ),
    Panel(
        "mood-part", "Part of each sentiment (% of mentions)", 24,
        plot(
            MENTIONS, {"x": over_time("facts.time"), **moods()},
            "bar_percentage_stacked", list(MOODS), colours=MOODS, where=COUNTED, unit="%",
        ),
        leads_to=VIRALITY,
    ),
]  # fmt: skip

BALANCE_BY_BRAND = plot(
    MENTIONS, {"brand": top("brand", "brand", size=10), "x": over_time("facts.time"), **balance("balance")},
    "line", ["balance"], split="brand", where=COUNTED, unit="balance",
)  # fmt: skip
"""How people feel about each brand over time, as a line; the brand overview shows it as well."""

_BALANCE = [
    Panel(
        "balance-time", "Sentiment balance by brand, -1 to 1", 32,
        BALANCE_BY_BRAND,
        leads_to=VIRALITY,
    ),
    Panel("brands", "Sentiment by brand (%)", 16, _felt("brand", "brand", _PERCENT)),
]  # fmt: skip

_TOPICS = [
    Panel("entities", "Entities by sentiment (mentions)", 24, _felt("facts.entities", "entity", _STACKED, size=15)),
    Panel("hashtags", "Hashtags by sentiment (mentions)", 24, _felt("hashtags", "hashtag", _STACKED, size=15)),
]
_PLACES = [
    Panel("sources", "Sentiment by source (%)", 16, _felt("source", "source", _PERCENT)),
    Panel("languages", "Sentiment by language (%)", 16, _felt("language", "language", _PERCENT)),
    Panel("links", "Links by sentiment (mentions)", 16, _felt("links", "link", _STACKED)),
]

SENTIMENT_TOPICS = Dashboard(
    SENTIMENT, title(SENTIMENT), "How people feel, about what, where and in which language.", MENTIONS, CONTROLS, "7d",
    [
        heading(SENTIMENT),
        Row(5, _TILES),
        Row(14, _OVER_TIME),
        Row(12, _BALANCE),
        Row(24, [Panel("negative", "Negative mentions, the latest first", 48, NEGATIVE)]),
        Row(18, _TOPICS),
        Row(14, _PLACES),
        definitions(*_NOTES),
    ],
)  # fmt: skip
