"""The record of a bucket in a storm: spread over chunks bit by bit, and never taken in hand as a whole."""

from hashlib import sha256
from typing import Any

from enrich.contributions import Bucket, Record
from enrich.state import MemoryTable

START_MS = 1_700_000_100_000
MENTIONS = 3_000


class Watched(MemoryTable):
    """A table that counts the rows that are read and written between two looks."""

    rows = 0

    def get(self, key: str, default: Any = None) -> Any:
        value = super().get(key, default)
        self.rows += len(value.get("rows", value)) if isinstance(value, dict) else 0
        return value

    def put(self, key: str, value: Any) -> None:
        super().put(key, value)
        self.rows += len(value.get("rows", value)) if isinstance(value, dict) else 0


class State:
    """The tables of a bucket, those with the records watched."""

    def __init__(self) -> None:
        self.records, self.slices = Watched(), MemoryTable()

    def table(self, name: str) -> MemoryTable:
        return self.records if name == "trend_buckets" else self.slices


def name(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def test_each_record_is_found_and_no_change_touches_many() -> None:
    state, most = State(), 0
    for number in range(MENTIONS):
        state.records.rows = 0
        bucket = Bucket(state, "acme", START_MS)
        assert bucket.put(name(number), Record(number + 1, START_MS)) is None
        most = max(most, state.records.rows)
    assert most < 600  # of three thousand
    bucket = Bucket(state, "acme", START_MS)
    assert bucket.size == MENTIONS
    assert {found: record.version for found, record in bucket.records()} == {
        name(number): number + 1 for number in range(MENTIONS)
    }
    assert all(bucket.record(name(number)) == Record(number + 1, START_MS) for number in range(MENTIONS))
    assert max(len(value.get("rows", value)) for value in state.records.values()) < 130
    bucket.drop()
    assert not state.records


def test_a_record_that_changes_stays_one() -> None:
    state = State()
    bucket = Bucket(state, "acme", START_MS)
    for number in range(100):
        bucket.put(name(number), Record(1, START_MS))
    assert bucket.put(name(7), Record(2)) == Record(1, START_MS)
    assert (bucket.record(name(7)), bucket.size) == (Record(2), 100)
