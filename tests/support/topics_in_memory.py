"""Topics that stand in a list, and a publisher that can be killed at any message."""

from collections.abc import Iterable

from ingest.publisher import Message


class Stop(Exception):
    """The process is killed."""


class Topics:
    """Takes messages, at most so many of them before the process is killed."""

    def __init__(self) -> None:
        self.log: list[Message] = []
        self.left = 10**9

    def publish(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if not self.left:
                raise Stop
            self.left -= 1
            self.log.append(message)

    def newest(self, topic: str) -> dict[str, bytes]:
        found = {message.key: message.value for message in self.log if message.topic == topic}
        return {key: value for key, value in found.items() if value is not None}
