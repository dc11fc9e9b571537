"""What a store says of new mentions: each once, in the order of storing, whenever it was published."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.mention import Mention
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, mention, stub


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    kind: str = request.param
    with SqliteStore(tmp_path / "store.db") if kind == "sqlite" else elastic_store(request) as made:
        yield made


class Follower:
    """Asks on from where it was."""

    def __init__(self, store: Store) -> None:
        self.store = store
        begun = store.arrivals(None, 10)
        assert begun.mentions == []
        self.cursor = begun.cursor

    def new(self, limit: int = 100) -> list[str]:
        """Return the native ids of all that came since the last time."""
        found: list[Mention] = []
        while True:
            arrived = self.store.arrivals(self.cursor, limit)
            found += arrived.mentions
            assert len(arrived.mentions) <= limit
            if arrived.cursor == self.cursor:
                return [one.native_id for one in found]
            self.cursor = arrived.cursor


def test_what_was_there_before_does_not_come(store: Store) -> None:
    assert Follower(store).new() == []
    store.write(Write(mentions=[mention("before")]))
    follower = Follower(store)
    assert follower.new() == []
    store.write(Write(mentions=[mention("after")]))
    assert follower.new() == ["after"]
    assert follower.new() == []


def test_late_posts_come_when_they_are_stored_and_changes_do_not(store: Store) -> None:
    store.write(Write(mentions=[mention("old")]))
    follower = Follower(store)
    store.write(Write(mentions=[mention("new", hours=9)]))
    assert follower.new() == ["new"]
    store.write(Write(mentions=[mention("old", version=2, text="edited"), mention("late", hours=-24 * 60)]))
    assert follower.new() == ["late"]
    store.write(Write(mentions=[mention("new", version=2, hours=9), mention("late", version=2, hours=24 * 40)]))
    assert follower.new() == []


def test_what_is_gone_when_it_is_asked_for_is_left_out(store: Store) -> None:
    follower = Follower(store)
    store.write(Write(mentions=[mention("gone"), mention("kept"), mention("nobody's", brand=None)]))
    store.write(Write(mentions=[stub("gone")]))
    assert follower.new() == ["kept"]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_everything_comes_once_in_steps_of_any_size(store: Store, limit: int) -> None:
    follower = Follower(store)
    names = [f"{number:02}" for number in range(40)]
    heard: list[str] = []
    for at in range(0, 40, 8):
        store.write(Write(mentions=[mention(name, hours=-float(name)) for name in names[at : at + 8]]))
        store.write(Write(mentions=[mention(name, version=2) for name in names[: at + 8 : 5]]))
        heard += follower.new(limit)
    assert sorted(heard) == names


def test_two_followers_hear_the_same(store: Store) -> None:
    first, second = Follower(store), Follower(store)
    store.write(Write(mentions=[mention("a")]))
    assert first.new() == ["a"]
    store.write(Write(mentions=[mention("b")]))
    assert (first.new(), second.new()) == (["b"], ["a", "b"])


def test_a_mention_whose_elders_were_dropped_is_still_new(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        store.write(Write(mentions=[mention("a"), mention("b")]))
        follower = Follower(store)
        store.drop(T0 + timedelta(days=9), 100)
        store.write(Write(mentions=[mention("c", hours=24 * 20)]))
        store.drop(T0 + timedelta(days=9), 100)
        store.write(Write(mentions=[mention("d", hours=24 * 20)]))
        assert follower.new() == ["c", "d"]
