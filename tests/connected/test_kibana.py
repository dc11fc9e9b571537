"""What the dashboards ask, asked of a real Elasticsearch: it answers, and with the numbers that hearken gives."""

import json
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from deploy.demo.brands import BRANDS
from deploy.demo.scenario import DAYS, START, Scenario
from deploy.embedded import Embedded, batches
from deploy.kibana.columns import MOODS
from deploy.kibana.export import FILE
from deploy.kibana.rules import RULES, Rule
from deploy.kibana.searches import FASTEST, SEARCHES, Search, of_brand
from deploy.kibana.views import VIEWS
from ingest.parsing import parse_stream
from ingest.recording import open_recording
from ingest.source import source
from schemas.alert import Alert, AlertKind
from schemas.post import PostEvent, post_id
from schemas.settings import Settings
from schemas.wire import ms
from sinks.elastic.store import ElasticStore
from sinks.questions import Span, TopKind
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.elastic import empty_store

BRAND = BRANDS[0].id
END = START + timedelta(days=DAYS + 1)
HOURS = Span(START - timedelta(days=1), END, 3_600_000)
LATER_MS = 4_102_444_800_000  # after the time at which this runs, too
SCALE = 0.15


class Asked(NamedTuple):
    """A store, and what each chart of each dashboard asks of it, by `dashboard panel`."""

    store: ElasticStore
    bodies: dict[str, dict[str, Any]]

    def search(self, index: str, **body: Any) -> dict[str, Any]:
        """Return the answer to a search in the indices of a data view."""
        found: dict[str, Any] = self.store.client.search(
            index=f"{self.store.settings.index_prefix}{index}", allow_partial_search_results=False, **body
        ).body
        assert found["_shards"]["failed"] == 0
        return found

    def chart(self, panel: str, brand: str = "") -> dict[str, Any]:
        """Return the answer to a chart; `brand` is chosen in the control above it."""
        record = deepcopy(self.bodies[panel])
        if brand:
            record["body"]["query"]["bool"]["filter"].append({"match_phrase": {"brand": brand}})
        return self.search(record["index"], **record["body"])

    def over_time(self, panel: str) -> dict[str, dict[int, Any]]:
        """Return the buckets of a chart of times within brands: by brand and start."""
        brands = self.chart(panel)["aggregations"]["0"]["buckets"]
        return {one["key"]: {bucket["key"]: bucket for bucket in one["1"]["buckets"]} for one in brands}

    def counts(self, panel: str, brand: str) -> list[tuple[str, int]]:
        """Return the rows of a table of frequent values of one brand."""
        return [(row["key"], row["doc_count"]) for row in self.chart(panel, brand)["aggregations"]["0"]["buckets"]]


class Copied(SqliteStore):
    """The embedded store; what is written to it is written to another one too."""

    other: ElasticStore

    def write(self, batch: Write) -> None:
        super().write(batch)
        self.other.write(batch)


def fill(store: ElasticStore, folder: Path) -> None:
    """Take an invented story, some links and an input that cannot be read through the embedded pipeline."""
    path = folder / "story.ndjson"
    Scenario(scale=SCALE).write(path)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(linking(number).model_dump_json(exclude_none=True) + "\n" for number in range(3))
        unread = linking(3).replace(text="Veridane の電池はどうですか。", lang="ja")  # no model feels for Japanese
        file.write(unread.model_dump_json(exclude_none=True) + "\n")
        file.write("{\n")
    settings = Settings(brands=BRANDS)
    with Copied(folder / "story.db") as embedded, open_recording(path) as recording:
        embedded.other = store
        pipeline = Embedded(settings, embedded)
        for batch in batches(parse_stream(source("ndjson", None), recording, skip=0), 512):
            pipeline.process(batch, path.name, lambda tally: None)
    store.write(Write(alerts=[alert(kind, days) for days, kind in enumerate(get_args(AlertKind))]))
    store.save_brands(BRANDS)


def linking(number: int) -> PostEvent:
    """Return a post about the brand with links, the first of which all have."""
    at = END - timedelta(hours=30 - number)
    text = f"{BRANDS[0].name} https://a.example/ https://b.example/{number}"
    return PostEvent(
        id=post_id("linked", str(number)), source="linked", native_id=str(number), version=ms(at), published_at=at,
        observed_at=at + timedelta(seconds=4), text=text,
    )  # fmt: skip


def alert(kind: AlertKind, days: int) -> Alert:
    at = START + timedelta(days=days)
    return Alert(
        id=kind, revision=1, brand=BRAND, kind=kind, status="closed" if days % 2 else "open", opened_at=at,
        updated_at=at, peak_at=at,
        closed_at=at if days % 2 else None, observed=90, expected=12.5, novelty=7, summary="invented", replayed=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def asked(elasticsearch: str, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    command = [sys.executable, str(shared / "kibana_check.py"), str(FILE), "--queries"]
    command += ["--gte", str(ms(HOURS.start)), "--lte", str(LATER_MS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record for record in records if "not_covered" in record] == []
    bodies = {record["panel"].removeprefix("dashboard:hearken-").replace(" panel", ""): record for record in records}
    assert len(bodies) == len(records) > 40
    with empty_store(elasticsearch) as store:
        fill(store, tmp_path_factory.mktemp("kibana"))
        yield Asked(store, bodies)


def tells(aggregation: dict[str, Any]) -> bool:
    """Say whether there is something to draw in the answer to an aggregation."""
    if "buckets" in aggregation:
        return bool(aggregation["buckets"])
    if "values" in aggregation:
        return all(value is not None for value in aggregation["values"].values())
    return aggregation.get("value") is not None or aggregation.get("doc_count", 0) > 0


def test_the_file_fits_the_mapping_that_the_server_has(asked: Asked, shared: Path, tmp_path: Path) -> None:
    mappings = []
    for view in VIEWS:
        path = tmp_path / f"{view.id}.json"
        found = asked.store.client.indices.get_mapping(index=f"{asked.store.settings.index_prefix}{view.indices}")
        path.write_text(json.dumps(found.body), encoding="utf-8")
        mappings += ["--mapping", f"{view.indices}={path}"]
    command = [sys.executable, str(shared / "kibana_check.py"), str(FILE), "--strict", *mappings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_chart_has_an_answer(asked: Asked) -> None:
    blank = []
    for panel in asked.bodies:
        answer = asked.chart(panel)
        told = answer.get("aggregations", {})
        if not answer["hits"]["total"]["value"] or (told and not any(map(tells, told.values()))):
            blank.append(panel)
    assert blank == []


@pytest.mark.parametrize("listed", [*SEARCHES, of_brand(BRANDS[0])], ids=lambda listed: listed.id)
def test_every_list_has_documents_with_something_in_each_column(asked: Asked, listed: Search) -> None:
    by, order = listed.sort
    # A name, a colon and a word mean the same in Lucene's language as in Kibana's.
    query = {"query_string": {"query": listed.where or "*"}}
    fields = [*listed.columns, listed.view.time]
    found = asked.search(listed.view.indices, query=query, sort=[{by: order}], fields=fields, source=False, size=500)
    filled = {name for hit in found["hits"]["hits"] for name in hit["fields"]}
    assert filled == set(fields)


def test_a_list_of_a_brand_holds_its_mentions_alone(asked: Asked) -> None:
    listed = of_brand(BRANDS[1])
    query = {"query_string": {"query": listed.where}}
    found = asked.search(listed.view.indices, query=query, aggs={"brands": {"terms": {"field": "brands.id"}}}, size=0)
    assert found["aggregations"]["brands"]["buckets"][0]["key"] == BRANDS[1].id
    (ours,) = [row.count for row in asked.store.totals() if row.brand == BRANDS[1].id]
    assert found["hits"]["total"]["value"] == ours


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_a_rule_asks_is_answered_with_what_there_is(asked: Asked, rule: Rule) -> None:
    params = rule.body("")["params"]
    query = json.loads(params["esQuery"])["query"]
    time = {"range": {params["timeField"]: {"gte": 0, "format": "epoch_millis"}}}
    aggregation = {"mean": {"avg": {"field": params["aggField"]}}} if "aggField" in params else None
    found = asked.search(params["index"][0], query={"bool": {"filter": [query, time]}}, aggs=aggregation, size=0)
    assert found["hits"]["total"]["value"] > 0
    if aggregation:
        assert found["aggregations"]["mean"]["value"] > 0


def test_mentions_by_brand_are_our_volume_with_and_without_copies(asked: Asked) -> None:
    every = asked.over_time("brand-overview volume")
    distinct = asked.over_time("brand-overview volume-distinct")
    assert set(every) == set(distinct) == {brand.id for brand in BRANDS}
    for brand in every:
        points = asked.store.volume(brand, HOURS)
        assert {start: one["doc_count"] for start, one in every[brand].items() if one["doc_count"]} == {
            ms(point.time): point.count for point in points if point.count
        }
        assert {start: one["2"]["value"] for start, one in distinct[brand].items() if one["2"]["value"]} == {
            ms(point.time): point.distinct_count for point in points if point.distinct_count
        }


def test_share_of_voice_is_ours(asked: Asked) -> None:
    whole = Span(HOURS.start, HOURS.end, 60 * 86_400_000)
    rows = asked.chart("brand-overview share")["aggregations"]["0"]["buckets"]
    total = sum(row["doc_count"] for row in rows)
    points = asked.store.share([brand.id for brand in BRANDS], whole)
    ours = {brand.id: sum(point.count for point in points if point.brand == brand.id) for brand in BRANDS}
    assert {row["key"]: row["doc_count"] for row in rows} == ours
    assert total == sum(ours.values())


def test_the_sentiment_of_each_hour_is_ours_and_so_is_its_balance(asked: Asked) -> None:
    points = {ms(point.time): point for point in asked.store.sentiment(BRAND, HOURS)}
    hours = asked.chart("sentiment-topics mood-time", BRAND)["aggregations"]["0"]["buckets"]
    for hour in hours:
        ours = points[hour["key"]]
        drawn = [hour[str(number)]["doc_count"] for number, _ in enumerate(MOODS, 1)]
        assert drawn == [getattr(ours, mood) for mood in MOODS]
    assert sum(hour["doc_count"] for hour in hours) == sum(point.count for point in asked.store.volume(BRAND, HOURS))
    for start, hour in asked.over_time("sentiment-topics balance-time")[BRAND].items():
        positive, negative = (hour[name]["doc_count"] for name in ("2", "3"))
        felt = positive + negative
        assert points[start].balance == ((positive - negative) / felt if felt else None)


@pytest.mark.parametrize(
    ("panel", "kind"),
    [("authors-top", "authors"), ("entities", "entities"), ("hashtags", "hashtags"), ("links", "links")],
)
def test_what_is_frequent_is_ours(asked: Asked, panel: str, kind: TopKind) -> None:
    rows = asked.counts(f"brand-overview {panel}", BRAND)
    ours = asked.store.top(kind, BRAND, HOURS.start, HOURS.end, 20)
    assert [count for _, count in rows] == [row.count for row in ours]
    least = ours[-1].count  # of the values that share it the one or the other is shown
    told = {(f"{row.label}:{row.value}" if row.label else row.value, row.count) for row in ours if row.count > least}
    assert told == {(value, count) for value, count in rows if count > least}


def test_the_fastest_mentions_are_ours(asked: Asked) -> None:
    by, order = FASTEST.sort
    query = {"term": {"brand": BRAND}}
    found = asked.search(FASTEST.view.indices, query=query, sort=[{by: order}], fields=["velocity.rank"], size=20)
    ours = asked.store.mentions(BRAND, None, None, None, "velocity", 20)
    assert [hit["fields"]["velocity.rank"][0] for hit in found["hits"]["hits"]] == [
        mention.velocity.rank for mention in ours if mention.velocity is not None
    ]


def test_one_control_holds_for_mentions_trends_and_alerts(asked: Asked) -> None:
    for panel in ("brand-overview mentions", "brand-overview distinct", "virality-alerts open"):
        both, one, none = (asked.chart(panel, brand)["hits"]["total"]["value"] for brand in ("", BRAND, "nobody"))
        assert both >= one > none == 0


def test_delays_are_those_of_the_documents(asked: Asked) -> None:
    hours = asked.chart("pipeline-health seen")["aggregations"]["0"]["buckets"]
    medians = [next(iter(hour["1"]["values"].values())) for hour in hours if hour["doc_count"]]
    assert medians == [4_000.0] * len(medians)
    assert asked.chart("pipeline-health dead")["hits"]["total"]["value"] == len(asked.store.dead_letters(10)) == 1
