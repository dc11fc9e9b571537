"""The brand overview: how much is said of the brands, against what is usual, by whom and about what."""

from deploy.kibana.charts import Chart, plot, ring, table, tile
from deploy.kibana.columns import MOODS, balance, count, distinct, greatest, over_time, top, total
from deploy.kibana.dashboard import Dashboard, Panel, Row
from deploy.kibana.notes import (
    BY_BRAND_ONLY,
    CONTROLS,
    COUNTED,
    OVERVIEW,
    SENTIMENT,
    VIRALITY,
    definitions,
    heading,
    title,
)
from deploy.kibana.searches import FASTEST
from deploy.kibana.sentiment_topics import BALANCE_BY_BRAND
from deploy.kibana.views import MENTIONS, TRENDS

_BLUE, _GREY, _LIGHT = "#6092C0", "#98A2B3", "#D3DAE6"

_NOTES = (
    "**Mentions** are posts, replies, quotes, reposts, articles and reviews that match a brand's query; one about two "
    "brands counts for both. They stand at the time of publication that their source claims. **Without copies** leaves "
    "out pure reposts and near-copies of a mention of the same brand in the 48 hours before. **Share of voice** is a "
    "brand's part of the mentions of all brands that are shown: choose a brand and its rivals above.",
    "**Usual** here is the same moment one and two weeks before. The expected volume, a mean over the same hour of "
    "week in up to eight weeks in which a crisis does not count in full, is worked out when it is asked for: "
    "`hearken trends volume`. An alert shows the one of its moment.",
    "**Balance** is (positive - negative) / (positive + negative). **Velocity rank** orders posts by what their "
    "engagements per hour have decayed to by now.",
    f"What *{BY_BRAND_ONLY}* is empty while a source or a language is chosen: only trends know copies, and trends know "
    "brands alone. To find words, write `facts.words: recall` above, in lower case.",
)


def _frequent(field: str, label: str) -> Chart:
    return table(MENTIONS, {"value": top(field, label, by="count"), "count": count("mentions")}, COUNTED)


_TILES = [
    Panel(
        "mentions", "", 8,
        tile(MENTIONS, {"value": count("Mentions"), "before": count("time before", shift="previous")}, where=COUNTED),
    ),
    Panel("distinct", "", 8, tile(TRENDS, {"value": total("distinct_count", "Without copies (by brand only)")})),
    Panel("authors", "", 8, tile(MENTIONS, {"value": distinct("facts.author", "Authors, about")}, where=COUNTED)),
    Panel("engagement", "", 8, tile(MENTIONS, {"value": total("engagement", "Engagement")}, where=COUNTED)),
    Panel(
        "negative", "", 8,
        tile(MENTIONS, {"value": count("Negative mentions", "sentiment.label: negative")}, MOODS["negative"], COUNTED),
    ),
    Panel("balance", "", 8, tile(MENTIONS, balance("value"), where=COUNTED)),
]  # fmt: skip

_VOLUME = [
    Panel(
        "volume", "Mentions by brand", 24,
        plot(
            MENTIONS, {"brand": top("brand", "brand", by="count"), "x": over_time("facts.time"),
                       "count": count("mentions")},
            "bar_stacked", ["count"], split="brand", where=COUNTED, unit="mentions",
        ),
        leads_to=VIRALITY,
    ),
    Panel(
        "volume-distinct", f"Mentions without copies by brand ({BY_BRAND_ONLY})", 24,
        plot(
            TRENDS, {"brand": top("brand", "brand", by="count"), "x": over_time("start"),
                     "count": total("distinct_count", "mentions without copies")},
            "bar_stacked", ["count"], split="brand", unit="mentions",
        ),
        leads_to=VIRALITY,
    ),
]  # fmt: skip

_USUAL = [
    Panel(
        "volume-usual", "Mentions, and what is usual: one and two weeks before", 32,
        plot(
            MENTIONS, {"x": over_time("facts.time"), "now": count("mentions"),
                       "week": count("a week before", shift="1w"), "weeks": count("two weeks before", shift="2w")},
            "line", ["now", "week", "weeks"], colours={"now": _BLUE, "week": _GREY, "weeks": _LIGHT}, where=COUNTED,
            unit="mentions",
        ),
        leads_to=VIRALITY,
    ),
    Panel(
        "share", "Share of voice (% of mentions of the brands shown)", 16,
        ring(MENTIONS, {"brand": top("brand", "brand", by="count"), "count": count("mentions")}, "brand", "count",
             COUNTED),
    ),
]  # fmt: skip

_MOOD = [
    Panel(
        "balance-time", "Sentiment balance by brand, -1 to 1", 24,
        BALANCE_BY_BRAND,
        leads_to=SENTIMENT,
    ),
    Panel(
        "share-time", "Share of voice over time (% of mentions of the brands shown)", 24,
        plot(
            MENTIONS, {"brand": top("brand", "brand", by="count"), "x": over_time("facts.time"),
                       "count": count("mentions")},
            "bar_percentage_stacked", ["count"], split="brand", where=COUNTED, unit="%",
        ),
        leads_to=VIRALITY,
    ),
]  # fmt: skip

_PEOPLE = {
    "value": top("facts.name", "author", by="count"),
    "count": count("mentions"),
    "followers": greatest("author.followers", "followers"),
}
_FREQUENT = [
    Panel("authors-top", "Top authors (mentions)", 16, table(MENTIONS, _PEOPLE, COUNTED)),
    Panel("entities", "Top entities (mentions)", 16, _frequent("facts.entities", "kind:entity")),
    Panel("hashtags", "Top hashtags (mentions)", 16, _frequent("hashtags", "hashtag")),
]
_WHERE = [
    Panel("links", "Top links (mentions)", 24, _frequent("links", "link")),
    Panel("languages", "Languages (mentions)", 12, _frequent("language", "language")),
    Panel("sources", "Sources (mentions)", 12, _frequent("source", "source")),
]

BRAND_OVERVIEW = Dashboard(
    OVERVIEW, title(OVERVIEW), "How much is said of the brands, against what is usual, by whom and about what.",
    MENTIONS, CONTROLS, "7d",
    [
        heading(OVERVIEW),
        Row(5, _TILES),
        Row(14, _VOLUME),
        Row(14, _USUAL),
        Row(12, _MOOD),
        Row(22, [Panel("posts", "Top posts by velocity rank", 48, FASTEST)]),
        Row(14, _FREQUENT),
        Row(14, _WHERE),
        definitions(*_NOTES),
    ],
)  # fmt: skip
