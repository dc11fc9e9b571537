"""The book of notices in the embedded store: beside a writer, over restarts, in the order in which alerts changed."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from schemas.delivery import ChannelSettings
from schemas.errors import UsageError
from sinks.channel import Answer
from sinks.delivery.silence import Silence
from sinks.delivery.telling import answered, begun, heard
from sinks.sqlite.notices import SqliteBook
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.episodes import episode
from tests.support.mentions import T0

ALL = ChannelSettings(name="all")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with SqliteStore(tmp_path / "store.db"):
        return tmp_path / "store.db"


def test_what_is_saved_is_there_after_a_restart(path: Path) -> None:
    telling = heard(None, episode(), ALL, T0)
    assert telling is not None
    with SqliteBook(path) as book:
        book.save([telling])
    with SqliteBook(path) as book:
        assert book.telling("acme-1", "all") == telling
        assert book.telling("acme-1", "other") is None
        assert book.due("all", T0 - timedelta(seconds=1)) is None
        assert book.due("other", T0) is None
        assert book.due("all", T0) == telling
        book.save([answered(begun(telling), Answer("taken"), ALL, T0, Random(1), 6)])
        assert book.due("all", T0 + timedelta(days=9)) is None


def test_the_one_that_waits_longest_is_due_first(path: Path) -> None:
    with SqliteBook(path) as book:
        for minutes in (3, 1, 2):
            telling = heard(None, episode(str(minutes)), ALL, T0 + timedelta(minutes=minutes))
            assert telling is not None
            book.save([telling])
        found = book.due("all", T0 + timedelta(hours=1))
    assert found is not None
    assert found.alert_id == "acme-1"


def test_alerts_come_in_the_order_in_which_they_changed(path: Path) -> None:
    with SqliteStore(path) as store, SqliteBook(path) as book:
        store.write(Write(alerts=[episode("1"), episode("2"), episode("3")]))
        alerts, place = book.changed(2)
        assert [alert.id for alert in alerts] == ["acme-1", "acme-2"]
        book.save_place(place)
        store.write(Write(alerts=[episode("1", revision=2), episode("3")]))  # the last one is no change
        alerts, place = book.changed(9)
        assert [(alert.id, alert.revision) for alert in alerts] == [("acme-3", 1), ("acme-1", 2)]
        book.save_place(place)
        assert book.changed(9) == ([], place)
        assert book.alert("acme-1") == episode("1", revision=2)
        assert book.alert("none") is None


def test_a_later_wish_takes_the_place_of_an_earlier_one(path: Path) -> None:
    first = Silence(kind="muted", about="acme", at=T0, until=T0 + timedelta(hours=4))
    later = Silence(kind="muted", about="acme", at=T0, until=T0)
    with SqliteBook(path) as one, SqliteBook(path) as other:
        one.silence(first)
        assert other.silences() == [first]
        other.silence(later)
        assert one.silences() == [later]


def test_it_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no store"):
        SqliteBook(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
