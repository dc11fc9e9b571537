"""Commands that go on: new posts as they are stored, and answers that are kept up to date."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from deploy.cli import main
from schemas.brand import Brand
from schemas.clock import SystemClock
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import author, bucket, mention

HEARKEN = [sys.executable, "-c", "from deploy.cli import run; run()"]
NASTY = "acme\x1b[31m \u202ered"


STARTED: list["subprocess.Popen[str]"] = []


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """End every process of a test, however it goes."""
    yield
    for process in STARTED:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    STARTED.clear()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.chdir(tmp_path)
    with SqliteStore("s.db") as opened:
        opened.save_brands([Brand(name="Acme", query="acme"), Brand(name="Zeta", query="zeta")])
        opened.write(Write(mentions=[mention("before")], trends=[bucket(0)]))
        yield opened


def started(*arguments: str, stdout: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    """Start a command on the store in this folder."""
    command = [*HEARKEN, *arguments, "--store", "s.db"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment)
    STARTED.append(process)
    return process


def following(*arguments: str) -> "subprocess.Popen[str]":
    """Start to follow, and return when it does."""
    process = started("mentions", "--follow", *arguments)
    assert process.stderr is not None
    assert process.stderr.readline() == "following\n"
    return process


def lines(process: "subprocess.Popen[str]", number: int) -> list[str]:
    """Return so many lines as they come."""
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(number)]


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Return the status of a process that ends, and what it said on stderr."""
    stderr: IO[str] | None = process.stderr
    assert stderr is not None
    return process.wait(20), stderr.read()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_new_posts_come_as_json_lines_until_it_is_stopped(store: SqliteStore, how: signal.Signals) -> None:
    process = following("--format", "json", "--brand", "acme")
    store.write(Write(mentions=[mention("1", hours=5), mention("z", brand="zeta")]))
    store.write(Write(mentions=[mention("before", version=2), mention("2", hours=-99, text=NASTY)]))
    heard = lines(process, 2)
    assert "\x1b" not in heard[1]
    assert [json.loads(line)["native_id"] for line in heard] == ["1", "2"]
    process.send_signal(how)
    assert ended(process) == (0, "")


def test_csv_has_one_head_and_a_row_for_each_that_matches(store: SqliteStore) -> None:
    process = following("--format", "csv", "--query", "tea", "--limit", "2")
    store.write(Write(mentions=[mention("1", text="acme tea"), mention("2", text="acme"), mention("3", text="=tea")]))
    store.write(Write(mentions=[mention("4", text="tea")]))
    assert process.stdout is not None
    rows = list(csv.DictReader(io.StringIO(process.stdout.read())))
    assert [row["text"] for row in rows] == ["acme tea", "'=tea"]
    assert ended(process) == (0, "")


def test_a_line_for_people_commands_no_terminal(store: SqliteStore) -> None:
    process = following("--limit", "1")
    store.write(Write(mentions=[mention("1", text=NASTY, author=author("ann"))]))
    assert lines(process, 1) == ["Mon 2024-03-04 00:00  acme  ann  acme[31m red\n"]
    assert ended(process) == (0, "")


def test_a_reader_that_goes_away_ends_it_also_while_nothing_comes(store: SqliteStore) -> None:
    process = following("--format", "json")
    store.write(Write(mentions=[mention("1")]))
    lines(process, 1)
    assert process.stdout is not None
    process.stdout.close()
    assert ended(process) == (0, "")


def test_what_does_not_go_with_following_is_refused(store: SqliteStore, capsys: pytest.CaptureFixture[str]) -> None:
    for option in (["--sort", "reach"], ["--from", "2024-01-01"], ["--to", "2024-01-01"]):
        assert main(["mentions", "--follow", *option, "--store", "s.db"]) == 2
        assert "leave out --sort, --from and --to" in capsys.readouterr().err


def test_a_watched_answer_comes_again_only_when_it_is_another(store: SqliteStore) -> None:
    process = started("trends", "volume", "--brand", "acme", "--format", "json", "--watch", "0.1")
    (first,) = json.loads("".join(lines(process, 3)))
    store.write(Write(trends=[bucket(0, revision=2, count=5)]))
    (second,) = json.loads("".join(lines(process, 3)))
    assert (first["count"], second["count"]) == (1, 5)
    SystemClock().sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    assert process.stdout.read() == ""
    assert ended(process) == (0, "")


def test_a_watched_answer_is_drawn_anew_on_a_terminal(store: SqliteStore) -> None:
    ours, theirs = pty.openpty()
    process = started("trends", "volume", "--brand", "acme", "--watch", "0.1", stdout=theirs)
    os.close(theirs)
    shown = b""
    for count in (1, 777):
        store.write(Write(trends=[bucket(0, revision=count, count=count)]))
        while str(count).encode() not in shown:
            shown = os.read(ours, 65_536)
    assert b"\x1b[1A" in shown  # up to where the table begins
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "")
    os.close(ours)


def test_the_seconds_may_be_left_out(store: SqliteStore) -> None:
    process = started("trends", "top", "authors", "--watch", "--format", "csv")
    assert lines(process, 1) == ["brand,value,count,label,reach\n"]
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "")


def test_the_first_answer_may_fail_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["trends", "volume", "--watch", "--store", "none.db"]) == 2
    assert "there is no store" in capsys.readouterr().err
