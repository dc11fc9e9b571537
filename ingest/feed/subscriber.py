"""Subscribing to feeds at their hubs, and staying subscribed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from ingest.exchange import shown
from ingest.feed.hub import Topic, topic_of
from schemas.clock import AsyncClock
from schemas.errors import HearkenError

if TYPE_CHECKING:
    from ingest.web import Web

_log = logging.getLogger(__name__)

LEASE_S = 864_000  # ten days, which is as long as hubs usually give
_AGAIN = timedelta(hours=1)  # after a hub did not take it, or has not asked back
_NO_HUB = timedelta(days=1)
_SHORTEST = timedelta(minutes=10)
_LOOK_S = 30.0


class Subscribable(Protocol):
    """A source whose feeds may have hubs."""

    @property
    def name(self) -> str:
        """The source's name."""
        ...

    def topics(self) -> Mapping[str, Topic | None]:
        """Return its feeds by where they are, each with its hub where that is known without a look at it."""
        ...


class Agreement(Protocol):
    """What was agreed on with hubs, and what they have granted: a door's side of it."""

    @property
    def leases(self) -> Mapping[str, float]:
        """For how many seconds each address was granted, by token, since it was last asked for."""
        ...

    def token(self, topic: str) -> str:
        """Return what stands at the end of our address for a topic."""
        ...

    def topic_secret(self, topic: str) -> str:
        """Return the secret that the hub is to sign with."""
        ...

    def asked(self, topic: str) -> None:
        """Note that a hub is asked now."""
        ...


@dataclass(slots=True)
class _Standing:
    """One feed: when to do something about it next, and since when its hub has been asked and not answered."""

    due: datetime
    topic: Topic | None = None
    asked: bool = False


class Subscriber:
    """Keeps the feeds of a source subscribed: at its start, at half of each lease, and again when a hub fails.

    Feeds go on being polled by whoever polls them, so nothing is lost while a hub is away.
    """

    def __init__(self, source: Subscribable, agreement: Agreement, callback: str, clock: AsyncClock) -> None:
        """`callback` is our address for the source, without the token."""
        self._source, self._agreement, self._callback, self._clock = source, agreement, callback, clock
        self._standing = {url: _Standing(clock.now(), topic) for url, topic in source.topics().items()}

    async def run(self, web: "Web") -> None:
        """Subscribe without end; cancel it to stop. What a hub does wrong is logged, and tried again."""
        while True:
            await self.turn(web)
            await self._clock.wait(_LOOK_S)

    async def turn(self, web: "Web") -> Sequence[str]:
        """Do what is due now, and return the feeds that a hub was asked for."""
        done = []
        for url, one in self._standing.items():
            now = self._clock.now()
            if one.asked and one.topic is not None:
                lease_s = self._agreement.leases.get(self._agreement.token(one.topic.address))
                if lease_s is not None:
                    one.asked, one.due = False, now + max(timedelta(seconds=lease_s / 2), _SHORTEST)
                    _log.info("%s: subscribed for %.0f s", shown(url), lease_s)
            if now >= one.due:
                done += [url] if await self._subscribe(web, url, one) else []
        return done

    async def _subscribe(self, web: "Web", url: str, one: _Standing) -> bool:
        one.due = self._clock.now() + _AGAIN
        try:
            one.topic = one.topic or await self._discovered(web, url)
            if one.topic is None:
                one.due = self._clock.now() + _NO_HUB
                return False
            self._agreement.asked(one.topic.address)
            one.asked = True
            answer = await web.post(one.topic.hub, source=self._source.name, data=self._form(one.topic))
        except HearkenError as error:
            _log.warning("%s is not subscribed to: %s", shown(url), error)
            return False
        if not 200 <= answer.status < 300:
            _log.warning("%s is not subscribed to: its hub answers %d", shown(url), answer.status)
        return True

    async def _discovered(self, web: "Web", url: str) -> Topic | None:
        answer = await web.get(url, source=self._source.name)
        return topic_of(answer.url, answer.headers, answer.body) if answer.status == 200 else None

    def _form(self, topic: Topic) -> dict[str, str]:
        return {
            "hub.mode": "subscribe",
            "hub.topic": topic.address,
            "hub.callback": f"{self._callback}/{self._agreement.token(topic.address)}",
            "hub.secret": self._agreement.topic_secret(topic.address),
            "hub.lease_seconds": str(LEASE_S),
        }
