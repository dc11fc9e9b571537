"""What a sink has to know of the group it shares its partitions with, and how it commits and goes back in it."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, OffsetAndMetadata
from kafka.errors import CommitFailedError, IllegalGenerationError, KafkaError, RebalanceInProgressError

from schemas.errors import Fatal
from sinks.intake import Partition

_log = logging.getLogger(__name__)

_ANSWER_MS = 3_000


class Changes(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes that partitions came or went. It is called on the loop that sends heartbeats, so it does nothing more.

    `lost`: what was read may be others' by now. `between`: taken away, and nothing given yet. `gained`: others may
    have written what is ours now. `joined`: we were in the group at least once.
    """

    def __init__(self) -> None:
        """Begin outside the group."""
        self.joined = self.gained = self.between = self.lost = False

    def on_partitions_revoked(self, revoked: Sequence[Partition]) -> None:
        """Note that we may have lost what we hold."""
        if revoked:
            self.lost = self.between = True

    def on_partitions_assigned(self, assigned: Sequence[Partition]) -> None:
        """Note that it is known what is ours."""
        self.joined = self.gained = True
        self.between = False


def commit(consumer: Any, ends: Mapping[Partition, int], changes: Changes) -> bool:
    """Commit the offsets behind what is finished, and say whether they are; blocks for some seconds at most.

    They are not when the brokers do not answer, which the next commit makes good, nor when others have our partitions
    by now: `changes.lost` is then set, for what we hold is theirs to finish. Raises Fatal when Kafka refuses.
    """
    offsets = {partition: OffsetAndMetadata(end, "", -1) for partition, end in ends.items()}
    try:
        consumer.commit(offsets, timeout_ms=_ANSWER_MS)
    except (CommitFailedError, IllegalGenerationError, RebalanceInProgressError):
        changes.lost = True
        return False
    except KafkaError as error:
        if not error.retriable:
            raise Fatal(f"Kafka refuses to commit: {type(error).__name__}") from None
        _log.warning("not committed yet: %s", type(error).__name__)
        return False
    return True


def go_back(consumer: Any, changes: Changes) -> bool:
    """Go back to what was committed, as soon as it is known what is ours, and say whether that is done; `changes.lost`
    is then taken back. A partition that stays ours has its place beyond what its reader dropped. Raises Fatal when
    Kafka refuses to say what was committed; call again, and drop what is read, when it is not done.
    """
    if changes.between:
        # kafka-python 3.0.12 forgets a join that outlives a poll if the reason for it was changed metadata, and then
        # fetches nothing for ever. It has no other way to say that the join is still wanted.
        consumer._coordinator.request_rejoin()
        return False
    try:
        for partition in consumer.assignment():
            committed = consumer.committed(partition, timeout_ms=_ANSWER_MS)
            if committed is None:
                consumer.seek_to_beginning(partition)
            else:
                consumer.seek(partition, committed)
    except KafkaError as error:
        if not error.retriable:
            raise Fatal(f"Kafka does not say what was committed: {type(error).__name__}") from None
        return False
    changes.lost = False
    return True
