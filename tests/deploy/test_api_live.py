"""Live: new mentions and alerts as server-sent events, within two seconds, and on from where one was."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from schemas.alert import Alert
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.api import api
from tests.support.mentions import T0, mention, stub

Told = tuple[str, str, str]
"""The id of an event, its kind, and the native id or the id of what it is about."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "store.db") as made:
        made.write(Write(mentions=[mention("old")]))
        yield made


@pytest.fixture
def client(store: SqliteStore, tmp_path: Path) -> Iterator[httpx.Client]:
    with api(tmp_path / "store.db") as made:
        yield made


def events(lines: Iterator[str]) -> Iterator[Told]:
    """Yield the events of a stream; one that began is told before the first."""
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name:
            found[name] = value
        elif "event" in found:
            about = json.loads(found["data"])
            yield found.get("id", ""), found["event"], about.get("native_id", about.get("id", ""))
            found = {}
        elif not line and found == {"": "listening"}:
            found = {}


def alert(revision: int) -> Alert:
    return Alert(
        id="a1", revision=revision, brand="acme", kind="volume_spike", status="open", opened_at=T0, updated_at=T0,
        peak_at=T0, observed=9, summary="words",
    )  # fmt: skip


def begun(lines: Iterator[str]) -> None:
    assert ": listening" in islice(lines, 4)


def test_what_is_new_is_told_at_once_and_what_has_changed_is_not(client: httpx.Client, store: SqliteStore) -> None:
    with client.stream("GET", "/v1/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        begun(lines)
        told = events(lines)
        before = perf_counter()
        store.write(Write(mentions=[mention("a"), mention("old", version=2)], alerts=[alert(1)]))
        found = [next(told) for _ in range(2)]
        assert perf_counter() - before < 2
        assert [one[1:] for one in found] == [("mention", "a"), ("alert", "a1")]
        store.write(Write(alerts=[alert(2)], mentions=[stub("a"), mention("b", brand="zeta")]))
        assert [next(told)[1:] for _ in range(2)] == [("mention", "b"), ("alert", "a1")]


def test_only_what_is_wanted_is_told(client: httpx.Client, store: SqliteStore) -> None:
    asked = {"brand": "zeta", "query": "tea", "not_language": "zh"}
    with client.stream("GET", "/v1/live", params=asked) as answer:
        lines = answer.iter_lines()
        begun(lines)
        told = events(lines)
        unwanted = [
            mention("1", text="tea"),
            mention("2", brand="zeta", text="cup"),
            mention("3", brand="zeta", text="tea", language="zh-Hant"),
            mention("4", brand="zeta", text="tea, we are hiring"),
        ]
        store.write(Write(mentions=[*unwanted, mention("5", brand="zeta", text="tea")], alerts=[alert(1)]))
        assert next(told)[1:] == ("mention", "5")


def test_who_was_away_goes_on_where_it_was(client: httpx.Client, store: SqliteStore) -> None:
    with client.stream("GET", "/v1/live") as answer:
        lines = answer.iter_lines()
        begun(lines)
        store.write(Write(mentions=[mention(name) for name in "abcde"]))
        first = list(islice(events(lines), 2))
    assert [name for *_, name in first] == ["a", "b"]
    store.write(Write(mentions=[mention(name) for name in "fg"]))
    with client.stream("GET", "/v1/live", headers={"Last-Event-ID": first[-1][0]}) as answer:
        rest = list(islice(events(answer.iter_lines()), 5))
    assert [name for *_, name in rest] == list("cdefg")


@pytest.mark.parametrize("lost", ["1-1", "nonsense", "", "999999"])
def test_who_cannot_go_on_is_told_to_load_again(client: httpx.Client, lost: str) -> None:
    with client.stream("GET", "/v1/live", headers={"Last-Event-ID": lost}) as answer:
        assert next(answer.iter_lines()) == "event: reset"
