import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.comparisons import FIRST, SECOND, preferred


def told(text: str) -> int:
    """Of two names, A first or B first; 1 where A is preferred."""
    first, second = sorted("AB", key=text.index)
    found = preferred(text.replace(first, FIRST, 1).replace(second, SECOND, 1))
    return found if first == "A" else -found


@pytest.mark.parametrize(
    "text",
    [
        "the A phone is way better than the B one",
        "A beats B",
        "A > B any day",
        "i would rather have an A than a B",
        "A over B every time",
        "just switched from B to A",
        "switching to A from B",
        "dumped my B for an A",
        "B is worse than A",
        "B is more expensive than A",
        "A is less annoying than B",
        "B's app isn't as good as A",
        "my B died again. should have bought an A",
        "@B your app keeps crashing, I'm moving to @A which just works",
        "returned the B and got an A instead",
        "don't buy B. buy A.",
        "A比B好用多了",
        "B比A差远了",
        "B不如A",
        "B没有A好",
        "与其买B不如买A",
        "A完胜B",
        "比起B，我更喜欢A",
        "从B换到A，太爽了",
        "用了三年B终于换成A",
        "B又坏了，早知道买A",
    ],
)
def test_the_one_that_is_preferred(text: str) -> None:
    assert told(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "A to acquire B",
        "A takes over B in a deal",
        "former A engineer moves to B",
        "flight from A to B delayed",
        "A and B are both good",
        "which is better, A or B?",
        "A is bigger than B",
        "i would recommend A to B customers",
        "A和B哪个好",
        "A和B都没有货",
        "A 3 < 5 B",
    ],
)
def test_nothing_is_preferred(text: str) -> None:
    assert told(text) == 0


@given(st.text(alphabet="AB fromtois than better 比不如换,.，。", max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    assert preferred(text.replace("A", FIRST).replace("B", SECOND)) in (-1, 0, 1)
