"""The contract of a text stage, run over every one of them."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from enrich.stage import Stage, stages
from schemas.brand import Brand
from schemas.mention import Analysis
from schemas.settings import Settings

SETTINGS = Settings(brands=(Brand(name="Acme", query="acme", aliases=("愛客美", "$ACM")),))
PIECES = [
    "Acme",
    "@anna",
    "#Acme",
    "$ACM",
    "愛客美",
    "Tim Cook",
    "Paris",
    "😀",
    "👨‍👩‍👧",
    "https://a.example/b",
    "not",
    "good",
    "شركة",
    "\n",
]
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
INPUTS = st.lists(st.builds(Analysis, text=TEXTS, lang=st.sampled_from([None, None, "en", "zh-TW", "und"])), max_size=6)
SAMPLES = [
    Analysis(text=text, lang=lang)
    for text, lang in [
        ("", None),
        ("Tim Cook loves Acme 😀 #acme", "en"),
        ("愛客美手機真的很好用", None),
        ("x" * 10_000, "en"),
        ("Acme " * 2_000, None),
    ]
]


@cache
def built() -> list[Stage]:
    return stages(SETTINGS)


@pytest.fixture(params=[stage.name for stage in built()])
def stage(request: pytest.FixtureRequest) -> Stage:
    return next(stage for stage in built() if stage.name == request.param)


def prepared(stage: Stage, batch: list[Analysis]) -> list[Analysis]:
    """What the stage is given: what the stages before it return."""
    for earlier in built()[: built().index(stage)]:
        batch = earlier.apply(batch)
    return batch


def assert_keeps_the_contract(stage: Stage, batch: list[Analysis]) -> None:
    batch = prepared(stage, batch)
    given_before = [analysis.model_dump() for analysis in batch]
    results = stage.apply(batch)
    assert [(result.text, result.lang) for result in results] == [(given.text, given.lang) for given in batch]
    assert stage.apply(batch) == results, "the same batch gives the same twice"
    assert stage.apply(batch[::-1]) == results[::-1], "the order does not matter"
    assert [stage.apply([analysis])[0] for analysis in batch] == results, "the neighbours do not matter"
    assert [analysis.model_dump() for analysis in batch] == given_before, "what is handed in is not changed"
    for result in results:
        Analysis.model_validate(result.model_dump())
        behind = 0
        for entity in result.entities:
            assert behind <= entity.start < entity.end
            assert result.text[entity.start : entity.end] == entity.text
            behind = entity.end


@profile(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=INPUTS)
def test_pure_in_order_and_never_raises(stage: Stage, batch: list[Analysis]) -> None:
    assert_keeps_the_contract(stage, batch)


def test_texts_of_every_kind(stage: Stage) -> None:
    assert_keeps_the_contract(stage, SAMPLES)


def test_an_empty_batch(stage: Stage) -> None:
    assert stage.apply([]) == []


def test_a_stage_stands_behind_those_it_reads_from() -> None:
    names = [stage.name for stage in built()]
    assert all(names.index(earlier) < names.index(stage.name) for stage in built() for earlier in stage.after)
    assert len(set(names)) == len(names)


def test_a_stage_says_what_it_works_with(stage: Stage) -> None:
    assert stage.describe()
    assert "\n" not in stage.describe()
