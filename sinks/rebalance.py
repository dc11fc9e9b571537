"""What a sink has to know of the group it shares its partitions with."""

from collections.abc import Sequence

from kafka import ConsumerRebalanceListener

from sinks.intake import Partition


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
