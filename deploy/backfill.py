"""History: a stretch of time, from a source that can be asked for it, apart from listening, into some archive."""

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from hashlib import blake2b, sha256
from typing import Any, Protocol, cast

from deploy.embedded import Embedded, Read, Tally
from deploy.memory import settle
from deploy.retention import Retention
from ingest.history import Historical, Stretch, historical_names
from ingest.live import Gap, Heard
from ingest.parsing import Outcome, parsed
from ingest.reconnect import Reconnect
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import AsyncClock
from schemas.errors import Fatal, Poison, Transient, UsageError
from schemas.post import PostEvent
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore

BATCH = 256  # records a transaction at most; many sources give a page of posts as one
_MOST_BREAKS = 8  # in a row, without anything new
_OUTSIDE = Skipped("outside of the stretch")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Account:
    """How far a chapter is: behind which cursor, whether that is all, and what it came to."""

    cursor: str | None = None
    finished: bool = False
    gaps: int = 0
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, saved: Any) -> "Account":
        """Return what was saved; None is a chapter that was not begun."""
        return cls(**{**saved, "tally": Tally(**saved["tally"])}) if saved else cls()


def historical(name: str, settings: Settings) -> Historical:
    """Return a source that can be asked for history, with its options. Raises UsageError, one line, for any other."""
    made = source(name, settings.sources.get(name))
    if not isinstance(made, Historical):
        raise UsageError(f"{name} cannot be asked for its past; these can: {', '.join(historical_names())}")
    return made


class Archive(Protocol):
    """Where history goes. Nothing of it opens an alert there, and no baseline learns of it."""

    def account(self, key: str) -> Account:
        """Return the account that is kept under a key; one that was not begun where there is none."""
        ...

    def take(self, reads: list[Read], origin: str, key: str, account: Account) -> None:
        """Take a batch of the input `origin`, add what it came to to the account, and keep that under its key, behind
        or together with the batch. Blocks until all is safe. Raises Transient or Fatal when it is not, and must not be
        used again then."""
        ...


class StoreArchive:
    """One SQLite file: a batch and its account are one transaction (the contract of `Archive`)."""

    def __init__(self, store: SqliteStore, settings: Settings, clock: AsyncClock) -> None:
        """Load the models. Raises UsageError for a brand query that cannot be read."""
        self._store = store
        self._pipeline = Embedded(settings, store)
        self._retention = Retention(settings.retention, clock)
        settle()

    def account(self, key: str) -> Account:
        """Return the account that the store keeps."""
        return Account.of(self._store.position(key))

    def take(self, reads: list[Read], origin: str, key: str, account: Account) -> None:
        """Match, analyse, merge and store, past the judgement of brands; what is too old to be kept is left out."""

        def save(tally: Tally) -> None:
            account.tally += tally
            self._store.save_position(key, asdict(account))

        self._pipeline.process(self._retention.kept(reads), origin, save, history=True)


class Backfill:
    """Takes a stretch of a source's past into one archive.

    At-least-once: a backfill that was interrupted goes on behind the last batch that was taken. One that was finished
    reads everything again, and finds duplicates. Of posts only those that were published in the stretch are taken.
    """

    def __init__(
        self, archive: Archive, brands: Sequence[Brand], reader: Historical, clock: AsyncClock, reconnect: Reconnect
    ) -> None:
        self._archive, self._brands, self._source = archive, brands, reader
        self._clock, self._reconnect = clock, reconnect

    async def run(
        self, web: Web, stretch: Stretch, show: Callable[[str, Account], object] = lambda chapter, account: None
    ) -> Account:
        """Read every chapter to its end, and return the sum of their accounts; `show` is told of each batch.

        Raises Transient after eight breaks in a row that brought nothing new, Fatal and UsageError as the source does,
        and Fatal when a batch cannot be taken.
        """
        chapters = [(name, self._key(name, stretch)) for name in self._source.chapters(self._brands)]
        accounts = [self._archive.account(key) for _, key in chapters]
        if all(account.finished for account in accounts):
            accounts = [Account() for _ in chapters]
        total = Account(finished=True)
        for (name, key), account in zip(chapters, accounts, strict=True):
            if not account.finished:
                await self._read(name, key, account, stretch, web, show)
            total.tally += account.tally
            total.gaps += account.gaps
        return total

    async def _read(
        self, name: str, key: str, account: Account, stretch: Stretch, web: Web, show: Callable[[str, Account], object]
    ) -> None:
        breaks = 0
        while not account.finished:
            before = account.cursor
            try:
                said = self._source.history(name, stretch, web, self._brands, account.cursor)
                async with aclosing(cast(AsyncGenerator[Heard | Gap], said)) as things:
                    await self._take_all(things, name, key, account, stretch, show)
            except Transient as error:
                breaks = breaks + 1 if account.cursor == before else 0
                if breaks == _MOST_BREAKS:
                    raise
                wait_s = self._reconnect.delay_s(breaks, error.retry_after_s)
                _log.warning("%s %s: %s; again in %.1f s", self._source.name, name, error, wait_s)
                await self._clock.wait(wait_s)

    async def _take_all(
        self, things: AsyncGenerator[Heard | Gap], name: str, key: str, account: Account, stretch: Stretch,
        show: Callable[[str, Account], object],
    ) -> None:  # fmt: skip
        waiting: list[Read] = []
        async for thing in things:
            if isinstance(thing, Gap):
                account.gaps += 1
                _log.warning("%s %s: posts may be missing: %s", self._source.name, name, thing.reason)
                continue
            if thing.payload:
                waiting.append(self._parsed(thing.payload, stretch))
            if thing.cursor is not None or len(waiting) >= BATCH:
                account.cursor = thing.cursor if thing.cursor is not None else account.cursor
                self._take(waiting, name, key, account)
                waiting = []
                show(name, account)
        account.finished = True
        self._take(waiting, name, key, account)
        show(name, account)

    def _take(self, reads: list[Read], name: str, key: str, account: Account) -> None:
        try:
            self._archive.take(reads, f"{self._source.name} {name}", key, account)
        except Transient as error:  # no break of the source's, after which the same archive could go on
            raise Fatal(f"{error}: run it again, and it goes on where it is") from None

    def _parsed(self, payload: bytes, stretch: Stretch) -> Read:
        number = int.from_bytes(blake2b(payload, digest_size=6).digest(), "big")
        record = Record(number, payload, seen_at=self._clock.now())
        return record, _inside(parsed(self._source, record), stretch)

    def _key(self, chapter: str, stretch: Stretch) -> str:
        queries = sorted(f"{brand.id} {brand.query_version}" for brand in self._brands)
        asked = [self._source.name, chapter, stretch.since.isoformat(), stretch.until.isoformat(), *queries]
        return "backfill:" + sha256("\n".join(asked).encode("utf-8", "surrogatepass")).hexdigest()


def _inside(outcome: Outcome, stretch: Stretch) -> Outcome:
    """Return what was parsed without the posts that were published outside of a stretch."""
    if isinstance(outcome, Poison):
        return outcome

    def kept(one: Parsed) -> Parsed:
        outside = isinstance(one, PostEvent) and not stretch.holds(one.published_at or one.observed_at)
        return _OUTSIDE if outside else one

    return [kept(one) for one in outcome]
