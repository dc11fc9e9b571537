"""`hearken run` as a process and as a command: its first words, several sources at once, stopping, and its refusals."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.cli import main
from sinks.sqlite.store import SqliteStore
from tests.support.deployment import ROOT
from tests.support.jetstream import Jetstream, jetstream
from tests.support.live_runs import bluesky, post, start, stored, wait_until, write_settings
from tests.support.mastodon_server import mastodon_server
from tests.support.mastodon_statuses import status
from tests.support.scrape import ask, free_port


@pytest.fixture
def server() -> Iterator[Jetstream]:
    with jetstream() as server:
        yield server


def test_two_sources_at_once_are_stored_seen_and_stopped(server: Jetstream, tmp_path: Path) -> None:
    store, port = tmp_path / "store.db", free_port()
    with mastodon_server() as mastodon:
        sections = f'{bluesky(server.url)}\n[sources.mastodon-stream]\nservers = ["{mastodon.url}"]\n'
        settings = write_settings(tmp_path, sections, f"observe.port = {port}")
        process = start("run", "-c", str(settings), "--store", str(store))
        try:
            server.await_listeners(1, 60)
            mastodon.await_streams(1)
            server.say(*(post(number, f"acme secret words {number}")[1] for number in range(20)), b"no JSON")
            mastodon.post(*(status(1_700_000_000_000 + number, "acme elsewhere", number) for number in range(5)))
            wait_until(lambda: len(stored(store)) == 25)
            told = ask(port, "/metrics")[2]
            assert 'hearken_source_records_total{source="bluesky-jetstream",worker="run"} 21.0' in told
            assert 'hearken_source_bad_total{source="bluesky-jetstream",worker="run"} 1.0' in told
            assert 'hearken_source_records_total{source="mastodon-stream",worker="run"}' in told
            assert ask(port, "/live")[0] == 200
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=10)
            assert time.monotonic() - begun < 10
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 0, errors.decode()
    summary = json.loads(output)
    assert summary["read"] >= 26  # a gap fill may say a thing again
    assert (summary["stored"], summary["dead"]) == (25, 1)
    lines = [json.loads(line) for line in errors.splitlines()]
    assert "listening for Acme; source: bluesky-jetstream; source: mastodon-stream" in lines[0]["event"]
    assert b"secret words" not in errors


def test_a_second_signal_ends_it_on_the_spot(server: Jetstream, tmp_path: Path) -> None:
    settings = write_settings(tmp_path, bluesky(server.url))
    hang = "import deploy.listening.embedded as e, time\ne.StoreTaker.take = lambda self, shares: time.sleep(60)"
    process = start("run", "-c", str(settings), "--store", str(tmp_path / "store.db"), first=hang)
    try:
        server.await_listeners(1, 60)
        server.say(post(1, "acme")[1])
        wait_until(lambda: b"listening from now on" in process.said())
        time.sleep(1.5)  # until the batch is in hand
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=2)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 128 + signal.SIGTERM


def test_a_batch_that_does_not_end_is_given_up_in_time(server: Jetstream, tmp_path: Path) -> None:
    settings = write_settings(tmp_path, bluesky(server.url))
    hang = "import deploy.listening.embedded as e, time\ne.StoreTaker.take = lambda self, shares: time.sleep(60)"
    process = start("run", "-c", str(settings), "--store", str(tmp_path / "store.db"), first=hang)
    try:
        server.await_listeners(1, 60)
        server.say(post(1, "acme")[1])
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert json.loads(output)["read"] == 0
    assert b"comes again after the next start" in errors


def test_on_a_terminal_it_says_what_it_does_and_how_to_stop(server: Jetstream, tmp_path: Path) -> None:
    settings = write_settings(tmp_path, bluesky(server.url))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-W", "ignore", "-c", "from deploy.cli import run; run()", "run", "--for", "4"]
    where = ["-c", str(settings), "--store", str(tmp_path / "store.db")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "200"}
    process = subprocess.Popen([*command, *where], stdout=subprocess.DEVNULL, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # at its end: the other side is closed
        while chunk := os.read(ours, 4096):
            shown += chunk
    os.close(ours)
    assert process.wait(20) == 0
    text = shown.decode()
    for words in (
        "listening for Acme",
        "source: bluesky-jetstream",
        "hearken mentions --follow",
        "Ctrl-C",
        "0 matched",
    ):
        assert words in text
    assert "\x1b[?25h" in text  # the cursor is back


@pytest.mark.parametrize(
    ("sources", "arguments", "words"),
    [
        ("", (), "no source to listen to"),
        ("[sources.nowhere]\n", (), "unknown source 'nowhere'"),
        ("[sources.csv]\n[sources.bluesky-jetstream]\nenabled = false\n", (), "no source to listen to"),
        ('[sources.bluesky-jetstream]\nenabled = "perhaps"\n', (), "write true or false"),
        ("[sources.bluesky-jetstream]\nspeed = 3\n", (), "has no option 'speed'"),
        ("[sources.bluesky-jetstream]\n", ("--store", "http://127.0.0.1:9200"), "--store"),
        ("[sources.bluesky-jetstream]\n", ("--query", '"acme'), "never closed"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    sources: str, arguments: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = write_settings(tmp_path, sources)
    assert main(["run", "-c", str(settings), *arguments]) == 2
    output, errors = capsys.readouterr()
    assert words in errors
    assert output == ""
    assert "Traceback" not in errors


def test_no_brands_says_how(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 2
    assert 'hearken run --query "acme"' in capsys.readouterr().err


def test_a_locked_store_and_a_taken_port_are_one_clear_line(
    server: Jetstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store.db")
    settings = write_settings(tmp_path, bluesky(server.url))
    with SqliteStore(store):
        assert main(["run", "-c", str(settings), "--store", store]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("hearken: ")
    taken = server.url.rpartition(":")[2].partition("/")[0]
    settings = write_settings(tmp_path, bluesky(server.url), f"observe.port = {taken}")
    assert main(["run", "-c", str(settings), "--store", store]) == 2
    assert "cannot listen at 127.0.0.1" in capsys.readouterr().err.splitlines()[-1]
