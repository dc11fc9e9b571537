import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.sentiment_lexicon import SIGNALS, feeling, lexical, signals


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
def test_a_flood_is_read_in_bounded_time(seed: str) -> None:
    assert lexical(seed * 2_500).label != "unknown"


def test_the_head_decides() -> None:
    assert lexical("wonderful " + "x " * 600 + "terrible " * 50).label == "positive"


@given(st.text(max_size=60))
def test_signals_are_small_numbers(text: str) -> None:
    found = signals(text)
    assert len(found) == SIGNALS
    assert all(-1 <= value <= 3 for value in found)
