"""How fast attention decays is learned per source, in any order, in a state that does not grow."""

from math import exp, log
from random import Random

import orjson
import pytest

from enrich.attention import DEFAULT, WEEKS, Ages
from enrich.state import MemoryTable

WEEK = 7 * 24 * 3_600_000
START = 1_700_000_000_000


def _reshares(number: int, middle_s: float) -> list[tuple[int, int]]:
    random = Random(4)
    published = [START + random.randrange(3 * WEEK) for _ in range(number)]
    return [(at, at + int(1000 * exp(random.gauss(log(middle_s), 1.0)))) for at in published]


def test_a_source_is_the_usual_one_until_enough_was_seen() -> None:
    ages = Ages(MemoryTable())
    for published, reshared in _reshares(199, 60.0):
        ages.saw("x", published, reshared)
    assert ages.attention("x") == DEFAULT
    assert ages.attention("never heard of") == DEFAULT


def test_quick_and_slow_sources_are_told_apart() -> None:
    ages = Ages(MemoryTable())
    for source, middle_s in (("quick", 300.0), ("slow", 20_000.0)):
        for published, reshared in _reshares(2000, middle_s):
            ages.saw(source, published, reshared)
    assert exp(ages.attention("quick").middle) == pytest.approx(300, rel=0.1)
    assert exp(ages.attention("slow").middle) == pytest.approx(20_000, rel=0.1)


def test_the_order_changes_nothing() -> None:
    one, other = MemoryTable(), MemoryTable()
    seen = _reshares(500, 900.0)
    for table, reshares in ((one, seen), (other, Random(1).sample(seen, len(seen)))):
        for published, reshared in reshares:
            Ages(table).saw("x", published, reshared)
    assert orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


def test_the_state_stays_small_over_years_and_forgets_what_is_old() -> None:
    table = MemoryTable()
    ages = Ages(table)
    for week in range(100):
        for n in range(300):
            at = START + week * WEEK + n * 1000
            ages.saw("x", at, at + (60_000 if week < 50 else 6_000_000))
    assert len(table["x"]) == WEEKS
    assert len(orjson.dumps(table)) < 4_000
    assert exp(ages.attention("x").middle) == pytest.approx(6000, rel=0.2)


def test_impossible_ages_are_left_out() -> None:
    table = MemoryTable()
    Ages(table).saw("x", START, START - 1)
    Ages(table).saw("x", START, START + 3 * WEEK)
    assert table == {}
    Ages(table).saw("x", START, START)
    Ages(table).saw("x", START, START + 2 * WEEK)
    assert sum(sum(counts) for counts in table["x"].values()) == 2
