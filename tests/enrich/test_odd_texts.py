"""Texts that nobody hopes for, through the whole chain: each has a defined answer, in time."""

import pytest

from enrich.chain import Chain
from schemas.brand import Brand
from schemas.context import BrandContext
from schemas.mention import Analysis
from schemas.settings import Settings, TextSettings

BRANDS = (
    Brand(name="Acme", query="acme", aliases=("愛客美",)),
    Brand(name="T", query="t AND phone", aliases=("$T",), context=BrandContext(words=("signal",))),
)
TEXTS = {
    "empty": "",
    "spaces": " \n\t\u3000",
    "one emoji": "😀",
    "a family": "👨‍👩‍👧",
    "one letter": "T",
    "a long word": "x" * 10_000,
    "many words": "Acme is not T but Acme, " * 420,
    "many emoji": "😀" * 10_000,
    "many signs": "@#$!?." * 1_700,
    "Chinese without end": "愛客美手機真好用但是T" * 1_000,
    "mixed scripts": "Acme 的手机 رائع और अच्छा だよ 최고",
    "right to left": "أحب Acme كثيرا \u202eT\u202c",
    "zero width": "Ac\u200bme \u200d\u200e\ufeff T\u2060",
    "combining marks": "A" + "\u0301" * 500 + "cme",
    "a language that is not told apart": "ฉันชอบ Acme มาก",
    "half a pair": "Acme \ud83d T",
    "controls": "Acme\x00\x07\x1b[31m T",
    "only a link": "https://acme.example/T?x=1",
    "only marks": "@acme #T",
}


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain(Settings(brands=BRANDS, text=TextSettings(profile="fast", cache_size=0)))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("lang", [None, "en", "zh-TW", "de", "xx"])
@pytest.mark.parametrize("kind", TEXTS)
def test_each_has_an_answer(chain: Chain, kind: str, lang: str | None) -> None:
    analysis = Analysis(text=TEXTS[kind], lang=lang)
    [found] = chain.analyse([analysis])
    assert Analysis.model_validate(found.model_dump()) == found
    assert found.sentiment is not None
    assert found.sentiment.positive + found.sentiment.neutral + found.sentiment.negative == pytest.approx(1)
    behind = 0
    for entity in found.entities:
        assert behind <= entity.start < entity.end
        assert found.text[entity.start : entity.end] == entity.text
        behind = entity.end
    named = {entity.name for entity in found.entities if entity.label == "brand"}
    assert {view.id for view in found.brand_views} == {name.lower() for name in named if name}
    assert all(view.meant is not None for view in found.brand_views if view.id == "t")


def test_together_as_alone(chain: Chain) -> None:
    batch = [Analysis(text=text) for text in TEXTS.values()]
    assert chain.analyse(batch) == [chain.analyse([one])[0] for one in batch]


@pytest.mark.parametrize(
    "kind", ["empty", "spaces", "one emoji", "a family", "many emoji", "many signs", "only a link"]
)
def test_what_has_no_words_is_of_no_language(chain: Chain, kind: str) -> None:
    assert chain.analyse([Analysis(text=TEXTS[kind])])[0].language == "und"
