"""Dead letters sent back on a real Kafka: the bytes and the key they had, once each, and not for ever."""

from collections import Counter
from collections.abc import Iterator

import orjson
import pytest

from deploy import replay_dead as module
from deploy.dead_letters import MOST_ATTEMPTS
from deploy.kafka.compacted import newest_values
from deploy.replay_dead import Sending, replay_dead
from deploy.sink_worker import run_sink
from ingest.publisher import Message, Publisher
from schemas.codec import decode, encode
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.errors import Poison, Reason, Transient, UsageError
from tests.support.deployment import Deployment
from tests.support.mentions import T0, mention

SECRET = b'{"text": "words that nobody may print"'


@pytest.fixture
def deployment(kafka: str) -> Iterator[Deployment]:
    deployment = Deployment(kafka)
    yield deployment
    deployment.drop()


def letter(number: int, reason: Reason = "bad_json", topic: str = "mentions.raw.v1", **changes: object) -> DeadLetter:
    """Return the dead letter of a message that never was."""
    given = {
        "origin": topic, "position": f"{number % 12}:{number}", "stage": "text", "at": T0, "key": b"k%d" % number,
        "payload": SECRET + b"%d" % number, **changes,
    }  # fmt: skip
    return dead_letter(Poison(reason, "x"), **given)  # type: ignore[arg-type]


def bury(deployment: Deployment, *letters: DeadLetter) -> None:
    deployment.publish(Message("dead.v1", one.id, encode(one)) for one in letters)


def returned(deployment: Deployment, topic: str = "mentions.raw.v1") -> list[tuple[str, bytes | None]]:
    return sorted((key, value) for _, key, value in deployment.messages(topic))


def fates(sending: Sending) -> dict[str, int]:
    return dict(Counter(one.fate for one in sending.letters))


def test_each_goes_back_once_whatever_is_asked_for(deployment: Deployment) -> None:
    letters = [
        letter(n, "bad_json" if n % 3 else "bad_value", ("mentions.raw.v1", "engagement.v1")[n % 2]) for n in range(300)
    ]
    bury(deployment, *letters, *letters[:20])
    assert replay_dead(deployment.settings, reason="bad_value").sent == 100
    assert replay_dead(deployment.settings, topic="engagement.v1", limit=30).sent == 30
    first_of_all = replay_dead(deployment.settings, topic="engagement.v1", dry_run=True)
    assert (first_of_all.sent, fates(first_of_all)) == (0, {"waiting": 70, "sent_before": 80})
    everything = replay_dead(deployment.settings)
    assert (everything.read, everything.sent, fates(everything)) == (
        320,
        100 + 70,
        {"waiting": 170, "sent_before": 130},
    )
    assert replay_dead(deployment.settings).sent == 0
    raw, engagement = returned(deployment), returned(deployment, "engagement.v1")
    assert raw == sorted((one.key, one.payload) for one in letters[::2])
    assert engagement == sorted((one.key, one.payload) for one in letters[1::2])


def test_the_oldest_go_first(deployment: Deployment) -> None:
    bury(deployment, *(letter(n) for n in range(30)))
    for _ in range(3):
        assert replay_dead(deployment.settings, limit=5).sent == 5
    assert {key for key, _ in returned(deployment)} == {f"k{n}" for n in range(15)}


def test_what_cannot_go_back_is_counted_and_stays(deployment: Deployment) -> None:
    bury(
        deployment,
        letter(1, payload=bytes(9 * 2**20)), letter(2, origin="posts.ndjson", position="4"), letter(3, key=None),
        letter(4, attempts=MOST_ATTEMPTS), letter(5),
    )  # fmt: skip
    deployment.publish([Message("dead.v1", "k", b'{"schema_version": 1}')])
    found = replay_dead(deployment.settings)
    assert (found.read, found.unreadable, found.sent) == (6, 1, 1)
    assert fates(found) == {"too_large": 1, "elsewhere": 1, "keyless": 1, "given_up": 1, "waiting": 1}
    assert deployment.count("dead.v1") == 6


def test_no_letter_is_put_above_a_newer_message_of_its_key(deployment: Deployment) -> None:
    """In a compacted topic the last message of a key is the only one that is sure to stay."""
    old, new, other = mention("1", version=1), mention("1", version=2), mention("2", version=1)
    topic = "mentions.enriched.v1"
    deployment.publish(Message(topic, one.id, encode(one)) for one in (old, new, other))
    partition = {key: partition for partition, key, _ in deployment.messages(topic)}
    behind = 2 if partition[old.id] == partition[other.id] else 0
    for one, offset in ((old, 0), (other, behind)):
        place = f"{partition[one.id]}:{offset}"
        bury(deployment, letter(0, "bad_value", topic, position=place, key=one.id.encode(), payload=encode(one)))
    found = replay_dead(deployment.settings)
    assert [(one.key, one.fate) for one in found.letters] == [(old.id, "superseded"), (other.id, "waiting")]
    assert Counter(key for _, key, _ in deployment.messages(topic)) == {old.id: 2, other.id: 2}


def test_after_a_kill_at_most_one_batch_is_sent_twice(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    bury(deployment, *(letter(n) for n in range(250)))
    publish, calls = Publisher.publish, 0

    def dies(self: Publisher, messages: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:  # the second batch is sent, and was not noted yet
            raise Transient("the process is gone")
        publish(self, messages)  # type: ignore[arg-type]

    monkeypatch.setattr(Publisher, "publish", dies)
    with pytest.raises(Transient):
        replay_dead(deployment.settings)
    monkeypatch.undo()
    assert replay_dead(deployment.settings).sent == 150
    counts = Counter(key for key, _ in returned(deployment))
    assert set(counts) == {f"k{n}" for n in range(250)}
    assert sum(counts.values()) == 350


def test_what_is_no_longer_in_the_topic_is_forgotten(deployment: Deployment) -> None:
    bury(deployment, letter(1))
    replay_dead(deployment.settings)
    deployment.publish(
        [Message("positions.v1", f"{module._PREFIX}gone", b"{}"), Message("positions.v1", "other", b"{}")]
    )
    replay_dead(deployment.settings, dry_run=True)
    assert len(newest_values(deployment.kafka, "positions.v1")) == 3
    replay_dead(deployment.settings)
    assert set(newest_values(deployment.kafka, "positions.v1")) == {f"{module._PREFIX}{letter(1).id}", "other"}


def test_one_that_fails_again_counts_its_attempts_and_ends(kafka: str, elasticsearch: str) -> None:
    deployment = Deployment(kafka, elasticsearch)
    deployment.publish([Message("engagement.v1", "the key", SECRET)])
    for attempt in range(1, MOST_ATTEMPTS + 1):
        run_sink(deployment.settings, lambda: False, until_idle_s=2.0)
        letters = [decode(DeadLetter, value or b"") for _, _, value in deployment.messages("dead.v1")]
        assert [one.attempts for one in letters] == list(range(1, attempt + 1))
        assert {(one.key, one.payload) for one in letters} == {("the key", SECRET)}
        assert replay_dead(deployment.settings).sent == (attempt < MOST_ATTEMPTS)
    assert returned(deployment, "engagement.v1") == [("the key", SECRET)] * MOST_ATTEMPTS
    deployment.drop()


def test_the_enrich_worker_counts_attempts_too(deployment: Deployment) -> None:
    deployment.publish([Message("mentions.raw.v1", "the key", SECRET)])
    for attempts in ([1], [1, 2]):
        process = deployment.start("enrich", "--only", "text", "--until-idle", "3")
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said.decode()
        letters = [decode(DeadLetter, value or b"") for _, _, value in deployment.messages("dead.v1")]
        assert [(one.attempts, one.key, one.payload) for one in letters] == [(n, "the key", SECRET) for n in attempts]
        assert replay_dead(deployment.settings).sent == 1


def test_the_command_tells_what_there_is_and_none_of_the_words(deployment: Deployment) -> None:
    bury(deployment, *(letter(n) for n in range(7)), letter(8, "bad_value", "engagement.v1"))
    process = deployment.start("replay-dead", "--dry-run")
    output, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    rows = [line.split() for line in said.decode().splitlines()]
    when = ["2024-03-04", "00:00"] * 2
    assert ["bad_json", "mentions.raw.v1", "7", *when, "can", "be", "sent", "back"] in rows
    assert ["bad_value", "engagement.v1", "1", *when, "can", "be", "sent", "back"] in rows
    assert b"nobody" not in output + said
    assert (orjson.loads(output)["waiting"], orjson.loads(output)["sent"], deployment.count("mentions.raw.v1")) == (
        8,
        0,
        0,
    )
    process = deployment.start("replay-dead", "--reason", "bad_json", "--limit", "4")
    told = orjson.loads(process.communicate(timeout=120)[0].splitlines()[-1])
    assert (told["read"], told["sent"], told["waiting"]) == (8, 4, 3)
    process = deployment.start("replay-dead", "--topic", "mentions")
    assert b"--topic 'mentions' is none of ours" in process.communicate(timeout=120)[1]
    assert process.returncode == 2


def test_a_topic_that_does_not_exist_is_refused(deployment: Deployment) -> None:
    with pytest.raises(UsageError, match="is none of ours"):
        replay_dead(deployment.settings, topic="x")
