"""A replay into a real Kafka: what arrives, where, and what a second one does."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from deploy.replay import replay
from deploy.replay_to_kafka import replay_to_kafka
from schemas.brand import Brand
from schemas.codec import decode
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import RawMention
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.deployment import Deployment

BRANDS = (Brand(name="Acme", query="acme"),)


@pytest.fixture
def deployment(kafka: str) -> Iterator[Deployment]:
    deployment = Deployment(kafka)
    yield deployment
    deployment.drop()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Sixty posts, half of them about Acme, with totals; and a line that is none."""
    path = tmp_path / "posts.ndjson"
    rows = [
        {
            "native_id": str(number),
            "text": f"{'acme' if number % 2 else 'other'} phone {number}",
            "published_at": "2024-03-04T10:00:00Z",
            "counts": {"likes": number},
        }
        for number in range(60)
    ]
    path.write_bytes(b"\n".join([*map(orjson.dumps, rows), b"{", b""]))
    return path


def test_mentions_engagement_and_dead_letters_arrive(deployment: Deployment, recording: Path, tmp_path: Path) -> None:
    settings = deployment.settings.model_copy(update={"brands": BRANDS})
    summary = replay_to_kafka(recording, "ndjson", settings)
    assert (summary.read, summary.matched, summary.published, summary.dead) == (61, 30, 30, 1)

    mentions, engagement = deployment.messages("mentions.raw.v1"), deployment.messages("engagement.v1")
    assert {decode(RawMention, value or b"").id for _, _, value in mentions} == {key for _, key, _ in mentions}
    assert {decode(Engagement, value or b"").mention_id for _, _, value in engagement} == {
        key for _, key, _ in engagement
    }
    # The two topics are joined: a mention and its engagement lie on partitions of the same number.
    assert {key: partition for partition, key, _ in mentions} == {key: partition for partition, key, _ in engagement}
    assert len({partition for partition, _, _ in mentions}) > 3

    ((_, _, dead),) = deployment.messages("dead.v1")
    assert decode(DeadLetter, dead or b"").payload == b"{"
    assert [key for _, key, _ in deployment.messages("brands.v1")] == ["acme"]

    embedded = replay(recording, "ndjson", settings, str(tmp_path / "store.db"))
    assert (embedded.matched, embedded.stored) == (summary.matched, summary.published)
    with SqliteStore(str(tmp_path / "store.db"), read_only=True) as store:
        known = {mention.id for mention in store.mentions(None, None, None, None, "new", 100)}
    assert known == {key for _, key, _ in mentions}


def test_a_finished_one_run_again_publishes_nothing(deployment: Deployment, recording: Path) -> None:
    settings: Settings = deployment.settings.model_copy(update={"brands": BRANDS})
    replay_to_kafka(recording, "ndjson", settings)
    before = deployment.messages("mentions.raw.v1")
    again = replay_to_kafka(recording, "ndjson", settings)
    assert (again.read, again.matched, again.published, again.duplicates, again.dead) == (61, 30, 0, 30, 1)
    assert deployment.messages("mentions.raw.v1") == before
