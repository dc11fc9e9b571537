"""The sink between a real Kafka and a real Elasticsearch."""

import signal
import time
from collections.abc import Iterator

import orjson
import pytest

from deploy.sink_worker import run_sink
from ingest.publisher import Message
from schemas.brand import Brand
from schemas.codec import MAX_MESSAGE_BYTES, decode, encode
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.engagement import Engagement
from schemas.errors import Poison
from tests.support.deployment import Deployment
from tests.support.mentions import T0, bucket, mention

IDLE_S = 2.0


@pytest.fixture
def deployment(kafka: str, each_elasticsearch: str) -> Iterator[Deployment]:
    deployment = Deployment(kafka, each_elasticsearch)
    yield deployment
    deployment.drop()


def enriched(*names: int, version: int = 1) -> list[Message]:
    models = [mention(str(name), version=version) for name in names]
    return [Message("mentions.enriched.v1", model.id, encode(model)) for model in models]


def sink(deployment: Deployment) -> tuple[int, int, int]:
    tally = run_sink(deployment.settings, lambda: False, until_idle_s=IDLE_S)
    return tally.read, tally.stored, tally.dead


def test_every_kind_is_stored_and_answers(deployment: Deployment) -> None:
    one, trend, brand = mention("1"), bucket(), Brand(name="Acme", query="acme")
    deed = Engagement(id="e", mention_id=one.id, source="test", kind="like", at=T0, observed_at=T0)
    letter = dead_letter(
        Poison("bad_json", "x"), b"{" * MAX_MESSAGE_BYTES, origin="file", position="1", stage="parse", at=T0
    )
    deployment.publish(
        [
            *enriched(1),
            Message("engagement.v1", deed.mention_id, encode(deed)),
            Message("brands.trends.v1", trend.id, encode(trend)),
            Message("brands.v1", brand.id, brand.model_dump_json().encode()),
            Message("dead.v1", letter.id, encode(letter)),
        ]
    )
    assert sink(deployment) == (5, 5, 0)
    with deployment.store() as store:
        store.refresh()
        stored = store.document(one.id)
        assert stored is not None
        assert stored.model_copy(update={"indexed_at": None}) == one
        assert store.engagements(one.id) == [deed]
        assert store.brands() == [brand]
        (found,) = store.dead_letters(10)
        assert found.payload == letter.payload[: len(found.payload)]
        assert found.origin == letter.origin
    assert deployment.documents("dead") == {letter.id: 1}
    assert deployment.documents("trends") == {trend.id: 1}


def test_a_topic_delivered_three_times_is_stored_once(deployment: Deployment) -> None:
    for version in (1, 3, 2):
        deployment.publish(enriched(*range(300), version=version))
    assert sink(deployment) == (900, 900, 0)
    assert set(deployment.documents("mentions").values()) == {3}
    assert len(deployment.documents("mentions")) == 300
    assert sink(deployment) == (0, 0, 0)  # everything was committed


def test_one_poison_in_a_thousand_is_buried_and_the_rest_stored(deployment: Deployment) -> None:
    messages = enriched(*range(2000))
    messages[700] = messages[700]._replace(value=b'{"id": "\xff"}')
    messages[1500] = messages[1500]._replace(value=b"[1]")
    deployment.publish(messages)
    assert sink(deployment)[2] == 2
    letters = [decode(DeadLetter, value or b"") for _, _, value in deployment.messages("dead.v1")]
    assert {letter.payload for letter in letters} == {b'{"id": "\xff"}', b"[1]"}
    assert {letter.origin for letter in letters} == {deployment.kafka.named("mentions.enriched.v1")}
    assert len(deployment.documents("mentions")) == 1998
    sink(deployment)
    assert len(deployment.documents("dead")) == 2


def test_told_to_stop_it_leaves_at_once_and_nothing_is_read_again(deployment: Deployment) -> None:
    deployment.publish(enriched(*range(500)))
    process = deployment.start("sink")
    wait_for(deployment, 500)
    deployment.publish(enriched(*range(500, 900)))
    process.send_signal(signal.SIGTERM)
    told = time.monotonic()
    output, errors = process.communicate(timeout=60)
    assert time.monotonic() - told < 10
    assert process.returncode == 0, errors.decode()
    read = orjson.loads(output)["read"]
    assert deployment.committed("sink") == read
    assert sink(deployment) == (900 - read, 900 - read, 0)
    assert len(deployment.documents("mentions")) == 900


def test_two_share_the_work_and_a_third_may_come(deployment: Deployment) -> None:
    deployment.publish(enriched(*range(3000)))
    first, second = deployment.start("sink", "--until-idle", "8"), deployment.start("sink", "--until-idle", "8")
    wait_for(deployment, 500)
    deployment.publish(enriched(*range(3000, 6000)))
    third = deployment.start("sink", "--until-idle", "8")
    counts = [orjson.loads(process.communicate(timeout=120)[0]) for process in (first, second, third)]
    assert sum(count["stored"] for count in counts) >= 6000
    assert len(deployment.documents("mentions")) == 6000
    assert sink(deployment) == (0, 0, 0)


def wait_for(deployment: Deployment, committed: int) -> None:
    deadline = time.monotonic() + 60
    while deployment.committed("sink") < committed:
        assert time.monotonic() < deadline, "the sink commits nothing"
        time.sleep(0.2)
