"""What the API answers: the store's own numbers, whatever is asked, and one clear line where it cannot."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.click import Click, link_key
from schemas.engagement import Engagement
from schemas.mention import Entity, Mention, Sentiment
from schemas.post import Author, Place
from sinks.questions import Span
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.api import ACME, ZETA, api, data
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, bucket, mention, stub, velocity

HOUR = 3_600_000
LINK = "https://shop.example/cup?utm_source=test"


def posts() -> list[Mention]:
    """Thirty mentions of Acme in thirty hours, by fifteen authors, two of whom write Chinese, and four of Zeta."""
    made = [
        mention(
            str(n),
            hours=n,
            author=Author(id=f"id{n % 15}", handle=f"h{n % 15}", followers=100 * (n % 15)),
            language="zh-Hant" if n % 15 < 2 else "en",
            place=Place(country="TW") if n % 2 else None,
            sentiment=Sentiment(label="negative" if n % 3 else "positive", positive=0.2, neutral=0.1, negative=0.7),
            engagement=n,
            hashtags=["tea"] if n % 5 == 0 else [],
            links=[LINK] if n < 2 else [],
            entities=[Entity(text="Roma", label="place", start=0, end=4)] if n < 6 else [],
            velocity=velocity(n) if n < 9 else None,
            intents=["complaint", "question"] if n < 7 else ["praise"] if n < 9 else [],
            emotion="anger" if n < 4 else None,
            text="tea and cake" if n < 10 else "cake",
        )
        for n in range(30)
    ]
    words = ("we are hiring", "zeta", "giveaway today", "zeta again")
    return made + [mention(f"z{n}", brand="zeta", hours=n, text=text) for n, text in enumerate(words)]


def fill(store: Store) -> None:
    spread = mention("0")
    given: dict[str, Any] = {"mention_id": spread.id, "source": "test", "at": T0, "observed_at": T0, "followers": 5}
    done: list[dict[str, Any]] = [{"kind": "repost"}, {"kind": "like"}, {"kind": "counts", "counts": {"likes": 4}}]
    deeds = [Engagement.model_validate(given | deed | {"id": f"e{n}"}) for n, deed in enumerate(done)]
    buckets = [bucket(n, count=1, engagement=n) for n in range(30)]
    came: list[dict[str, Any]] = [{}, {}, {"kind": "conversion", "value": 9.5, "currency": "EUR"}]
    clicks = [
        Click.model_validate({"id": f"c{n}", "at": T0, "observed_at": T0, "url": LINK, "link": link_key(LINK)} | one)
        for n, one in enumerate(came)
    ]
    store.write(Write(mentions=[*posts(), stub("gone")], trends=buckets, engagements=deeds, clicks=clicks))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The API over a filled store of each kind."""
    if request.param == "elastic":
        with elastic_store(request) as store, pytest.MonkeyPatch.context() as patch:
            patch.setattr("deploy.api.service.kept", lambda settings, where: [])  # stands in Kafka
            fill(store)
            with api(store.settings.url, elasticsearch=store.settings) as made:
                yield made
        return
    path: Path = tmp_path_factory.mktemp("api") / "store.db"
    with SqliteStore(path) as embedded:
        fill(embedded)
    with api(path) as made:
        yield made


def test_volume_is_that_of_the_store(client: httpx.Client, tmp_path: Path) -> None:
    asked = {"brand": "acme", "from": "2024-03-04", "to": "2024-03-06", "interval": "6h"}
    answer = client.get("/v1/volume", params=asked).json()
    with SqliteStore(tmp_path / "same.db") as store:
        fill(store)
        own = store.volume("acme", Span(T0, T0.replace(day=6), 6 * HOUR))
    assert answer["interval_ms"] == 6 * HOUR
    assert answer["data"] == [point.model_dump(mode="json") for point in own]
    filtered = data(client.get("/v1/volume", params=asked | {"not_language": "fr"}))
    kept = ("time", "count", "authors", "reach", "reach_unknown")
    assert [[row[name] for name in kept] for row in filtered] == [
        [row[name] for name in kept] for row in answer["data"]
    ]
    assert {row["distinct_count"] for row in filtered} == {None}
    for more in ({}, {"not_language": "fr"}):
        alone = data(client.get("/v1/volume", params=asked | more | {"people": "false"}))
        assert [row["count"] for row in alone] == [row["count"] for row in answer["data"]]
        assert {row[name] for row in alone for name in ("authors", "reach", "reach_unknown")} == {None}


def test_numbers_over_time_agree_with_each_other(client: httpx.Client) -> None:
    asked = {"brand": "acme", "interval": "1d"}
    volume = data(client.get("/v1/volume", params=asked | {"kind": "post"}))
    assert [row["count"] for row in volume] == [24, 6]
    reach = data(client.get("/v1/reach", params=asked))
    assert [row["reach"] for row in reach] == [row["reach"] for row in volume]
    engaged = data(client.get("/v1/engagement", params=asked))
    assert [row["engagement"] for row in engaged] == [sum(range(24)), sum(range(24, 30))]
    felt = data(client.get("/v1/sentiment", params=asked | {"kind": "post"}))
    assert sum(row["positive"] for row in felt) == 10
    share = data(client.get("/v1/share", params={"interval": "1d", "brand": ["acme", "zeta"]}))
    assert [(row["brand"], row["count"], row["share"]) for row in share[:2]] == [("acme", 24, 1.0), ("zeta", 0, 0.0)]
    for among, shown in (([], [("acme", 24), (None, 0)]), (["zeta"], [("zeta", 0), (None, 24)])):
        wanted: dict[str, Any] = {"interval": "1d", "group": "phones", "limit": 1, "among": among}
        few = data(client.get("/v1/share", params=wanted))
        assert [(row["brand"], row["count"]) for row in few[:2]] == shown


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("language", "zh", 4), ("country", "TW", 15), ("sentiment", "positive", 10), ("size", "micro", 10),
        ("author", "h3", 2), ("hashtag", "tea", 6), ("entity", "place:Roma", 6), ("query", "tea", 10),
        ("kind", "post", 30), ("source", "rss", 0), ("intent", "question", 7), ("emotion", "anger", 4),
    ],
)  # fmt: skip
def test_every_filter_has_its_negative_twin(client: httpx.Client, name: str, value: str, count: int) -> None:
    found = [
        data(client.get("/v1/mentions", params={"brand": "acme", prefix + name: value, "limit": 100}))
        for prefix in ("", "not_")
    ]
    assert [len(rows) for rows in found] == [count, 30 - count]
    assert len({row["id"] for rows in found for row in rows}) == 30


def test_top_values(client: httpx.Client) -> None:
    def top(kind: str, **filters: Any) -> list[dict[str, Any]]:
        return data(client.get(f"/v1/top/{kind}", params={"brand": "acme"} | filters))

    assert top("hashtags") == [{"value": "tea", "count": 6, "label": None, "reach": None}]
    assert [(row["value"], row["label"]) for row in top("entities")] == [("Roma", "place")]
    assert [(row["value"], row["count"], row["reach"]) for row in top("authors", limit=2)] == [
        ("h0", 2, 0), ("h1", 2, 100),
    ]  # fmt: skip
    assert [row["value"] for row in top("languages", language="zh")] == ["zh-Hant"]
    assert [row["count"] for row in top("countries")] == [15]
    assert [(row["value"], row["label"], row["count"]) for row in top("places")] == [("Roma", "place", 6)]
    assert [(row["value"], row["count"]) for row in top("intents")] == [
        ("complaint", 7),
        ("question", 7),
        ("praise", 2),
    ]
    assert [(row["value"], row["count"]) for row in top("emotions", intent="question")] == [("anger", 4)]


def test_any_measure_by_two_dimensions(client: httpx.Client) -> None:
    asked = {"brand": "acme", "by": ["language", "sentiment"]}
    answer = client.get("/v1/measures/mentions", params=asked).json()
    assert sum(row["value"] for row in answer["data"]) == 30
    assert answer["data"][0] == {"keys": ["en", "negative"], "value": 18}
    each = client.get("/v1/measures/engagement", params={"by": ["brand", "time"]}).json()
    assert {tuple(row["keys"]): row["value"] for row in each["data"]}["acme", "2024-03-04T00:00:00Z"] == sum(range(24))
    balance = client.get("/v1/measures/balance", params={"brand": "acme", "by": "kind"}).json()
    assert balance["data"] == [{"keys": ["post"], "value": (10 - 20) / 30}]


def test_an_audience_of_few_is_hidden(client: httpx.Client) -> None:
    answer = client.get("/v1/audience", params={"brand": "acme", "by": "language"}).json()
    assert answer["hidden"] == 1  # two authors write Chinese
    assert [(row["value"], row["authors"], row["mentions"]) for row in answer["data"]] == [("en", 13, 26)]
    people = client.get("/v1/measures/authors", params={"brand": "acme", "by": ["language", "time"]}).json()
    assert (people["hidden"], {row["keys"][0] for row in people["data"]}) == (2, {"en"})


def test_what_spreads_comes_first(client: httpx.Client) -> None:
    fastest = data(client.get("/v1/velocity", params={"brand": "acme", "limit": 3}))
    assert [row["native_id"] for row in fastest] == ["8", "7", "6"]
    assert [row["native_id"] for row in data(client.get("/v1/velocity", params={"hashtag": "tea"}))] == ["5", "0"]


def test_one_mention_with_its_history_and_cascade(client: httpx.Client) -> None:
    found = mention("0").id
    assert client.get(f"/v1/mentions/{found}").json()["text"] == "tea and cake"
    (seen,) = data(client.get(f"/v1/mentions/{found}/history"))
    assert seen["likes"] == 4
    spread = client.get(f"/v1/mentions/{found}/cascade").json()
    assert [(one["reposts"], one["likes"], one["reach"]) for one in spread["points"]] == [(1, 0, 5), (1, 1, 5)]
    assert client.get(f"/v1/mentions/{found}/clicks").json()["clicks"] == 2
    assert client.get(f"/v1/mentions/{mention('gone').id}").status_code == 410
    assert client.get("/v1/mentions/none").status_code == 404


def test_what_came_of_links(client: httpx.Client) -> None:
    answer = client.get("/v1/clicks", params={"brand": "acme"}).json()
    assert [(row["mention_count"], row["clicks"]) for row in answer["data"]] == [(2, 2)]
    assert answer["total"] == {"clicks": 2, "conversions": 1, "conversion_rate": 0.5, "amounts": {"EUR": 9.5}}


def test_exclusion_lists_and_what_they_removed(client: httpx.Client) -> None:
    def texts(**filters: str) -> set[str]:
        return {row["text"] for row in data(client.get("/v1/mentions", params={"brand": "zeta"} | filters))}

    assert texts() == {"zeta", "zeta again"}
    assert texts(excluded="only") == {"we are hiring", "giveaway today"}
    assert texts(excluded="only", reason="jobs") == {"we are hiring"}
    assert len(texts(excluded="with")) == 4
    removed = data(client.get("/v1/exclusions/removed"))
    assert removed == [
        {"brand": "zeta", "reason": "jobs", "count": 1}, {"brand": "zeta", "reason": "adverts", "count": 1},
    ]  # fmt: skip
    assert len(data(client.get("/v1/exclusions"))) == 3


def test_a_query_is_tried_on_what_is_stored(client: httpx.Client) -> None:
    answer = client.post("/v1/queries/preview", json={"query": "tea AND NOT lang:zh", "limit": 2}).json()
    assert (answer["count"], answer["count_is_least"], len(answer["data"])) == (8, False, 2)


def test_sources_and_status(client: httpx.Client) -> None:
    assert data(client.get("/v1/sources", params={"brand": "acme"})) == [
        {"source": "test", "count": 30, "last": "2024-03-05T05:00:00Z"}
    ]
    status = client.get("/v1/status").json()
    assert (status["first"], status["last"]) == ("2024-03-04T00:00:00Z", "2024-03-05T05:00:00Z")
    assert [one["id"] for one in data(client.get("/v1/brands"))] == [ACME.id, ZETA.id]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/volume?brand=acmee", 400, "did you mean: Acme"),
        ("/v1/volume?from=yesterday", 400, "from is not a date"),
        ("/v1/volume?from=0001-01-01T00:00%2B23:59", 400, "from is not a date"),
        ("/v1/volume?from=2024-03-05&to=2024-03-04", 400, "to is not after from"),
        ("/v1/volume?interval=7s", 400, "interval: write"),
        ("/v1/volume?from=2024-01-01&to=2024-02-01&interval=5m", 400, "more than 2000 points"),
        ("/v1/volume?colour=red", 422, "a parameter is wrong"),
        ("/v1/mentions?limit=501", 422, "a parameter is wrong"),
        ("/v1/mentions?query=(tea", 422, "the query cannot be read"),
        ("/v1/mentions?query=" + "x" * 10_000, 422, "a parameter is wrong"),
        ("/v1/mentions?cursor=zzz", 400, "this cursor is none of ours"),
        ("/v1/mentions?sort=reach&cursor=MTIzLmFi", 400, "a cursor goes with sort=new"),
        ("/v1/audience?by=size", 400, "of one brand"),
        ("/v1/brands/nobody", 404, "no brand is called"),
        ("/v1/alerts/none", 404, "there is no such alert"),
        ("/v2/volume", 404, "Not Found"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(client: httpx.Client, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in problem["detail"]
    assert (problem["status"], problem["type"], problem["instance"]) == (status, "about:blank", path.partition("?")[0])
    assert "x" * 100 not in answer.text


def test_a_query_of_ten_thousand_characters_is_read_where_it_may_be_long(client: httpx.Client) -> None:
    words = " OR ".join(f"w{n}" for n in range(1_250))
    assert len(words) > 10_000
    assert client.post("/v1/queries/preview", json={"query": f"{words} OR cake", "limit": 0}).json()["count"] == 30
    for query in ("(" * 10_000, '"' * 10_001, "a~" * 5_000, "NOT " * 2_500, "x" * 20_001):
        assert client.post("/v1/queries/preview", json={"query": query}).status_code == 422


@pytest.mark.parametrize("filters", [{}, {"sentiment": "negative"}, {"language": "zh", "size": "nano"}])
def test_a_summary_is_every_measure_at_once(client: httpx.Client, filters: dict[str, str]) -> None:
    (summed,) = data(client.get("/v1/summary", params={"brand": "acme", **filters}))
    for measure in ("mentions", "authors", "reach", "engagement", "positive", "neutral", "negative", "unknown"):
        (row,) = data(client.get(f"/v1/measures/{measure}", params={"brand": "acme", **filters}))
        assert row["value"] == summed[measure], measure
    assert summed["mentions"] == sum(summed[name] for name in ("positive", "neutral", "negative", "unknown"))
