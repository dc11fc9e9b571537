import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

import enrich.stages
from enrich import chain as chain_module
from enrich.chain import Chain
from enrich.stage import Stage
from schemas.brand import Brand
from schemas.mention import Analysis
from schemas.settings import Settings, TextSettings

NEW_STAGE = """
from enrich.stage import Stage

class Shouting(Stage):
    name = "shouting"
    after = ("language",)

    def apply(self, batch):
        return [a.model_copy(update={"signature": a.language + a.text.upper()}) for a in batch]
"""


class Recorder(Stage):
    """A stage that remembers what it was asked."""

    name: ClassVar[str] = "recorder"

    def __init__(self, settings: Settings) -> None:
        self.seen: list[str] = []

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        self.seen += [analysis.text for analysis in batch]
        return [analysis.model_copy(update={"language": analysis.lang or "en"}) for analysis in batch]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    stage = Recorder(Settings())
    monkeypatch.setattr(chain_module, "stages", lambda settings: [stage])
    return stage


@pytest.fixture(scope="module")
def whole() -> Chain:
    """The real chain."""
    return Chain(Settings(brands=(Brand(name="Acme", query="acme"),)))


def texts(*values: str) -> list[Analysis]:
    return [Analysis(text=value) for value in values]


def test_a_repeated_text_is_analysed_once(recorder: Recorder) -> None:
    chain = Chain(Settings())
    assert [result.text for result in chain.analyse(texts("a", "b", "a"))] == ["a", "b", "a"]
    assert [result.text for result in chain.analyse(texts("b", "c"))] == ["b", "c"]
    assert recorder.seen == ["a", "b", "c"]
    assert (chain.analysed, chain.repeated) == (3, 2)


def test_the_same_text_in_another_language_is_another(recorder: Recorder) -> None:
    results = Chain(Settings()).analyse([Analysis(text="a", lang="de"), Analysis(text="a", lang="fr")])
    assert [result.language for result in results] == ["de", "fr"]


def test_the_memory_is_bounded_and_forgets_the_oldest(recorder: Recorder) -> None:
    chain = Chain(Settings(text=TextSettings(cache_size=2)))
    for text in ("a", "b", "a", "c", "a", "b"):
        chain.analyse(texts(text))
    assert recorder.seen == ["a", "b", "c", "b"]


def test_without_a_memory_a_batch_still_spares_repeats(recorder: Recorder) -> None:
    chain = Chain(Settings(text=TextSettings(cache_size=0)))
    chain.analyse(texts("a", "a"))
    chain.analyse(texts("a"))
    assert recorder.seen == ["a", "a"]


def test_of_a_long_text_the_head_is_read(recorder: Recorder) -> None:
    long = "x" * 150
    [result] = Chain(Settings(text=TextSettings(max_characters=100))).analyse(texts(long))
    assert recorder.seen == [long[:100]]
    assert result.text == long


def test_the_words_of_a_repost_are_those_of_its_original(recorder: Recorder) -> None:
    chain = Chain(Settings())
    own = "RT @acme_news: the phone is here"
    assert [result.text for result in chain.analyse(texts("the phone is here", own))] == ["the phone is here", own]
    assert recorder.seen == ["the phone is here"]


def test_what_is_said_of_a_repost_stands_where_it_stands_in_its_text(whole: Chain) -> None:
    original, repost = (
        "Tim Cook has a new Acme phone, says @anna",
        "RT @bob_1: Tim Cook has a new Acme phone, says @anna",
    )
    one, other = whole.analyse(texts(original, repost))
    assert [repost[entity.start : entity.end] for entity in other.entities] == ["Tim Cook", "Acme"]
    assert [entity.text for entity in other.entities] == [entity.text for entity in one.entities]
    assert (one.handles, other.handles) == (["anna"], ["bob_1", "anna"])
    assert (one.sentiment, one.signature) == (other.sentiment, other.signature)


@pytest.mark.parametrize(
    "text", ["RT @acme: ", "RT @a: RT @a: x", "RT @acme no colon", "rt @acme: small", "RT: nobody"]
)
def test_beginnings_of_all_kinds_leave_the_text_as_it_is(text: str, whole: Chain) -> None:
    assert [result.text for result in whole.analyse(texts(text))] == [text]


def test_an_empty_batch(recorder: Recorder) -> None:
    assert Chain(Settings()).analyse([]) == []


def test_a_remembered_answer_equals_a_fresh_one(whole: Chain) -> None:
    batch = texts("Tim Cook has a new Acme phone #acme 😀", "愛客美手機 Acme", "?")
    analysed, repeated = whole.analysed, whole.repeated
    first = whole.analyse(batch)
    assert whole.analyse(batch[::-1]) == first[::-1]
    assert (whole.analysed - analysed, whole.repeated - repeated) == (3, 3)
    assert [result.language for result in first] == ["en", "zh-Hant", "und"]
    assert [entity.label for entity in first[0].entities] == ["person", "brand", "brand"]
    assert all(result.sentiment for result in first)


def test_every_stage_describes_itself(whole: Chain) -> None:
    described = dict(line.split(": ", 1) for line in whole.describe())
    assert {*described} == {"brand_views", "copies", "emotion", "entities", "intents", "language", "marks", "sentiment"}
    assert all(described.values())


def test_a_new_stage_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shouting.py").write_text(NEW_STAGE, encoding="utf-8")
    monkeypatch.setattr(enrich.stages, "__path__", [*enrich.stages.__path__, str(tmp_path)])
    try:
        chain = Chain(Settings())
    finally:
        sys.modules.pop("enrich.stages.shouting", None)
    names = [line.partition(":")[0] for line in chain.describe()]
    assert names.index("language") < names.index("shouting")
    assert chain.analyse([Analysis(text="hi", lang="en")])[0].signature == "enHI"
