"""The book of notices in a compacted topic: one key for each episode and channel, read whole by whoever takes over."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from schemas.codec import decode, encode
from sinks.delivery.book import Waiting
from sinks.delivery.silence import Silence
from sinks.delivery.telling import Telling

NOTICE, SILENCE = "notice:", "silence:"
"""What the keys in positions.v1 begin with."""

Publish = Callable[[Sequence[tuple[str, bytes]]], None]
"""Publishes keys and values, and returns when the brokers have acknowledged every one."""


class TopicBook:
    """Keeps what was told in memory and in the topic (the contract `sinks.delivery.book.Book`), for one thread.

    What is finished is kept without its words. Silences that others publish come through `note`.
    """

    def __init__(self, values: Mapping[str, bytes], publish: Publish) -> None:
        """Begin with the newest values of the topic; other keys than ours are passed over. Raises Poison."""
        self._publish = publish
        self._tellings: dict[tuple[str, str], Telling] = {}
        self._open: dict[str, dict[str, Telling]] = {}
        self._silences: dict[str, Silence] = {}
        for key, value in values.items():
            if key.startswith(NOTICE):
                self._keep(decode(Telling, value))
            self.note(key, value)

    def note(self, key: str, value: bytes | None) -> None:
        """Take in a silence that somebody has published since; of notices only we write."""
        if key.startswith(SILENCE):
            if value is None:
                self._silences.pop(key, None)
            else:
                self._silences[key] = decode(Silence, value)

    def telling(self, alert_id: str, channel: str) -> Telling | None:
        """Return what is known of an episode and a channel."""
        return self._tellings.get((alert_id, channel))

    def save(self, tellings: Iterable[Telling]) -> None:
        """Publish these, and keep them when they are acknowledged."""
        changed = list(tellings)
        self._publish([(f"{NOTICE}{one.alert_id}:{one.channel}", encode(one)) for one in changed])
        for one in changed:
            self._keep(one)

    def due(self, channel: str, now: datetime) -> Telling | None:
        """Return the telling of this channel whose moment has come, the one that has waited longest."""
        waiting = [one for one in self._open.get(channel, {}).values() if one.due_at is not None and one.due_at <= now]
        return min(waiting, key=lambda one: (one.due_at, one.alert_id), default=None)

    def waiting(self, channel: str) -> Waiting:
        """Return what of this channel is still to be told."""
        held = self._open.get(channel, {}).values()
        return Waiting(len(held), min((one.since for one in held if one.since is not None), default=None))

    def silences(self) -> Sequence[Silence]:
        """Return what is not to be told."""
        return list(self._silences.values())

    def _keep(self, one: Telling) -> None:
        self._tellings[one.alert_id, one.channel] = one
        waiting = self._open.setdefault(one.channel, {})
        if one.due_at is None:
            waiting.pop(one.alert_id, None)
        else:
            waiting[one.alert_id] = one
