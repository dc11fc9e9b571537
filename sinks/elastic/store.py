"""The Elasticsearch store: the questions and the write contract of every store, and what only it has to offer."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import NamedTuple

from schemas.brand import Brand
from schemas.clock import Clock, SystemClock
from schemas.errors import Fatal, Transient
from schemas.settings import ElasticsearchSettings
from schemas.wire import ms
from sinks.closing import Closing
from sinks.elastic.answers import Answers
from sinks.elastic.bulk import Bulk, item
from sinks.elastic.connection import connect, require_usable, spoken
from sinks.elastic.documents import Document, Indexable, document, first_stored
from sinks.elastic.homes import Home, Homes
from sinks.elastic.indices import Kind, Names
from sinks.elastic.patience import Patience
from sinks.elastic.setup import outdated_templates, put_templates
from sinks.store import Write

_DROPPED: tuple[Kind, ...] = ("mentions", "engagement", "trends", "clicks")


@dataclass(frozen=True, slots=True)
class Rejection:
    """A document that can never be stored: its position in what was given, the status, the server's name for why."""

    position: int
    document: Indexable
    status: int
    kind: str


class Written(NamedTuple):
    """How many documents were not there before, replaced an older version, or were there in this version or a newer."""

    created: int
    updated: int
    unchanged: int


class ElasticStore(Answers, Closing):
    """A store in Elasticsearch (the contract `sinks.store.Store`), for one thread.

    Every document has an id and a version of its own: what is written again changes nothing, and an older version
    never replaces a newer one, in whatever order they come. Each document is stored for itself: of a batch that fails
    half may be stored, and writing the batch again completes it. What was written is searched a second later, or after
    `refresh`.
    """

    def __init__(
        self,
        settings: ElasticsearchSettings,
        clock: Clock | None = None,
        deadline_s: float = 120,
        random: Random | None = None,
        node_class: type[object] | None = None,
        on_retry: Callable[[], None] = lambda: None,
    ) -> None:
        """Connect nothing yet. `deadline_s` bounds each write with all its attempts, below half of what Kafka lets a
        consumer be silent. `random` gives the jitter of their pauses, `node_class` is for tests; `on_retry` is
        called when a write is tried again.

        Raises UsageError for settings that make no connection.
        """
        self.settings = settings
        self.client = connect(settings, node_class)
        self._clock = clock or SystemClock()
        self._deadline_s, self._on_retry = deadline_s, on_retry
        self._random = random or Random(f"{os.getpid()} {self._clock.now()}")  # noqa: S311
        super().__init__(self.client, Names(settings.index_prefix), self._clock)
        hurried = self.client.options(request_timeout=min(settings.request_timeout_s, deadline_s))
        self._bulk = Bulk(hurried)
        self._homes: dict[Kind, Homes] = {
            kind: Homes(hurried, self._names, kind) for kind in ("mentions", "engagement")
        }

    def check(self) -> None:
        """Raise UsageError where the server does not know us, Fatal where it refuses us or loses writes, Transient
        where it does not answer."""
        require_usable(self.client)

    def prepare(self) -> None:
        """Put the index templates, and new fields into indices that are there; needed once, safe to repeat.

        Raises Transient, UsageError or Fatal.
        """
        with spoken(self.client):
            put_templates(self.client, self._names, self.settings.replicas)

    def outdated(self) -> list[str]:
        """Return the index templates that `prepare` would change. Raises Transient, UsageError or Fatal."""
        with spoken(self.client):
            return outdated_templates(self.client, self._names, self.settings.replicas)

    def index(self, documents: Sequence[Indexable]) -> list[Rejection]:
        """Store the documents and return those that can never be stored; every other one is stored then.

        Blocks up to the deadline. Raises Transient when it may be tried again, UsageError or Fatal when not.
        """
        patience = Patience(self._clock, self._random, self._deadline_s, self._on_retry)
        now = self._clock.now()
        ready = [document(one, now) for one in documents]
        homes = self._homes_of(ready, ms(now), patience)
        items = [
            item(at, first_stored(one, home.first_ms) if one.kind == "mentions" else one, home.index)
            for at, (one, home) in enumerate(zip(ready, homes, strict=True))
        ]
        try:
            refused = self._bulk.send(items, patience)
        except BaseException:
            self._forget_homes()  # what is not there yet is first stored when it is
            raise
        return [Rejection(one.position, documents[one.position], one.status, one.kind) for one in refused]

    def written(self) -> Written:
        """Return what became of the documents that were stored since the store was opened."""
        done = self._bulk.done
        return Written(created=done[201], updated=done[200], unchanged=done[409])

    def write(self, batch: Write) -> None:
        """Store the batch. Raises Fatal when one of it can never be stored, Transient when it may be tried again."""
        rejected = self.index(
            [*batch.mentions, *batch.engagements, *batch.trends, *batch.alerts, *batch.clicks, *batch.dead_letters]
        )
        if rejected:
            first = rejected[0]
            what = f"{type(first.document).__name__} {first.document.id}"
            raise Fatal(f"{len(rejected)} documents cannot be stored, the first is {what}: {first.kind}")

    def refresh(self) -> None:
        """Let every question see what was written until now, by anyone.

        To be called by a worker that is given partitions of another one: see `sinks.elastic.homes`.
        """
        self._forget_homes()
        with spoken(self.client):
            self.client.indices.refresh(index=self._names.all, ignore_unavailable=True, allow_no_indices=True)

    def save_brands(self, brands: Iterable[Brand]) -> None:
        """Keep the brands as they are configured now; one that is no longer among them stays as it was last."""
        with spoken(self.client):
            for brand in brands:
                self.client.index(
                    index=self._names.brands, id=brand.id, document=brand.model_dump(mode="json"), refresh=True
                )

    def retention(self, before: datetime) -> int:
        """Drop the months of mentions, trends and engagement that are over before a moment; return how many mentions.

        Alerts and dead letters stay, and so does the month of the moment itself. Raises Transient, UsageError or Fatal.
        """
        dropped = 0
        with spoken(self.client):
            for kind in _DROPPED:
                there = self.client.indices.get(index=self._names.every(kind), features="settings")
                for index in sorted(there):
                    if self._names.ends_before(index, kind, before):
                        dropped += self.client.count(index=index)["count"] if kind == "mentions" else 0
                        self.client.indices.delete(index=index)
        self._forget_homes()
        return dropped

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _forget_homes(self) -> None:
        for homes in self._homes.values():
            homes.forget()

    def _homes_of(self, documents: Sequence[Document], now_ms: int, patience: Patience) -> list[Home]:
        """Return the home of each document, asking for those that may live in another month than theirs."""
        found = [
            Home(self._names.dead_letters if one.kind is None else self._names.month(one.kind, one.at), now_ms)
            for one in documents
        ]
        for kind, homes in self._homes.items():
            places = [at for at, one in enumerate(documents) if one.kind == kind and not one.settled]
            asked = self._asked([documents[at] for at in places], now_ms, homes, patience) if places else []
            for at, home in zip(places, asked, strict=True):
                found[at] = home
        return found

    @staticmethod
    def _asked(documents: Sequence[Document], now_ms: int, homes: Homes, patience: Patience) -> list[Home]:
        attempt = 0
        while True:
            try:
                return homes.of(documents, now_ms)
            except Transient as fault:
                patience.wait(attempt, fault)
            attempt += 1
