"""A replay into the topics, on topics in memory: what it publishes, where it goes on after a stop, what it says."""

from io import BytesIO
from typing import cast

import orjson
import pytest

from deploy.embedded import batches
from deploy.replay_to_kafka import KafkaReplay
from ingest.parsing import parse_stream
from ingest.publisher import Publisher
from ingest.source import source
from schemas.brand import Brand
from schemas.codec import decode
from schemas.dead_letter import DeadLetter
from schemas.settings import Settings
from tests.support.topics_in_memory import Stop, Topics

ACME = Settings(brands=(Brand(name="Acme", query="acme"),))
WORDS = ["acme phone", "nothing", "the acme", "weather", "acme acme"]


def recording(lines: int = 60) -> bytes:
    rows = [
        orjson.dumps({"native_id": str(n), "text": f"{WORDS[n % 5]} {n}", "published_at": "2024-03-04T10:00:00Z"})
        for n in range(lines)
    ]
    rows[17] = b'{"text": '
    return b"\n".join(rows)


def replay(topics: Topics, payload: bytes, settings: Settings = ACME) -> KafkaReplay:
    run = KafkaReplay(settings, cast(Publisher, topics), "replay:1", topics.newest("positions.v1"))
    reads = parse_stream(source("ndjson"), BytesIO(payload), skip=run.place.read)
    for batch in batches(reads, 7):
        run.process(batch, "posts.ndjson")
    run.finish()
    return run


def counts(run: KafkaReplay) -> tuple[int, ...]:
    place = run.place
    return place.read, place.matched, place.published, place.duplicates, place.dead


def test_mentions_and_dead_letters_are_published() -> None:
    topics = Topics()
    run = replay(topics, recording())
    assert counts(run) == (60, 35, 35, 0, 1)
    assert len(topics.newest("mentions.raw.v1")) == 35
    (letter,) = (decode(DeadLetter, value) for value in topics.newest("dead.v1").values())
    assert (letter.payload, letter.origin, letter.position) == (b'{"text": ', "posts.ndjson", "18")


def test_a_finished_replay_run_again_finds_duplicates() -> None:
    topics = Topics()
    replay(topics, recording())
    before = topics.newest("mentions.raw.v1"), len([one for one in topics.log if one.topic != "positions.v1"])
    assert counts(replay(topics, recording())) == (60, 35, 0, 35, 1)
    after = topics.newest("mentions.raw.v1"), len([one for one in topics.log if one.topic != "positions.v1"])
    assert after == before


def test_other_queries_make_it_a_new_replay() -> None:
    topics = Topics()
    replay(topics, recording())
    other = Settings(brands=(Brand(name="Weather", query="weather"),))
    assert counts(replay(topics, recording(), other)) == (60, 12, 12, 0, 1)


@pytest.mark.parametrize("first", range(0, 60, 3))
def test_killed_anywhere_it_goes_on_and_publishes_the_same(first: int) -> None:
    undisturbed = Topics()
    expected = counts(replay(undisturbed, recording()))
    topics, run = Topics(), None
    topics.left = first
    while run is None:
        try:
            run = replay(topics, recording())
        except Stop:
            topics.left = 11
    assert counts(run) == expected
    for topic in ("mentions.raw.v1", "engagement.v1", "dead.v1"):
        assert topics.newest(topic) == undisturbed.newest(topic)
