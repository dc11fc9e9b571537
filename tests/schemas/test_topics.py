"""The topic table: what must hold between topics, and that a name says the version of its shape."""

import re

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.click import Click
from schemas.codec import MAX_MESSAGE_BYTES, encode
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.mention import Mention, RawMention
from schemas.post import EARLIEST
from schemas.topics import JOINED, TOPICS
from schemas.trend import BrandDelta, TrendBucket


def test_each_topic_carries_its_shape() -> None:
    assert {name: topic.model for name, topic in TOPICS.items()} == {
        "mentions.raw.v1": RawMention,
        "engagement.v1": Engagement,
        "mentions.enriched.v1": Mention,
        "brand.deltas.v1": BrandDelta,
        "brands.trends.v1": TrendBucket,
        "alerts.v1": Alert,
        "clicks.v1": Click,
        "pushed.v1": None,
        "dead.v1": DeadLetter,
        "positions.v1": None,
        "brands.v1": Brand,
        "suppressions.v1": None,
    }


def test_mentions_and_their_engagement_meet_in_one_worker() -> None:
    mentions, engagement = (TOPICS[name] for name in JOINED)
    assert (mentions.key, mentions.partitions) == (engagement.key, engagement.partitions)


def test_a_topic_that_forgets_by_time_says_after_how_long() -> None:
    for topic in TOPICS.values():
        assert (topic.retention is not None) == ("delete" in topic.cleanup), topic.name


def test_the_name_ends_in_the_version_of_the_shape() -> None:
    for topic in TOPICS.values():
        named = re.fullmatch(r"[a-z]+(\.[a-z]+)*\.v(\d+)", topic.name)
        assert named, topic.name
        if topic.model is not None and "schema_version" in topic.model.model_fields:
            assert topic.model.model_fields["schema_version"].default == int(named[2]), topic.name


def test_a_public_topic_has_a_shape_with_a_version() -> None:
    public = [topic for topic in TOPICS.values() if topic.public]
    assert [topic.name for topic in public] == ["mentions.enriched.v1", "brands.trends.v1", "alerts.v1", "dead.v1"]
    for topic in public:
        assert topic.model is not None
        assert "schema_version" in topic.model.model_fields


def test_a_dead_letter_of_the_largest_record_fits_its_topic() -> None:
    poison, record = Poison("too_large", "x"), b"\xff" * (MAX_MESSAGE_BYTES + 1)
    letter = dead_letter(poison, record, origin="o", position="1", stage="parse", at=EARLIEST)
    assert len(letter.payload) == MAX_MESSAGE_BYTES
    assert len(encode(letter)) < TOPICS["dead.v1"].max_bytes
