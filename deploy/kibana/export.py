"""The file that people import into Kibana: `python -m deploy.kibana.export` writes it anew."""

import json
from pathlib import Path

from deploy.kibana.brand_overview import BRAND_OVERVIEW
from deploy.kibana.pipeline_health import PIPELINE_HEALTH
from deploy.kibana.saved import Json
from deploy.kibana.searches import SEARCHES
from deploy.kibana.sentiment_topics import SENTIMENT_TOPICS
from deploy.kibana.views import VIEWS
from deploy.kibana.virality_alerts import VIRALITY_ALERTS

FILE = Path(__file__).with_name("hearken.ndjson")
DASHBOARDS = (BRAND_OVERVIEW, VIRALITY_ALERTS, SENTIMENT_TOPICS, PIPELINE_HEALTH)


def objects() -> list[Json]:
    """Return every saved object: what others refer to comes first."""
    return [one.saved() for one in (*VIEWS, *SEARCHES, *DASHBOARDS)]


def ndjson() -> str:
    """Return the import file: one object a line, the same text for the same code."""
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in objects())


if __name__ == "__main__":
    FILE.write_text(ndjson(), encoding="utf-8", newline="\n")
    print(FILE)
