from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from enrich.runner.journal import Journal
from enrich.runner.tables import PartitionState
from enrich.runner.worker import Send

KEYS = st.sampled_from(["a", "b", "a|b", "愛"])
NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.none() | NUMBERS | st.text() | st.lists(NUMBERS) | st.dictionaries(st.text(), NUMBERS)
STEPS = st.lists(st.tuples(st.sampled_from(["put", "delete", "settle"]), st.sampled_from(["t", "u"]), KEYS, VALUES))


def keep(stored: dict[bytes, bytes], puts: dict[str, bytes | None]) -> None:
    for key, value in puts.items():
        if value is None:
            stored.pop(key.encode(), None)
        else:
            stored[key.encode()] = value


@given(STEPS, st.sampled_from([0, 1, 9]))
def test_tables_hold_what_was_put_before_and_after_a_settlement(steps: Any, remembered: int) -> None:
    stored: dict[bytes, bytes] = {}
    state = PartitionState(stored, 3, remembered)
    expected: dict[tuple[str, str], Any] = {}
    for step, table, key, value in steps:
        if step == "put":
            state.table(table).put(key, value)
            expected[table, key] = value
        elif step == "delete":
            state.table(table).delete(key)
            expected[table, key] = None
        else:
            keep(stored, state.settle())
        for (name, place), there in expected.items():
            assert state.table(name).get(place) == there
    keep(stored, state.settle())
    assert state.settle() == {}
    again = PartitionState(stored, 3)
    assert {place: again.table(place[0]).get(place[1]) for place in expected} == expected


def test_nothing_reaches_the_store_before_it_is_written() -> None:
    stored: dict[bytes, bytes] = {}
    state = PartitionState(stored, 0)
    state.table("t").put("a", {"n": 1})
    assert stored == {}
    assert state.settle() == {"0|t|a": b'{"n":1}'}


def test_values_are_live_and_partitions_are_apart() -> None:
    state = PartitionState({b"1|t|a": b"[1]", b"2|t|a": b"[2]"}, 1, remembered=5)
    live = state.table("t").get("a")
    live.append(7)
    state.table("t").put("a", live)
    assert state.table("t").get("a") is live
    assert state.settle() == {"1|t|a": b"[1,7]"}
    assert state.table("t").get("a") is live


def test_a_journal_says_again_what_it_was_told() -> None:
    journal = Journal(
        {"mentions.raw.v1": 7},
        {"0|t|a": b'{"n":[1,2.5,null]}', "0|t|b": None},
        [Send("dead.v1", "k", b'{"text":"\xe6\x84\x9b"}')],
    )
    assert Journal.decode(journal.encode()) == journal
