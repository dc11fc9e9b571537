"""The file that people import into Kibana: `hearken kibana export` writes it for their brands and addresses,
`python -m deploy.kibana.export` the one that ships."""

import json
from collections.abc import Iterable
from pathlib import Path

from deploy.kibana.brand_overview import BRAND_OVERVIEW
from deploy.kibana.pipeline_health import PIPELINE_HEALTH
from deploy.kibana.saved import Json
from deploy.kibana.searches import SEARCHES, of_brand
from deploy.kibana.sentiment_topics import SENTIMENT_TOPICS
from deploy.kibana.views import VIEWS
from deploy.kibana.virality_alerts import VIRALITY_ALERTS
from schemas.brand import Brand
from schemas.kibana import DASHBOARD

FILE = Path(__file__).with_name("hearken.ndjson")
DASHBOARDS = (BRAND_OVERVIEW, VIRALITY_ALERTS, SENTIMENT_TOPICS, PIPELINE_HEALTH)


def objects(brands: Iterable[Brand] = (), prefix: str = "", dashboard: str = DASHBOARD) -> list[Json]:
    """Return every saved object, for each of the brands a list of its mentions too: what others refer to comes first.

    `prefix` stands before the names of the indices; `dashboard` is the address of ours, which the views link to.
    """
    views = [view.saved(prefix, dashboard) for view in VIEWS]
    searches = [*SEARCHES, *map(of_brand, sorted(brands, key=lambda brand: brand.id))]
    return [*views, *(search.saved() for search in searches), *(board.saved() for board in DASHBOARDS)]


def ndjson(brands: Iterable[Brand] = (), prefix: str = "", dashboard: str = DASHBOARD) -> str:
    """Return the import file: one object a line, the same text for the same code and settings."""
    made = objects(brands, prefix, dashboard)
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in made)


if __name__ == "__main__":
    FILE.write_text(ndjson(), encoding="utf-8", newline="\n")
    print(FILE)
