import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.stages.sentiment import UNKNOWN, Sentiment, feeling
from schemas.mention import Analysis
from schemas.mention import Sentiment as Feeling
from schemas.settings import Settings


@pytest.fixture(scope="module")
def stage() -> Sentiment:
    return Sentiment(Settings())


def felt(stage: Sentiment, text: str, language: str = "en") -> Feeling:
    result = stage.apply([Analysis(text=text, language=language)])[0].sentiment
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this phone, it is wonderful", "positive"),
        ("I hate this phone, it is terrible", "negative"),
        ("The phone is on the table", "neutral"),
        ("this phone is not good", "negative"),
        ("the new phone 😍", "positive"),
        ("", "neutral"),
    ],
)
def test_english(stage: Sentiment, text: str, label: str) -> None:
    assert felt(stage, text).label == label


@pytest.mark.parametrize("language", ["de", "zh-Hans", "und"])
def test_a_language_without_a_lexicon_is_unknown(stage: Sentiment, language: str) -> None:
    assert felt(stage, "I love this 😍", language) == UNKNOWN
    assert UNKNOWN.positive + UNKNOWN.neutral + UNKNOWN.negative == 1


@given(st.floats(min_value=-1, max_value=1))
def test_probabilities_sum_to_one_and_agree_with_the_label(compound: float) -> None:
    result = feeling(compound)
    shares = {"positive": result.positive, "neutral": result.neutral, "negative": result.negative}
    assert round(sum(shares.values()), 9) == 1
    assert all(0 <= share == round(share, 4) for share in shares.values())
    assert shares[result.label] == max(shares.values())


def test_the_label_changes_at_the_published_threshold() -> None:
    labels = [feeling(compound).label for compound in (-0.05, -0.0499, 0, 0.0499, 0.05)]
    assert labels == ["negative", "neutral", "neutral", "neutral", "positive"]


@pytest.mark.parametrize("seed", ["😀", "good x ", "not good but "])
@pytest.mark.timeout(5)
def test_a_flood_is_read_in_bounded_time(stage: Sentiment, seed: str) -> None:
    assert felt(stage, seed * 2_500).label != "unknown"


def test_the_head_decides(stage: Sentiment) -> None:
    assert felt(stage, "wonderful " + "x " * 600 + "terrible " * 50).label == "positive"
