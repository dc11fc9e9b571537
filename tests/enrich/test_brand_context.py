from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.brand_context import BrandContext
from schemas.brand import Brand
from schemas.context import BrandContext as ContextSettings


def place(text: str, name: str) -> tuple[int, int]:
    at = text.lower().index(name.lower())
    return at, at + len(name)


def meant(model: BrandContext, text: str, name: str = "Apple") -> float:
    return model.meant(text, *place(text, name))


@pytest.fixture
def untaught() -> BrandContext:
    query = "apple AND (iphone OR keynote) NOT pie*  NOT orchard"
    return BrandContext(
        Brand(name="Apple", query=query, context=ContextSettings(words=("ipad",), other_words=("jam",)))
    )


def test_words_of_settings_and_query_speak_for_and_against(untaught: BrandContext) -> None:
    nothing = meant(untaught, "look, Apple")
    assert meant(untaught, "Apple shows a new ipad") > 0.8 > nothing
    assert meant(untaught, "the Apple keynote") > 0.8
    assert meant(untaught, "an Apple from the orchard") < 0.3 < nothing
    assert meant(untaught, "Apple jam") < 0.3


def test_a_name_in_small_letters_is_less_likely_the_brand(untaught: BrandContext) -> None:
    assert meant(untaught, "an apple a day") < meant(untaught, "an Apple a day")


def test_a_single_letter_says_little_and_a_cashtag_much() -> None:
    model = BrandContext(Brand(name="T", query="T", context=ContextSettings(words=("stock",))))
    assert meant(model, "a jolly Good T in the park", "T") < 0.5
    assert model.meant("$T is up", 1, 2) > 0.8
    assert model.meant("my T stock is up", 3, 4) > 0.8


def test_scripts_without_capitals_tell_nothing_by_how_a_name_is_written() -> None:
    model = BrandContext(Brand(name="小米", query="小米", context=ContextSettings()))
    assert model.meant("小米", 0, 2) == 0.5


def test_each_example_teaches(untaught: BrandContext) -> None:
    text = "Apple fell on my head in the garden"
    before = meant(untaught, text)
    for _ in range(3):
        untaught.learn(text, *place(text, "Apple"), False)
    after = meant(untaught, text)
    assert after < before / 2
    untaught.learn(text, *place(text, "Apple"), True)
    assert meant(untaught, text) > after


def test_examples_of_a_file_are_learnt_and_carry_over(tmp_path: Path) -> None:
    file = tmp_path / "mi.tsv"
    lines = [
        "accepted\t小米手机的新款很流畅",
        "accepted\t小米发布了新手机",
        "rejected\t早上喝了一碗小米粥",
        "rejected\t小米粥很养胃",
    ]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    settings = ContextSettings(examples=str(file))
    model = BrandContext(Brand(name="小米", query="小米", id="mi", context=settings))
    assert meant(model, "刚买的小米手机到了", "小米") > 0.6
    assert meant(model, "妈妈煮的小米粥真香", "小米") < 0.4


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 5))
def test_any_text_has_a_probability(text: str, start: int, length: int) -> None:
    model = BrandContext(Brand(name="T", query="t", context=ContextSettings()))
    start = min(start, len(text))
    assert 0 <= model.meant(text, start, min(len(text), start + length)) <= 1
