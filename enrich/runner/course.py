"""The course of reading: in each partition one message after the other, and none passed over."""

import logging

from faust.types import TP

from enrich.runner.inbox import Message
from enrich.runner.transport import Consumer
from schemas.errors import Fatal

TRIES = 50  # at a gap, each after going back; what was fetched before that comes in first

_log = logging.getLogger(__name__)


class Course:
    """What comes next in each partition, since the partitions last changed hands.

    What was fetched before a rebalance may come in after it, ahead of what has to be read again. It is left out, and
    reading goes back to where it should have gone on.
    """

    def __init__(self) -> None:
        self._next: dict[TP, int] = {}
        self._tries: dict[TP, int] = {}
        self._astray: set[TP] = set()

    def forget(self) -> None:
        """Begin anew at the committed offsets."""
        self._next.clear()
        self._tries.clear()
        self._astray.clear()

    async def takes(self, message: Message, consumer: Consumer) -> bool:
        """Say whether a message is next in its partition; what the broker no longer has is not missed."""
        tp, offset = message.tp, message.offset
        wanted = self._next.get(tp, consumer.committed(tp))
        if offset < wanted:
            return False
        if offset > wanted and (tp in self._astray or offset > (await consumer.earliest_offsets(tp))[tp]):
            self._astray.add(tp)
            return False
        self._astray.discard(tp)
        self._tries.pop(tp, None)
        self._next[tp] = offset + 1
        return True

    async def turn_back(self, consumer: Consumer) -> None:
        """Read again from what was passed over; Fatal when that was tried often, for it does not come."""
        for tp in self._astray:
            wanted = self._next.get(tp, consumer.committed(tp))
            self._tries[tp] = self._tries.get(tp, 0) + 1
            if self._tries[tp] == 1:
                _log.warning("%s: partition %d is read again from %d", tp.topic, tp.partition, wanted)
            if self._tries[tp] > TRIES:
                raise Fatal(f"{tp.topic}: partition {tp.partition} does not give what comes after {wanted}")
            await consumer.seek_wait({tp: wanted})
        self._astray.clear()
