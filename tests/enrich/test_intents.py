import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.intent_cues import Cues, languages
from enrich.stages.intents import Intents
from schemas.mention import Analysis, Sentiment, SentimentLabel
from schemas.settings import Settings


@pytest.fixture(scope="module")
def stage() -> Intents:
    return Intents(Settings())


def told(stage: Intents, text: str, felt: SentimentLabel = "neutral", language: str = "en") -> list[str]:
    feeling = Sentiment(label=felt, positive=0.3, neutral=0.4, negative=0.3)
    [found] = stage.apply([Analysis(text=text, language=language, sentiment=feeling)])
    return list(found.intents)


@pytest.mark.parametrize(
    ("text", "felt", "language", "intents"),
    [
        ("Your app keeps crashing, and customer service is silent", "negative", "en", ["complaint"]),
        ("My phone won’t turn on since Monday", "negative", "en", ["complaint"]),
        ("The worst delivery ever. Does anyone know whom to call?", "negative", "en", ["complaint", "question"]),
        ("Shall I bring the customer service some cake", "positive", "en", []),
        ("Great service at the shop today, thank you", "positive", "en", ["praise"]),
        ("It was not a great service at all", "positive", "en", []),
        ("Is that supposed to be great service?", "positive", "en", []),
        ("great service", "negative", "en", []),
        ("Where can I buy the blue one?", "neutral", "en", ["purchase", "question"]),
        ("I'm going to buy it tomorrow", "positive", "en", ["purchase"]),
        ("I don't want to buy it", "negative", "en", []),
        ("I'll buy the cake", "neutral", "en", ["purchase"]),
        ("does anybody here want to buy my ticket", "neutral", "en", []),
        ("I'm going to buy you a coffee", "neutral", "en", []),
        ("i want to buy $ACME under ten", "neutral", "en", []),
        ("I might buy some shares", "neutral", "en", []),
        ("How do I reset this kettle?", "neutral", "en", ["question"]),
        ("How do I reset this kettle? https://news.example/kettles", "neutral", "en", []),
        ("How do I reset this kettle", "neutral", "en", []),
        ("how do i. Really?", "neutral", "en", []),
        ("this works greatly", "positive", "en", []),
        ("客服态度太差，要求退款", "negative", "zh-Hans", ["complaint"]),
        ("客服態度太差，要求退款", "negative", "zh-Hant", ["complaint"]),
        ("这家店强烈推荐", "positive", "zh-Hans", ["praise"]),
        ("这家店不值得推荐", "positive", "zh-Hans", []),
        ("请问哪里买？", "neutral", "zh-Hans", []),
        ("great service", "positive", "de", []),
        ("great service", "positive", "und", []),
    ],
)
def test_what_a_writer_is_after(
    stage: Intents, text: str, felt: SentimentLabel, language: str, intents: list[str]
) -> None:
    assert told(stage, text, felt, language) == intents


@pytest.mark.parametrize("text", ["", "😀", "?" * 10_000, "x" * 2_001 + " great service", "\ud83d", "\u202e"])
@pytest.mark.parametrize("language", ["en", "zh-Hant", "und"])
def test_where_nothing_is_said_nothing_is_told(stage: Intents, text: str, language: str) -> None:
    assert told(stage, text, "positive", language) == []


def test_without_a_feeling(stage: Intents) -> None:
    [found] = stage.apply([Analysis(text="great service. where can i buy one?", language="en")])
    assert found.intents == ["purchase", "question"]


@pytest.mark.parametrize("language", languages())
def test_cues_are_found_where_they_stand(language: str) -> None:
    cues = Cues(language)
    assert {"complaint", "praise"} <= set(cues.intents)
    text = "a great service, 好评" if language == "en" else "the 好评 here"
    [found] = cues.find(text)
    assert text[found.start : found.end] == ("great service" if language == "en" else "好评")
    assert found.intent == "praise"


@given(st.text(max_size=300), st.sampled_from(["en", "zh-Hans", "zh-Hant"]))
def test_any_text_has_an_answer(text: str, language: str) -> None:
    assert set(told(_STAGE, text, "positive", language)) <= {"praise", "purchase", "question"}


_STAGE = Intents(Settings())
