"""Whatever a text is made of: names stand where it has them, none overlaps another, and the user's names win."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.stages.entities import Entities
from schemas.brand import Brand
from schemas.mention import Analysis, Entity
from schemas.settings import Settings, TextSettings

BRANDS = (
    Brand(name="Acme Phone", query="x", aliases=("Acme", "愛客美", "$ACM")),
    Brand(name="London Bridge Hotel", query="x", aliases=("London Bridge",)),
    Brand(name="Cook", query="x"),
)
PIECES = st.sampled_from(
    [
        "Tim Cook", "TIM COOK", "tim cook", "Acme", "ACME PHONE", "acme", "$ACM", "London", "London Bridge", "Mr.",
        "#London", "#LondonBridge", "@Acme", "@tim_cook", "https://acme.example/London", "t.co/Acme", "Microsoft's",
        "愛客美", "爱客美手机", "刘德华", "劉德華", "北京大学", "臺北", "#北京#", "@马云", "，", "。", "的", "去了",
        "لندن", "\u202eLondon\u202c", "\u200b", "Lon\u200bdon", "\u200d", "\ufeff", "e\u0301", "😀", "👨‍👩‍👧", "🇬🇧",
        "ＡＣＭＥ", "\ud83d", "\x00", "\n", "\t", " ", " ", " ", " ", "(", ")", '"', "'s", "—", "...",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, PIECES, PIECES, st.text(max_size=5)), max_size=25).map("".join)


@pytest.fixture(scope="module", params=["fast", "accurate"])
def stage(request: pytest.FixtureRequest) -> Entities:
    return Entities(Settings(brands=BRANDS, text=TextSettings(profile=request.param)))


def found(stage: Entities, text: str, language: str) -> tuple[str, list[Entity]]:
    """Return the text as posts are kept, and the names in it."""
    [analysis] = stage.apply([Analysis(text=text, language=language)])
    return analysis.text, analysis.entities


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_names_stand_where_the_text_has_them(stage: Entities, language: str, text: str) -> None:
    text, entities = found(stage, text, language)
    behind = 0
    for entity in entities:
        assert behind <= entity.start < entity.end <= len(text), "in order, and none overlaps another"
        assert text[entity.start : entity.end] == entity.text
        behind = entity.end
    brands = [entity for entity in entities if entity.label == "brand"]
    assert brands == found(stage, text, "und")[1], "no model takes anything from the user's names"


@pytest.mark.parametrize(
    ("text", "language", "brand"),
    [
        ("Tim Cook is here", "en", "Cook"),
        ("see London Bridge tomorrow", "en", "London Bridge Hotel"),
        ("TIM COOK IN #LONDON", "en", "Cook"),
        ("刘德华用爱客美", "zh-Hans", "Acme Phone"),
    ],
)
def test_what_a_model_would_take_is_the_users(stage: Entities, text: str, language: str, brand: str) -> None:
    assert brand in {entity.name for entity in found(stage, text, language)[1] if entity.label == "brand"}
