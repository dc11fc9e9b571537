"""The stack for real: both services come up, work, survive a kill, and end."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from deploy.stack.elasticsearch import VERSION
from deploy.stack.stack import Addresses, Stack, Wishes
from schemas.errors import UsageError
from tests.support.services import services_cache, shared_stack

SMALL = Wishes(0, 0, heap_mb=512, kafka_heap_mb=256)


def round_trip_of_a_message(bootstrap: str, topic: str) -> bytes:
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    with KafkaProducer(bootstrap_servers=bootstrap) as producer:
        producer.send(topic, b"heard").get(timeout=30)
    return read(bootstrap, topic)


def read(bootstrap: str, topic: str) -> bytes:
    with KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=30_000
    ) as consumer:
        return bytes(next(consumer).value)


def round_trip_of_a_document(url: str, index: str) -> object:
    with Elasticsearch(url) as client:
        client.index(index=index, id="1", document={"text": "heard"}, refresh="wait_for")
        return found(client, index)


def found(client: Elasticsearch, index: str) -> object:
    hits = client.search(index=index, query={"match": {"text": "heard"}})["hits"]["hits"]
    return [hit["_source"]["text"] for hit in hits]


def test_kafka_takes_and_gives_a_message(kafka: str) -> None:
    assert round_trip_of_a_message(kafka, f"stack-{os.getpid()}") == b"heard"


def test_kafka_makes_no_topic_by_itself(kafka: str) -> None:
    with KafkaAdminClient(bootstrap_servers=kafka) as admin:
        assert "unheard-of" not in admin.list_topics()
        admin.describe_topics(["unheard-of"])
        assert "unheard-of" not in admin.list_topics()


def test_elasticsearch_stores_and_finds_a_document(elasticsearch: str) -> None:
    assert round_trip_of_a_document(elasticsearch, f"stack-{os.getpid()}") == ["heard"]


def test_both_listen_on_this_machine_alone(services: Addresses) -> None:
    for service in shared_stack().services():
        sockets = psutil.Process(service.pid).net_connections("tcp")
        listening = {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
        assert {ip_address(ip.removeprefix("::ffff:")).is_loopback for ip in listening} == {True}


@pytest.fixture
def own(services: Addresses, worker_id: str) -> Iterator[Stack]:
    """A stack that a test may kill."""
    stack = Stack(Path(services.dir).with_name(f"own-{worker_id}"), services_cache())
    shutil.rmtree(stack.folder, ignore_errors=True)
    yield stack
    stack.down()


def test_what_was_killed_comes_back_where_it_was_with_what_it_had(own: Stack) -> None:
    addresses = own.up(SMALL)
    assert own.up() == addresses
    assert round_trip_of_a_message(addresses.kafka, "before") == b"heard"
    assert round_trip_of_a_document(addresses.elasticsearch, "before") == ["heard"]
    killed = [psutil.Process(service.pid or 0) for service in own.services()]
    for process in killed:
        process.kill()
    assert psutil.wait_procs(killed, timeout=30)[1] == []  # until then they hold the locks of their folders

    assert own.up() == addresses
    assert states(own) == {"up"}
    assert read(addresses.kafka, "before") == b"heard"
    with Elasticsearch(addresses.elasticsearch) as client:
        client.cluster.health(wait_for_status="yellow", timeout="30s")
        assert found(client, "before") == ["heard"]

    assert own.down() == ["kafka", "elasticsearch"]
    assert states(own) == {"down"}
    assert own.down() == []


def test_the_newer_elasticsearch_runs_where_there_is_a_full_jdk(own: Stack) -> None:
    try:
        addresses = own.up(replace(SMALL, elasticsearch_version="9.5.3"))
    except UsageError as error:
        if "full JDK" not in str(error):
            raise
        pytest.skip(str(error))
    assert round_trip_of_a_document(addresses.elasticsearch, "stack") == ["heard"]
    with pytest.raises(UsageError, match=r"Elasticsearch 9\.5\.3 already runs"):
        own.up(Wishes(elasticsearch_version=VERSION))


def states(stack: Stack) -> set[str]:
    return {health.state for health in stack.status().values()}
