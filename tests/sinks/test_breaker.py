"""The breaker: some dead letters are life, too many are a fault elsewhere."""

import pytest

from schemas.errors import Fatal
from sinks.breaker import Breaker


def note(breaker: Breaker, fates: str) -> None:
    for fate in fates:
        breaker.note(fate == "x")


def test_a_hundred_in_a_row_pass_and_one_more_does_not() -> None:
    breaker = Breaker()
    note(breaker, "x" * 100 + "." + "x" * 100)
    with pytest.raises(Fatal, match="101 messages in a row"):
        breaker.note(True)


def test_a_tenth_passes_and_more_does_not() -> None:
    breaker = Breaker()
    note(breaker, ("x" + "." * 9) * 300)
    with pytest.raises(Fatal, match="101 of 1000 messages"):
        note(breaker, "xx")


def test_only_the_last_thousand_count() -> None:
    breaker = Breaker()
    note(breaker, "x" * 90 + "." * 1000 + "x" * 90 + "." * 910)


def test_a_short_beginning_is_no_share() -> None:
    note(Breaker(), "xx." * 300)
