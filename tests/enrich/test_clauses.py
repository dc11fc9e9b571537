from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.clauses import Named, Part, parts


def named(text: str) -> list[Named]:
    """Every A and B that stands alone, in order."""
    return [Named(at, at + 1, sign) for at, sign in enumerate(text) if sign in "AB"]


def about(text: str) -> dict[str, str]:
    found = parts(text, named(text))
    return {thing: "|".join(text[start:end].strip() for start, end in part.stretches) for thing, part in found.items()}


@pytest.mark.parametrize(
    ("text", "a", "b"),
    [
        ("i love A but i hate B", "i love A", "but i hate B"),
        ("A is good. however B is not! it broke", "A is good.", "however B is not!|it broke"),
        ("well. A works, B fails", "well.|A works", ", B fails"),
        ("A and B are fine", "A and B are fine", "A and B are fine"),
        ("喜欢A，讨厌B", "喜欢A", "，讨厌B"),
        ("A很好用。但是B太差了，一天就坏", "A很好用。", "但是B太差了，一天就坏"),
        ("A costs 1.5 more, though B costs 2", "A costs 1.5 more,", "though B costs 2"),
        ("B A B", "B A B", "B A B"),
        ("A 👍 B 👎👎", "A 👍", "B 👎👎"),
        ("A ❤️ B", "A ❤️ B", "A ❤️ B"),
    ],
)
def test_each_has_its_clauses(text: str, a: str, b: str) -> None:
    assert about(text) == {"A": a, "B": b}


def test_one_thing_has_the_whole_text() -> None:
    assert parts("A is fine but A costs", named("A is fine but A costs")) == {"A": Part(((0, 21),))}
    assert parts("nothing", []) == {}


@pytest.mark.parametrize("text", ["A is bigger than B", "A比B大", "i would take A over B"])
def test_what_is_said_in_a_comparison_is_said_of_the_first(text: str) -> None:
    found = parts(text, named(text))
    assert (found["A"].is_other, found["B"].is_other) == (False, True)


def test_a_comparison_that_blames_the_first() -> None:
    found = parts("A不如B", named("A不如B"))
    assert (found["A"].lean, found["B"].lean) == (-1, 1)


@given(st.text(alphabet="AB but,.但是，。\n ", max_size=60))
def test_every_name_is_in_its_own_part_and_stretches_are_in_order(text: str) -> None:
    names = named(text)
    found = parts(text, names)
    assert {*found} == {one.what for one in names}
    for one in names:
        assert any(start <= one.start < one.end <= end for start, end in found[one.what].stretches)
    for part in found.values():
        assert all(before[1] <= after[0] for before, after in pairwise(part.stretches))
