"""A worker as a probe and as Prometheus see it."""

import socket
from contextlib import closing
from http.client import HTTPConnection

from prometheus_client.parser import text_string_to_metric_families

_ORDER = ("worker", "topic", "partition", "reason", "version", "le")


def samples(body: str) -> dict[tuple[str, ...], float]:
    """Return each sample of a worker by its name and the values of its labels, the worker first."""
    return {
        (sample.name, *(sample.labels[label] for label in _ORDER if label in sample.labels)): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str, str]:
    """Return status, type and body that a worker on this machine answers."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


def free_port() -> int:
    """Return a port that nothing listens on, now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])
