"""Samples of a selection, and the themes that are found in them: alike in every store."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import httpx
import pytest

from schemas.brand import Brand
from schemas.mention import Entity, Mention
from schemas.query.parse import parse_query
from schemas.query.subject import Subject
from sinks.selection import Selection, Trait
from sinks.store import Store, Write
from tests.contracts.test_store_selections import BRANDS, SELECTIONS, both, chosen
from tests.support.api import api, data
from tests.support.elastic import settings
from tests.support.mentions import T0, mention

__all__ = ["both"]  # a fixture

NEGATIVE = Trait("sentiment", ("negative",))
WITHOUT = [
    None,
    Selection(BRANDS, traits=(NEGATIVE,)),
    Selection(("acme",), T0 + timedelta(hours=20), queries=(parse_query("tea AND cup"),)),
]


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("without", WITHOUT)
def test_a_sample_that_is_large_enough_is_all_that_is_selected(
    both: tuple[Store, dict[str, Mention]], selection: Selection, without: Selection | None
) -> None:
    store, known = both
    expected: dict[str, Mention] = {}
    for brand in selection.brands:
        left = set[str]()
        if without is not None and brand in without.brands:
            left = {one.id for one in chosen(known, without, brand)}
        expected |= {one.id: one for one in chosen(known, selection, brand) if one.id not in left}
    told = store.sample(selection, without, 1_000)
    assert len({one.id for one in told}) == len(told)
    assert {(one.id, one.at_ms, one.words.strip(), tuple(sorted(set(one.hashtags)))) for one in told} == {
        (one.id, one.published_ms, Subject.of(one).bare.strip(), tuple(sorted(set(one.hashtags))))
        for one in expected.values()
    }
    assert {name for one in told for name in one.entities} == {
        f"{entity.label}:{entity.text}" for one in expected.values() for entity in one.entities
    }


def test_a_sample_is_drawn_from_the_whole_time_and_stays_the_same(both: tuple[Store, dict[str, Mention]]) -> None:
    store, _ = both
    drawn = store.sample(Selection(BRANDS), None, 40)
    assert sorted(drawn) == sorted(store.sample(Selection(BRANDS), None, 40))
    assert len({one.id for one in drawn}) == 40
    middle = sorted(one.at_ms for one in store.sample(Selection(BRANDS), None, 1_000))
    early = sum(one.at_ms < middle[len(middle) // 2] for one in drawn)
    assert 8 < early < 32
    assert set(store.documents([one.id for one in drawn])) == {one.id for one in drawn}
    assert store.documents([drawn[0].id, "none"]) == {drawn[0].id: store.document(drawn[0].id)}


def test_a_sample_of_what_only_documents_tell(both: tuple[Store, dict[str, Mention]]) -> None:
    store, known = both
    asked = Selection(("acme",), queries=(parse_query("$tea"), parse_query("NOT author:ann")))
    every = {one.id for one in store.sample(asked, None, 1_000)}
    assert every == {one.id for one in chosen(known, asked, "acme")}
    assert len(store.sample(asked, None, 5)) == 5 < len(every)


TALK = (Brand(name="Talk", query="talk"),)
SMALL_TALK = """
    the tea of acme is good and cheap they have a shop in our street my cup has nice handle how long does it last green
    pot poster bus every like what with today morning train people queue colour blue red kitchen friend
    這家店的茶很好喝 昨天買了杯子 顏色真漂亮 又開了新店
"""
STORY = ("a Battery Recall at Acme", "手機電池回收了", "this battery recall is a shame", "維修說手機電池回收")


def talk() -> Iterator[Mention]:
    """Four weeks of small talk; in the fifth, a third is about a recall. Two texts are passed on very often."""
    random, words = Random(3), SMALL_TALK.split()
    for n in range(220):
        text, tags, entities = " ".join(random.choices(words, k=9)), list[str](), list[Entity]()
        hours = 4 * n if n < 160 else 24 * 28 + 2 * (n - 160)
        if n >= 160 and n % 3 == 0:
            text, tags = f"{STORY[n // 3 % 4]} {text}", ["RecallNow"]
            entities = [Entity(text="Voltera", label="organisation", start=0, end=1)]
        yield mention(f"t{n}", hours=hours, text=text, hashtags=tags, entities=entities)
    for n in range(40):
        yield mention(f"r{n}", hours=24 * 29, text=f"RT @x: please retweet this giveaway {n}", kind="repost")
        yield mention(f"c{n}", hours=24 * 29, text=f"please win my prize today friends {'!' * n}")


@pytest.fixture(scope="module")
def client(both: tuple[Store, dict[str, Mention]]) -> Iterator[httpx.Client]:
    store, _ = both
    store.write(
        Write(mentions=[one.replace(brands=[match.replace(id="talk") for match in one.brands]) for one in talk()])
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deploy.api.service.kept", lambda settings, where: [])  # stands in Kafka, beside Elasticsearch
        if hasattr(store, "settings"):
            with api(store.settings.url, None, TALK, settings(store.settings.url)) as made:
                yield made
        else:
            with api(store._database._path, None, TALK) as made:  # type: ignore[attr-defined]
                yield made


def asked(client: httpx.Client, **filters: str) -> dict[str, dict[str, object]]:
    rows = data(client.get("/v1/top/themes", params={"brand": "talk"} | filters))
    return {row["value"]: row for row in rows}


def test_what_is_spoken_of_more_than_usual_is_a_theme(client: httpx.Client) -> None:
    start = f"{T0 + timedelta(days=28):%Y-%m-%dT%H:%MZ}"
    answer = client.get("/v1/top/themes", params={"brand": "talk", "from": start}).json()
    first, *_ = answer["data"]
    told = {term["value"]: term["kind"] for row in answer["data"] for term in (row, *row["terms"])}
    assert (answer["mentions"], answer["is_sample"], answer["texts"]) == (100, False, 61)
    assert answer["usual_texts"] > 100
    assert told.keys() >= {"RecallNow", "Voltera", "手機電池回收"}
    assert told["RecallNow"] == "hashtag"
    assert told["Voltera"] == "entity"
    assert any(value.casefold() == "battery recall" for value in told)
    assert first["times_usual"] > 2
    assert first["share"] == first["count"] / 61
    assert not [value for value in told if "prize" in value or "giveaway" in value or value in ("tea", "acme", "the")]


def test_without_anything_before_each_time_is_compared_with_the_rest(client: httpx.Client) -> None:
    answer = client.get("/v1/top/themes", params={"brand": "talk"}).json()
    assert answer["usual_texts"] == 0
    told = {term["value"].casefold() for row in answer["data"] for term in (row, *row["terms"])}
    assert "recallnow" in told
    assert not told & {"tea", "acme", "the", "giveaway"}


def test_filters_hold_and_are_compared_with_what_they_leave_out(client: httpx.Client) -> None:
    assert "RecallNow" not in str(asked(client, not_hashtag="RecallNow"))
    assert "RecallNow" in str(asked(client, hashtag="RecallNow"))
    assert asked(client, sentiment="positive") == {}
