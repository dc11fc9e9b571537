"""The partitions that a worker holds: the state of each, how far its topics are read, and the right to write of it."""

from collections.abc import Sequence

from faust.types import TP

from enrich.runner.changelog import Changelog, Claim
from enrich.runner.journal import Journal
from enrich.runner.producer import Record
from enrich.runner.tables import PartitionState
from enrich.runner.transport import Consumer, ListeningApp
from enrich.runner.worker import Worker
from schemas.errors import Fatal
from schemas.settings import KafkaSettings

_ATTEMPTS = 5  # each as long as the client itself tries


class Holdings:
    """Opens partitions, and settles what batches come to, in the order that `Runner` promises.

    `states` are those of the open partitions, `offsets` behind what is in them by topic.
    """

    def __init__(self, app: ListeningApp, table: Changelog, worker: Worker, kafka: KafkaSettings) -> None:
        """Hold nothing yet."""
        self.states: dict[int, PartitionState] = {}
        self.offsets: dict[int, dict[str, int]] = {}
        self._app, self._table, self._worker, self._kafka = app, table, worker, kafka
        self._topics = {name: kafka.named(name) for name in worker.reads}
        self._claims: dict[int, Claim] = {}

    def forget(self) -> None:
        """Close every partition: they may have changed hands."""
        self.states.clear()
        self.offsets.clear()

    async def open(self, partition: int, consumer: Consumer) -> None:
        """Claim a partition, load it, and do again what its last batch may have left half done.

        Raises Fatal for one that came without its state, and when Kafka does not take what is written.
        """
        await self._claim(partition, consumer)
        payload = self._table.kept.get(_journal_key(partition))
        journal = Journal({}, {}, []) if payload is None else Journal.decode(payload)
        committed = {name: consumer.committed(TP(topic, partition)) for name, topic in self._topics.items()}
        if any(committed[name] < offset for name, offset in journal.offsets.items()):
            await self._apply({partition: journal})
        self.states[partition] = PartitionState(self._table.kept, partition, self._worker.remembered)
        self.offsets[partition] = dict(journal.offsets)

    def level(self, partition: int, consumer: Consumer) -> bool:
        """Say whether every topic of a partition is read to the end that the brokers last told."""
        for name, topic in self._topics.items():
            end = consumer.end(TP(topic, partition))
            if end is None or self.offsets[partition].get(name, 0) < end:
                return False
        return True

    async def settle(self, journals: dict[int, Journal]) -> None:
        """Return when what the journals say is written, published and in the table.

        Raises Fatal when Kafka does not take it.
        """
        encoded = {partition: journal.encode() for partition, journal in journals.items()}
        await self._publish([
            self._kept(partition, _journal_key(partition), payload) for partition, payload in encoded.items()
        ])  # fmt: skip
        for partition, payload in encoded.items():
            self._table.keep(partition, _journal_key(partition), payload)
        await self._apply(journals)
        for partition in journals:
            self._table.holds(partition, self._claims[partition].end)

    async def _claim(self, partition: int, consumer: Consumer) -> None:
        """Keep out whoever had a partition before, and write again what that one's late records hide."""
        if self._table.place(partition) not in consumer.assignment():
            raise Fatal(
                f"{self._worker.name}: partition {partition} came without its state: {self._changelog} lacks it"
            )
        owners = self._table.owners
        hidden = owners.overruled(partition)
        epoch = owners.claim(partition)
        self._claims[partition] = Claim(self._worker.name, partition, epoch, self._table.end(partition))
        # Alone at first: only when it stands right behind what was read is what was read all that there is.
        await self._publish([self._kept(partition, f"{partition}|claim".encode(), b"%d" % epoch)])
        await self._publish([self._kept(partition, key, self._table.kept.get(key)) for key in sorted(hidden)])

    async def _apply(self, journals: dict[int, Journal]) -> None:
        """Do what the journals say; doing it twice is the same as once."""
        puts = [
            (partition, key.encode(), value)
            for partition, journal in journals.items()
            for key, value in journal.puts.items()
        ]
        records = [self._kept(*put) for put in puts]
        records += [
            Record(self._kafka.named(send.topic), send.key.encode(), send.value)
            for journal in journals.values()
            for send in journal.sends
        ]
        await self._publish(records)
        for partition, key, value in puts:
            self._table.keep(partition, key, value)

    @property
    def _changelog(self) -> str:
        return self._table.place(0).topic

    def _kept(self, partition: int, key: bytes, value: bytes | None) -> Record:
        """Return the record of the changelog that sets a value."""
        return Record(self._changelog, key, value, partition, self._claims[partition].headers)

    async def _publish(self, records: Sequence[Record]) -> None:
        """Return when the brokers have confirmed every record; all of them again, in order, when one failed."""
        landed: dict[int, list[int]] = {}
        for _ in range(_ATTEMPTS):
            published = await self._app.publisher.publish(records)
            for tp, offsets in published.offsets.items():
                if tp.topic == self._changelog:
                    landed.setdefault(tp.partition, []).extend(offsets)
            if published.error is None:
                for partition, offsets in landed.items():
                    self._claims[partition].wrote(offsets)
                return
        raise Fatal(f"Kafka did not take what {self._worker.name} wrote: {type(published.error).__name__}")


def _journal_key(partition: int) -> bytes:
    return f"{partition}|journal".encode()
