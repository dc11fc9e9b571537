"""Pushes into `hearken run`, killed with kill -9 while they come: who got a 2xx need not come again."""

import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import orjson
import pytest

from schemas.post import post_id
from tests.support.live_runs import counted, start, stored, wait_until, write_settings
from tests.support.pushers import SECRET, free_port, standard

PUSHES, KILLS = 150, 2


@pytest.mark.parametrize("seed", [1])
def test_what_was_answered_is_stored_once(seed: int, tmp_path: Path) -> None:
    rng, port, store = Random(seed), free_port(), tmp_path / "push.db"
    reception = f'[reception]\nport = {port}\n[reception.doors.ndjson]\nsecret = "{SECRET}"\n'
    settings = write_settings(tmp_path, reception)
    command = ("run", "-c", str(settings), "--store", str(store))
    process = start(*command)
    kills_at = set(rng.sample(range(10, PUSHES - 10), KILLS))
    answered: set[str] = set()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            for number in range(PUSHES):
                if number in kills_at:
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    process = start(*command)
                name, at = f"n{number}", datetime.now(UTC)
                body = orjson.dumps({"native_id": name, "text": f"acme {number}", "published_at": at.isoformat()})
                headers = {**standard(body, at, name), "content-type": "application/json"}
                wait_until(lambda: _answered(client, body, headers))  # noqa: B023 - it is called at once
                answered.add(post_id("ndjson", name))
        wait_until(lambda: len(stored(store)) >= PUSHES)
        wait_until(lambda: counted(store) >= PUSHES)
        time.sleep(0.3)
        assert set(stored(store)) == answered
        assert counted(store) == PUSHES
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def _answered(client: httpx.Client, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return client.post("/push/ndjson", content=body, headers=headers).status_code == 200
    except httpx.TransportError:
        return False
