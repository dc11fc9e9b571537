"""Clients of Kafka: whom they may speak to in plaintext, and what they say when nobody answers."""

import pytest
from kafka.errors import CommitFailedError, KafkaTimeoutError, TopicAuthorizationFailedError

from deploy.kafka import clients
from deploy.kafka.clients import consumer, kafka_faults, producer
from schemas.errors import Fatal, HearkenError, Transient, UsageError
from schemas.settings import KafkaSettings

HERE = KafkaSettings()


@pytest.mark.parametrize("servers", ["broker.example:9092", "127.0.0.1:9092, 192.0.2.7:9092", "[2001:db8::1]:9092"])
def test_another_machine_is_not_spoken_to_in_plaintext(servers: str) -> None:
    with pytest.raises(UsageError, match=r"another machine.*kafka\.allow_plaintext = true"):
        producer(KafkaSettings(bootstrap_servers=servers), "test")


def test_what_the_package_leaves_open_to_loss_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []
    monkeypatch.setattr(clients, "_connection", lambda settings: {})
    for name in ("KafkaConsumer", "KafkaProducer"):
        monkeypatch.setattr(clients, name, lambda **options: made.append(options))
    consumer(HERE, "sink")
    producer(HERE, "sink")
    reading, writing = made
    assert (reading["enable_auto_commit"], reading["auto_offset_reset"]) == (False, "earliest")
    assert (writing["acks"], writing["enable_idempotence"]) == ("all", True)


@pytest.mark.parametrize(
    ("fault", "ours", "said"),
    [
        (KafkaTimeoutError("secret"), Transient, "does not answer at 127.0.0.1:9092"),
        (TopicAuthorizationFailedError("secret"), Fatal, "does not allow this"),
        (CommitFailedError("secret"), Fatal, "CommitFailedError"),
        (UsageError("ours already"), UsageError, "ours already"),
    ],
)
def test_faults_are_told_in_one_line(fault: Exception, ours: type[HearkenError], said: str) -> None:
    with pytest.raises(ours, match=said) as raised, kafka_faults(HERE):
        raise fault
    assert "secret" not in str(raised.value)
