"""What is heard into topics in memory: what is published, what is saved after it, and where a killed one goes on."""

import pytest

from deploy.listening.inbox import Said
from deploy.listening.kafka import TopicTaker
from deploy.listening.signs import ChannelName, ChannelSigns
from deploy.listening.taker import shares
from ingest.records import Record
from ingest.source import source
from schemas.brand import Brand
from schemas.settings import Settings
from tests.support.live_runs import post
from tests.support.topics_in_memory import Stop, Topics

ACME = Settings(brands=(Brand(name="Acme", query="acme"),))
CHANNEL = ChannelName("bluesky-jetstream", "")
EVENTS = [post(number, f"{'acme' if number % 2 else 'weather'} {number}")[1] for number in range(40)]
EVENTS[13] = b"no JSON"


def listen(topics: Topics) -> None:
    """Take everything from the saved cursor on, that one included, seven at a time."""
    taker = TopicTaker(ACME, [CHANNEL.source], topics.publish, topics.newest("positions.v1"))
    first = int(taker.cursors([CHANNEL]).get(CHANNEL, 0))
    signs, readers = {CHANNEL: ChannelSigns()}, {CHANNEL.source: source(CHANNEL.source)}
    for start in range(first, len(EVENTS), 7):
        numbers = range(start, min(start + 7, len(EVENTS)))
        batch = [Said(CHANNEL, Record(number, EVENTS[number]), str(number)) for number in numbers]
        taker.take(shares(batch, readers, signs))


def test_mentions_and_dead_letters_are_published_and_the_cursor_after_them() -> None:
    topics = Topics()
    listen(topics)
    assert len(topics.newest("mentions.raw.v1")) == 19
    assert len(topics.newest("dead.v1")) == 1
    assert topics.newest("positions.v1")[CHANNEL.position] == b'{"cursor":"39"}'
    last = max(at for at, message in enumerate(topics.log) if message.topic == "mentions.raw.v1")
    assert topics.log[-1].key == CHANNEL.position
    assert last < len(topics.log) - 1


@pytest.mark.parametrize("first", range(0, 36, 2))
def test_killed_anywhere_it_goes_on_and_publishes_the_same(first: int) -> None:
    undisturbed, topics = Topics(), Topics()
    listen(undisturbed)
    topics.left, done = first, False
    while not done:
        try:
            listen(topics)
            done = True
        except Stop:
            topics.left = 17
    for topic in ("mentions.raw.v1", "engagement.v1", "dead.v1"):
        assert topics.newest(topic) == undisturbed.newest(topic)


def test_what_is_heard_again_is_not_published_again() -> None:
    topics = Topics()
    listen(topics)
    before = len([message for message in topics.log if message.topic == "mentions.raw.v1"])
    listen(topics)  # the last record comes again
    assert len([message for message in topics.log if message.topic == "mentions.raw.v1"]) == before
