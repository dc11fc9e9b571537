"""Offsets: whatever is read, finished and committed in whatever order, nothing unfinished is ever committed over."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sinks.offsets import Offsets


def test_an_unfinished_record_holds_back_those_behind_it() -> None:
    offsets: Offsets[str] = Offsets()
    for offset in (5, 6, 9):
        offsets.begin("p", offset)
    offsets.finish("p", 6)
    offsets.finish("p", 9)
    assert offsets.committable() == {}
    offsets.finish("p", 5)
    assert offsets.committable() == {"p": 10}
    offsets.committed({"p": 10})
    assert offsets.committable() == {}
    assert len(offsets) == 0


def test_partitions_do_not_wait_for_each_other() -> None:
    offsets: Offsets[str] = Offsets()
    offsets.begin("p", 0)
    offsets.begin("q", 0)
    offsets.finish("q", 0)
    assert offsets.committable() == {"q": 1}


def test_what_was_read_is_not_read_again_unless_it_is_forgotten() -> None:
    offsets: Offsets[str] = Offsets()
    offsets.begin("p", 7)
    with pytest.raises(ValueError, match="7 was read before"):
        offsets.begin("p", 7)
    offsets.finish("p", 7)
    with pytest.raises(ValueError, match="7 was read before"):
        offsets.begin("p", 7)
    offsets.forget()
    offsets.begin("p", 7)
    offsets.finish("p", 8)
    assert offsets.committable() == {}


class Reading(RuleBasedStateMachine):
    """A reader of two partitions against the plainest possible account of it."""

    @initialize()
    def start(self) -> None:
        self.offsets: Offsets[str] = Offsets()
        self.began: dict[str, list[int]] = {"p": [], "q": []}
        self.done: dict[str, set[int]] = {"p": set(), "q": set()}
        self.saved: dict[str, int] = {}

    @rule(partition=st.sampled_from("pq"), gap=st.integers(1, 3))
    def read(self, partition: str, gap: int) -> None:
        began = self.began[partition]
        began.append((began[-1] if began else self.saved.get(partition, 0)) + gap)
        self.offsets.begin(partition, began[-1])

    @precondition(lambda self: any(self._open()))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        partition, offset = data.draw(st.sampled_from(list(self._open())))
        self.done[partition].add(offset)
        self.offsets.finish(partition, offset)

    @rule()
    def commit(self) -> None:
        offsets = self.offsets.committable()
        for partition, offset in offsets.items():
            assert offset > self.saved.get(partition, 0)
        self.offsets.committed(offsets)
        self.saved |= offsets

    @rule()
    def lose_everything(self) -> None:
        self.offsets.forget()
        self.began = {"p": [], "q": []}
        self.done = {"p": set(), "q": set()}

    @invariant()
    def only_the_finished_beginning_is_committable(self) -> None:
        for partition, offset in self.offsets.committable().items():
            before = [one for one in self.began[partition] if one < offset]
            assert before
            assert set(before) <= self.done[partition]
            assert offset == before[-1] + 1
            assert not [one for one in self.began[partition][len(before) :][:1] if one in self.done[partition]]

    def _open(self) -> Iterator[tuple[str, int]]:
        for partition, began in self.began.items():
            yield from ((partition, one) for one in began if one not in self.done[partition])


TestReading = Reading.TestCase
TestReading.settings = settings(max_examples=100, stateful_step_count=100, deadline=None)
