"""`hearken run` and `hearken ingest` as processes, on servers of this machine, and what a store holds after them."""

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.post import post_id
from tests.support.deployment import ROOT, Worker
from tests.support.jetstream_events import commit


def write_settings(folder: Path, sources: str, more: str = "") -> Path:
    """Write settings with the brand Acme, this machine allowed, and these `[sources.*]` sections; return the path."""
    path = folder / "hearken.toml"
    path.write_text(
        f'{more}\n[[brands]]\nname = "Acme"\nquery = "acme"\n[outbound]\nallow = ["127.0.0.1"]\n{sources}\n', "utf-8"
    )
    return path


def bluesky(url: str) -> str:
    """Return the section that listens to one Jetstream server."""
    return f'[sources.bluesky-jetstream]\nservers = ["{url}"]\n'


def start(*arguments: str, first: str = "", environment: Mapping[str, str] | None = None) -> Worker:
    """Start a command of ours as a process of its own, after the code `first`."""
    code = f"{first}\nfrom deploy.cli import run\nrun()"
    return Worker(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        os.environ | {"PYTHONPATH": str(ROOT)} | dict(environment or {}),
    )


def post(number: int, text: str) -> tuple[str, bytes]:
    """Return the id of a post that is written now, and the event that tells of it."""
    rkey = f"k{number}"
    event = commit(f"did:plc:a{number % 50}", datetime.now(UTC), rkey, {"text": text, "langs": ["en"]})
    return post_id("bluesky", f"at://did:plc:a{number % 50}/app.bsky.feed.post/{rkey}"), event


def stored(path: Path) -> list[str]:
    """Return the ids of all mentions in a store; none while there is no store."""
    return [str(row[0]) for row in _rows(path, "SELECT id FROM mentions")]


def counted(path: Path) -> int:
    """Return how many mentions the trends of a store count."""
    return sum(row[0] for row in _rows(path, "SELECT count FROM trends"))


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as it is true; an AssertionError when it is not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    if not path.exists():
        return []
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return database.execute(query).fetchall()
    except sqlite3.OperationalError:  # its tables are not made yet
        return []
    finally:
        database.close()
