"""What every dashboard tells its reader: the way to the others, and what its figures mean."""

from deploy.kibana.dashboard import Panel, Row

OVERVIEW = "hearken-brand-overview"
VIRALITY = "hearken-virality-alerts"
SENTIMENT = "hearken-sentiment-topics"
HEALTH = "hearken-pipeline-health"
_TITLES = {
    OVERVIEW: "Brand overview",
    VIRALITY: "Virality and alerts",
    SENTIMENT: "Sentiment and topics",
    HEALTH: "Pipeline health",
}

CONTROLS = {"brand": "Brand", "source": "Source", "language": "Language"}
COUNTED = "facts.counted: true"
"""What trends count: not an original post that is known only through reposts of it."""

BY_BRAND_ONLY = "follows the brand, not source or language"

_CLOCK = (
    "**Time** is shown, and days begin, in the time zone of Kibana's settings; `hearken trends` answers in UTC, so the "
    "bars of whole days may differ there."
)


def heading(here: str) -> Row:
    """Return the first row of the dashboard `here`: the ways to the others."""
    links = " | ".join(f"**{title}**" if id == here else f"[{title}](#/view/{id})" for id, title in _TITLES.items())
    return Row(3, [Panel("ways", "", 48, f"{links} | What the figures mean stands at the foot of the page.")])


def definitions(*paragraphs: str) -> Row:
    """Return the last row: what the figures of the dashboard mean."""
    return Row(11, [Panel("definitions", "What these figures mean", 48, "\n\n".join([*paragraphs, _CLOCK]))])


def title(id: str) -> str:
    """Return the title of a dashboard."""
    return f"hearken: {_TITLES[id].lower()}"
