"""Virality and alerts: what spreads, how fast, and what was raised."""

from deploy.kibana.charts import plot, table, tile
from deploy.kibana.columns import count, distinct, greatest, over_time, top, total
from deploy.kibana.dashboard import Dashboard, Panel, Row
from deploy.kibana.notes import BY_BRAND_ONLY, CONTROLS, COUNTED, SENTIMENT, VIRALITY, definitions, heading, title
from deploy.kibana.searches import FASTEST, OPENED
from deploy.kibana.views import ALERTS, ENGAGEMENT, MENTIONS

_ALERT_KINDS = {
    "volume_spike": "#6092C0",
    "negative_spike": "#CC5642",
    "mention_viral": "#D6BF57",
    "bought_amplification": "#9170B8",
    "sentiment_turn": "#D36086",
    "share_of_voice": "#54B399",
    "great_reach": "#B9A888",
    "keyword_rule": "#DA8B45",
    "source_silent": "#7B8794",
}
_DEEDS = {"repost": "#6092C0", "quote": "#9170B8", "reply": "#D6BF57", "like": "#D36086"}

_NOTES = (
    "**Engagement** is reposts, likes, replies and quotes. **Velocity** is engagements per hour, exponentially "
    "weighted with a half-life of one hour, as of a post's last engagement; **velocity rank** orders posts by what it "
    "has decayed to by now, so that its order needs no refreshing. A post stands in the velocity panels at its last "
    "engagement, though the range of time chooses it by when it was published.",
    "**R** is how many new reshares each recent one brings: above 1 a post still grows. The **forecast** is the number "
    "of reshares within seven days of the post, *at least* and *at most* its 80 % interval; **organic** falls from "
    "100 % the more the engagement looks bought. They are said from five reshares on, as of the last engagement.",
    "An **alert** is an episode: it opens once, is brought up to date, and closes. *Observed* and *expected* are the "
    "volumes of its moment; *novelty*, against the brand's own past, is what decided it. *Replayed* marks one of a "
    f"recording. What *{BY_BRAND_ONLY}* is empty while a source or a language is chosen.",
)

_TILES = [
    Panel("fastest", "", 12, tile(MENTIONS, {"value": greatest("velocity.v1h", "Fastest post, engagements/h")})),
    Panel(
        "spreading", "", 12,
        tile(MENTIONS, {"value": count("Posts at 10 engagements/h and more", "velocity.v1h >= 10")}),
    ),
    Panel("engagement", "", 12, tile(MENTIONS, {"value": total("engagement", "Engagement of posts in this time")})),
    Panel(
        "open", "", 12,
        tile(ALERTS, {"value": count("Open alerts (by brand only)", "status: open")}, _ALERT_KINDS["negative_spike"]),
    ),
]  # fmt: skip

_VELOCITY = [
    Panel(
        "velocity", "Velocity of the fastest post by brand (engagements/h)", 24,
        plot(
            MENTIONS, {"brand": top("brand", "brand", by="v1h", size=10), "x": over_time("velocity.as_of"),
                       "v1h": greatest("velocity.v1h", "engagements/h")},
            "line", ["v1h"], split="brand", unit="engagements/h",
        ),
    ),
    Panel(
        "deeds", "Engagement as it comes, by kind (all brands: controls and filters do not apply)", 24,
        plot(
            ENGAGEMENT, {"x": over_time("at"), **{deed: count(deed, f"kind: {deed}") for deed in _DEEDS}},
            "bar_stacked", list(_DEEDS), colours=_DEEDS, unfiltered=True, unit="engagements seen one by one",
        ),
    ),
]  # fmt: skip

_PROSPECTS = [
    Panel(
        "growing", "R of the post of each brand that grows most: above 1 it still grows", 24,
        plot(
            MENTIONS, {"brand": top("brand", "brand", by="r", size=10), "x": over_time("virality.as_of"),
                       "r": greatest("virality.r", "R")},
            "line", ["r"], split="brand", unit="R",
        ),
    ),
    Panel(
        "forecasts", "Authors by the reshares forecast for their posts, within seven days of each", 24,
        table(
            MENTIONS, {"author": top("facts.name", "author", by="forecast"),
                       "forecast": greatest("virality.forecast", "of the largest post"),
                       "r": greatest("virality.r", "greatest R"), "posts": distinct("id", "posts"),
                       "growing": count("still growing", "virality.supercritical: true")},
            "virality.seen >= 5",
        ),
    ),
]  # fmt: skip

_GAINED = [
    Panel(
        "gained", "Engagement that the posts of each moment have had so far, by brand", 24,
        plot(
            MENTIONS, {"brand": top("brand", "brand", by="engagement"), "x": over_time("facts.time"),
                       "engagement": total("engagement", "engagement")},
            "bar_stacked", ["engagement"], split="brand", where=COUNTED, unit="engagements",
        ),
        leads_to=SENTIMENT,
    ),
    Panel(
        "carriers", "Authors whose posts spread (engagement)", 24,
        table(
            MENTIONS, {"author": top("facts.name", "author", by="engagement"),
                       "engagement": total("engagement", "engagement"), "v1h": greatest("velocity.v1h", "fastest, /h"),
                       "posts": distinct("id", "posts"), "followers": greatest("author.followers", "followers")},
            COUNTED,
        ),
    ),
]  # fmt: skip

_ALERTS = [
    Panel(
        "timeline", f"Alerts opened, by kind ({BY_BRAND_ONLY})", 48,
        plot(
            ALERTS, {"x": over_time("opened_at"),
                     **{kind: count(kind.replace("_", " "), f"kind: {kind}") for kind in _ALERT_KINDS}},
            "bar_stacked", list(_ALERT_KINDS), colours=_ALERT_KINDS, unit="alerts",
        ),
    ),
]  # fmt: skip

VIRALITY_ALERTS = Dashboard(
    VIRALITY, title(VIRALITY), "What spreads, how fast, and what was raised.", MENTIONS, CONTROLS, "7d",
    [
        heading(VIRALITY),
        Row(5, _TILES),
        Row(14, _VELOCITY),
        Row(14, _PROSPECTS),
        Row(24, [Panel("viral", "Most viral mentions, by velocity rank", 48, FASTEST)]),
        Row(9, _ALERTS),
        Row(16, [Panel("alerts", f"Alerts ({BY_BRAND_ONLY})", 48, OPENED)]),
        Row(14, _GAINED),
        definitions(*_NOTES),
    ],
)  # fmt: skip
