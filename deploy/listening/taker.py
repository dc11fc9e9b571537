"""What takes in what was heard: the contract that the store and the topics both keep."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from deploy.embedded import Read, Tally
from deploy.listening.inbox import Said
from deploy.listening.signs import ChannelName, Signs
from ingest.parsing import Outcome, parsed
from ingest.records import Record
from ingest.source import Source
from schemas.errors import Poison

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch: `tally` counts its records, `sent` what was stored or published by where it went, `dead`
    the dead letters by reason, `too_old` by channel what was not taken in because retention would drop it."""

    tally: Tally
    sent: Mapping[str, int]
    dead: Mapping[str, int]
    too_old: Mapping[ChannelName, int] = field(default_factory=dict)


@dataclass(slots=True)
class Share:
    """What one channel said in a batch, parsed, in order, and the cursor to keep after it (None: the one before)."""

    channel: ChannelName
    reads: list[Read]
    cursor: str | None = None


class Taker(Protocol):
    """Takes batches, one after the other, all on one thread: the one that opened it."""

    def cursors(self, channels: Iterable[ChannelName]) -> dict[ChannelName, str]:
        """Return the cursor that is kept of each of these channels that has one."""
        ...

    def take(self, shares: Sequence[Share]) -> Taken:
        """Take a batch, and keep its cursors with it. Blocks until all of it is safe; that is the acknowledgement.

        Raises Transient or Fatal when it is not; the cursors are then as they were, and this object is done with.
        """
        ...

    def rest(self) -> None:
        """Do what is to be done now and then: called after each batch, and every few seconds when there is none.

        Raises as `take` does.
        """
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


def shares(batch: Sequence[Said], sources: Mapping[str, Source], signs: Signs) -> list[Share]:
    """Parse a batch and share it out by channel, in the order in which channels first spoke; count each record."""
    shared: dict[ChannelName, Share] = {}
    for said in batch:
        share = shared.setdefault(said.channel, Share(said.channel, []))
        if said.record is not None:
            outcome = _outcome(sources[said.channel.source], said.record)
            signs[said.channel].account(outcome)
            share.reads.append((said.record, outcome))
        share.cursor = said.cursor if said.cursor is not None else share.cursor
    return list(shared.values())


def _outcome(source: Source, record: Record) -> Outcome:
    """Return what a record holds. A fault of ours in reading it buries this one, and stops nothing: it would come again
    after each start."""
    try:
        return parsed(source, record)
    except Exception as error:
        _log.exception("a record of %s cannot be read, for a fault of hearken's own; it is a dead letter", source.name)
        return Poison("bad_shape", f"{type(error).__name__} in reading it")
