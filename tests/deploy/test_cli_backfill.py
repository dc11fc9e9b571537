"""`hearken backfill`: what is asked wrongly is one line, and what is asked rightly ends with one line of JSON."""

import asyncio
import json
from pathlib import Path
from threading import Event, Thread

import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from schemas.errors import UsageError
from tests.support.archives import Algolia
from tests.support.http_server import serving
from tests.support.live_runs import write_settings


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody", "--from", "2024-03-01"], "unknown source"),
        (["ndjson", "--from", "2024-03-01"], "cannot be asked for its past"),
        (["hackernews-algolia", "--from", "yesterday"], "not a date"),
        (["hackernews-algolia", "--from", "2024-03-02", "--to", "2024-03-01"], "nothing lies between"),
        (["hackernews-algolia", "--from", "2999-01-01"], "nothing lies between"),
        (["hackernews-algolia", "--from", "2024-03-01", "--store", "https://es.example"], "SQLite"),
    ],
)
def test_a_wrong_wish_is_one_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    settings = write_settings(tmp_path, "")
    result = CliRunner().invoke(app, ["backfill", *arguments, "-c", str(settings)])
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)
    assert "\n" not in str(result.exception)


def test_history_is_stored_and_told_in_one_line_of_json(tmp_path: Path) -> None:
    ready, over = Event(), Event()
    port = [0]

    async def serve() -> None:
        async with serving(Algolia([1_709_294_400 + number for number in range(30)])) as server:
            port[0] = server.port
            ready.set()
            while not over.is_set():
                await asyncio.sleep(0.02)

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        ready.wait(10)
        settings = write_settings(
            tmp_path, f'[sources.hackernews-algolia]\nbase_url = "http://127.0.0.1:{port[0]}"\n'
        )  # fmt: skip
        asked = ["backfill", "hackernews-algolia", "--from", "2024-03-01", "--to", "2024-03-02"]
        result = CliRunner().invoke(app, [*asked, "-c", str(settings), "--store", str(tmp_path / "past.db")])
    finally:
        over.set()
        thread.join()
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert (told["stored"], told["dead"], told["gaps"]) == (30, 0, 0)
