"""A Kafka or an Elasticsearch of its own for one test, which it may kill and start again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack import process
from deploy.stack.account import service_account
from deploy.stack.elasticsearch import Elasticsearch
from deploy.stack.kafka import Kafka
from deploy.stack.ports import free_port
from deploy.stack.service import Service
from schemas.clock import SystemClock
from tests.support.services import services_cache


def kafka_server(folder: Path) -> Kafka:
    """A small broker in this folder, not started."""
    return Kafka(folder, free_port(), 256, services_cache())


def elasticsearch_server(folder: Path) -> Elasticsearch:
    """A small node in this folder, not started."""
    return Elasticsearch(folder, free_port(), 512, services_cache())


@contextmanager
def running(server: Service) -> Iterator[None]:
    """Install and start a server, and end it at the end of the block."""
    server.install(lambda _: None)
    try:
        bring_up(server)
        yield
    finally:
        server.stop(SystemClock())


def bring_up(server: Service) -> None:
    """Start a server that does not run, on the port and the data that it had, and return when it answers."""
    server.start(service_account())
    server.await_ready(SystemClock())


def kill(server: Service) -> None:
    """End a server as a power cut would; the machine itself stays up."""
    found = process.find(server.folder)
    assert found, f"{server.title} does not run"
    for each in found:
        each.kill()
    for each in found:
        each.wait(10)
