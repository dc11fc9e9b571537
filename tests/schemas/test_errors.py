"""The error tree: every error has one of four fates, is drawn at the top of its module, and leaks nothing."""

import re

import pytest

import schemas.errors
from schemas.errors import Fatal, HearkenError, Poison, QueryError, Transient, UsageError

KINDS = (Transient, Poison, Fatal, UsageError)


def below(error: type[HearkenError]) -> list[type[HearkenError]]:
    return [inner for child in error.__subclasses__() for inner in (child, *below(child))]


@pytest.mark.parametrize("error", below(HearkenError), ids=lambda error: error.__name__)
def test_every_error_has_one_fate_and_is_drawn(error: type[HearkenError]) -> None:
    assert sum(issubclass(error, kind) for kind in KINDS) == 1
    drawing = schemas.errors.__doc__ or ""
    assert re.search(rf"── {error.__name__}\b", drawing), f"draw {error.__name__} in the tree of schemas/errors.py"


def test_every_error_is_defined_in_the_tree() -> None:
    assert {error.__module__ for error in below(HearkenError)} == {"schemas.errors"}


def test_poison_carries_its_reason() -> None:
    poison = Poison("bad_json", "line 3")
    assert (poison.reason, str(poison)) == ("bad_json", "bad_json: line 3")


def test_a_query_error_points_at_the_place() -> None:
    lines = str(QueryError("a bracket is open", "a AND (b", 6, "close it with )")).splitlines()
    assert lines == ["query: a bracket is open", "  a AND (b", "        ^", "  close it with )"]
    assert lines[1][lines[2].index("^")] == "("


def test_the_caret_stands_under_the_place_in_chinese_too() -> None:
    lines = str(QueryError("a bracket is open", "愛客美 (b", 4)).splitlines()
    assert lines[2] == "  " + "\u3000" * 3 + " ^"
