"""Themes: what counts as a term, what is left out, and that chance alone makes none."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.mention import Entity
from schemas.text import index_text
from sinks.distinction import bursts, distinction
from sinks.phrases import MOST_WORDS, distinct, kind_of, shown
from sinks.spelling import spelt
from sinks.spoken import Spoken
from sinks.themes import Themes, themes
from tests.support.mentions import mention

WORDS = [f"word{n}" for n in range(400)]


def spoken(number: int, *texts: str, hashtags: Sequence[str] = (), entities: Sequence[str] = ()) -> Spoken:
    return Spoken(f"{number:04}", number, " \n ".join(map(index_text, texts)), tuple(hashtags), tuple(entities))


def small_talk(random: Random, first: int, count: int, *, also: str = "") -> list[Spoken]:
    """Return texts whose words are drawn as those of a language are: a few very often, most of them seldom."""
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return [spoken(first + n, " ".join([*random.choices(WORDS, weights, k=12), also])) for n in range(count)]


def called(found: Themes) -> list[str]:
    return [shown(theme.name.value) for theme in found.found]


def test_chance_alone_makes_hardly_a_theme() -> None:
    random = Random(7)
    counts = [len(themes(small_talk(random, 0, 400), small_talk(random, 1_000, 400), 20).found) for _ in range(5)]
    assert sum(counts) <= 5
    assert [len(themes(small_talk(random, 0, 400), [], 20).found) for _ in range(5)].count(0) >= 4


def test_a_theme_is_found_against_what_is_usual_and_against_other_times() -> None:
    random = Random(8)
    told = [*small_talk(random, 0, 200), *small_talk(random, 200, 40, also="the handle broke off")]
    before = small_talk(random, 9_000, 200)
    for usual in (before, []):
        found = themes(told, usual, 10)
        assert called(found)[0] == "handle broke"
        assert (found.found[0].name.count, found.usual_texts > 0) == (40, bool(usual))
        assert found.found[0].times_usual > 5
    assert called(themes(told, told, 10)) == []


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["see our offer of the week"] * 3, 1),
        (["see our offer of the week", "RT @a: see our offer of the week", "see our offer of the week!! 1"], 1),
        (["see our offer of the week", "what an offer, says my aunt, who never buys anything"], 2),
        (["same", "Same!", "following"], 2),
        (["手機電池膨脹太危險了", "手機電池膨脹太危險了！！", "电池没事"], 2),
        (["", "https://a.example/x"], 0),
    ],
)
def test_near_copies_count_once(texts: list[str], left: int) -> None:
    assert len(list(distinct(spoken(n, text) for n, text in enumerate(texts)))) == left


def test_what_is_quoted_counts_once_and_what_is_said_about_it_each_time() -> None:
    quoted = "a long statement of the company about the handle that broke off"
    said = [spoken(0, "that is all they say", quoted), spoken(1, "nobody believes a word", quoted), spoken(2, quoted)]
    (_, first), (_, second) = distinct(said)
    assert "statement" in first
    assert "statement" not in second
    assert "believes" in second


def test_terms_are_phrases_hashtags_and_entities() -> None:
    one = spoken(0, "Battery RECALL now 😀 手機電池", hashtags=["RecallNow"], entities=["place:São Paulo"])
    ((_, found),) = distinct([one])
    assert {"battery", "battery recall", "battery recall now", "手机", "机电池", "手机电池"} <= found
    assert "now 手机" not in found
    assert {(kind_of(term), shown(term)) for term in found if kind_of(term) != "phrase"} == {
        ("hashtag", "recallnow"), ("entity", "sao paulo"),
    }  # fmt: skip


def test_names_of_the_brand_and_words_without_a_meaning_are_no_themes() -> None:
    random = Random(9)
    told = small_talk(random, 0, 60, also="and of the acme")
    before = small_talk(random, 9_000, 60)
    assert called(themes(told, before, 10)) == ["acme"]
    assert called(themes(told, before, 10, frozenset(["acme"]))) == []


def test_a_term_is_shown_as_people_write_it() -> None:
    roma = Entity(text="ROMA", label="place", start=0, end=4)
    posts = [
        mention("1", text="A Battery-Recall! 手機、電池", hashtags=["RecallNow"], entities=[roma]),
        mention("2", text="$TSLA battery, recall", title="Battery-Recall"),
    ]
    assert spelt("battery recall", posts) == "Battery-Recall"
    assert spelt("手机电池", posts) == "手機電池"
    assert spelt("tsla", posts) == "TSLA"
    assert spelt("#recallnow", posts) == "RecallNow"
    assert spelt("\x00place:roma", posts) == "place:ROMA"
    assert spelt("not there", posts) == "not there"


def test_the_z_of_a_term_grows_with_its_number_and_not_with_what_is_common() -> None:
    here, there = np.array([3.0, 30.0, 300.0, 0.0]), np.array([0.0, 0.0, 300.0, 0.0])
    rare, clear, common, absent = distinction(here, 400, there, 400)
    assert 0 < rare < 2 < clear
    assert abs(common) < 1e-9
    assert absent == 0
    z, more = bursts(np.array([[0.0, 20.0, 20.0, 0.0], [10.0, 10.0, 10.0, 10.0]]), np.full(4, 50.0))
    assert (z[0] > 4, more[0] > 10, z[1] < 0.5) == (True, True, True)


@given(st.lists(st.text(max_size=60), max_size=12), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_is_too_odd(texts: list[str], tags: list[str]) -> None:
    told = [spoken(n, text, text[::-1], hashtags=tags, entities=[f"place:{text}"]) for n, text in enumerate(texts)]
    found = themes(told * 3, told, 5)
    assert found.texts <= len(told)


def test_of_a_long_text_a_part_is_read() -> None:
    ((_, found),) = distinct([spoken(0, " ".join(f"w{n}" for n in range(5_000)))])
    assert f"w{MOST_WORDS - 1}" in found
    assert len(found) < 3 * MOST_WORDS
