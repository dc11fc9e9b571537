"""Pushes into `hearken ingest` on a real Kafka, killed while they come: what was answered is published, once."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import orjson
import pytest

from schemas.post import post_id
from tests.support.deployment import Deployment
from tests.support.live_runs import wait_until, write_settings
from tests.support.pushers import SECRET, free_port, standard

PUSHES, KILLS = 60, 2


@pytest.fixture
def deployment(kafka: str) -> Iterator[Deployment]:
    deployment = Deployment(kafka)
    yield deployment
    deployment.drop()


def test_what_was_answered_is_published_and_a_repeat_is_known_after_a_kill(
    deployment: Deployment, tmp_path: Path
) -> None:
    rng, port = Random(1), free_port()
    reception = f'[reception]\nport = {port}\n[reception.doors.ndjson]\nsecret = "{SECRET}"\n'
    command = ("ingest", "--source", "push", "-c", str(write_settings(tmp_path, reception)))
    kills_at = set(rng.sample(range(10, PUSHES - 5), KILLS))
    process = deployment.start(*command)
    answered: set[str] = set()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            for number in range(PUSHES):
                if number in kills_at:
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    process = deployment.start(*command)
                at = datetime.now(UTC)
                post = {"native_id": f"n{number}", "text": f"acme {number}", "published_at": at.isoformat()}
                body = orjson.dumps(post)
                headers = {**standard(body, at, f"n{number}"), "content-type": "application/json"}
                wait_until(lambda: _said(client, body, headers) in ("taken", "taken before"))  # noqa: B023
                if number + 1 in kills_at:
                    last = (body, headers)
                if number in kills_at:
                    assert _said(client, *last) == "taken before"
                answered.add(post_id("ndjson", f"n{number}"))
        wait_until(lambda: deployment.count("mentions.raw.v1") >= PUSHES)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    published = [key for _, key, _ in deployment.messages("mentions.raw.v1")]
    assert set(published) == answered
    assert deployment.count("pushed.v1") == PUSHES


def _said(client: httpx.Client, body: bytes, headers: dict[str, str]) -> str:
    try:
        return client.post("/push/ndjson", content=body, headers=headers).text
    except httpx.TransportError:
        return ""
