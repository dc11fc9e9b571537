"""Topic set-up on a real broker."""

from uuid import uuid4

import pytest
from kafka.admin import ConfigResource

from deploy.kafka.clients import admin
from deploy.kafka.compacted import newest_values
from deploy.kafka.topics import ensure_topics, set_up
from ingest.publisher import Message
from schemas.errors import Fatal, UsageError
from schemas.settings import KafkaSettings
from schemas.topics import TOPICS
from tests.support.deployment import Deployment


@pytest.fixture
def empty(kafka: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=kafka, topic_prefix=f"t{uuid4().hex[:10]}.")


def test_topics_are_made_as_the_table_says_and_found_so(empty: KafkaSettings) -> None:
    looked = set_up(empty, change=False)
    assert {one.verdict for one in looked.differences} == {"create"}
    assert [topic.name for topic in set_up(empty).create] == list(TOPICS)
    assert set_up(empty).differences == []
    ensure_topics(empty)
    with admin(empty) as client:
        (described,) = client.describe_topics([empty.named("engagement.v1")])
        assert len(described["partitions"]) == TOPICS["engagement.v1"].partitions


def test_the_command_says_what_differs_and_what_it_did(kafka: str, elasticsearch: str) -> None:
    deployment = Deployment(kafka, elasticsearch)
    with admin(deployment.kafka) as client:
        client.delete_topics([deployment.kafka.named("alerts.v1")])
    asked = deployment.start("topics", "--check")
    output, _ = asked.communicate()
    assert asked.returncode == 1
    assert b"alerts.v1" in output
    assert b"would create" in output
    done = deployment.start("topics")
    assert b"created" in done.communicate()[0]
    assert done.returncode == 0
    asked = deployment.start("topics", "--check")
    assert b"all topics are as they should be" in asked.communicate()[1]
    assert asked.returncode == 0
    deployment.drop()


def test_what_differs_is_mended_and_what_would_lose_messages_is_refused(empty: KafkaSettings) -> None:
    with admin(empty) as client:
        few = {"num_partitions": 3, "replication_factor": 1, "configs": {"retention.ms": "60000"}}
        many = {"num_partitions": 20, "replication_factor": 1, "configs": {"retention.ms": "-1"}}
        client.create_topics({empty.named("mentions.raw.v1"): few, empty.named("engagement.v1"): many})
        client.wait_for_topics([empty.named("mentions.raw.v1"), empty.named("engagement.v1")])
    with pytest.raises(UsageError, match=r"same number of partitions: .* has 3, .* has 20"):
        ensure_topics(empty)
    plan = set_up(empty)
    assert plan.extend == {"mentions.raw.v1": 12}
    assert [(one.topic, one.verdict) for one in plan.refused] == [("engagement.v1", "refuse")] * 2
    again = set_up(empty)
    assert again.differences == plan.refused
    with admin(empty) as client:
        resource = ConfigResource("topic", empty.named("mentions.raw.v1"))
        values = client.describe_configs([resource])["topic"][empty.named("mentions.raw.v1")]
    assert values["retention.ms"]["value"] == str(28 * 86_400_000)


def test_a_compacted_topic_is_read_to_its_newest_values(kafka: str) -> None:
    deployment = Deployment(kafka)
    assert newest_values(deployment.kafka, "positions.v1") == {}
    told = [("a", b"1"), ("b", b"1"), ("a", b"2"), ("b", None), ("c", b"3")]
    deployment.publish([Message("positions.v1", key, value) for key, value in told])
    assert newest_values(deployment.kafka, "positions.v1") == {"a": b"2", "c": b"3"}
    deployment.drop()


def test_a_message_that_the_broker_refuses_is_an_error(kafka: str) -> None:
    deployment = Deployment(kafka)
    with pytest.raises(Fatal, match="refuses a message"):
        deployment.publish([Message("alerts.v1", "k", bytes(2 * 2**20))])
    deployment.drop()
