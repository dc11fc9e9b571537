"""Looking again, as a live source: what is seen goes the way of everything that is heard."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from deploy.revisits.known import Known
from deploy.revisits.look import Look
from deploy.revisits.pace import due, tracked
from deploy.revisits.sweep import Sweep
from ingest.live import Gap, Heard, LiveSource
from ingest.records import Record
from ingest.revisit import Revisitable, revisitable_names
from ingest.source import Parsed, Skipped, source
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Fatal, Poison, Transient, UsageError
from schemas.mention import Mention
from schemas.post import PostEvent
from schemas.settings import Settings
from sinks.store import Questions

_log = logging.getLogger(__name__)

NAME: Final = "revisit"
_ASKED_ANEW_S = 300.0  # what is known is asked for as often as the hottest posts are looked at
_IDLE_S = 30.0
_CONFIRM_S = 10.0
_MOMENT = timedelta(milliseconds=1)


class Revisits(LiveSource):
    """Looks at posts that are known again: the fastest and newest of each network as often as they change, and where
    its terms demand that, everything that is kept.

    At-least-once. A post that is missing from two answers is gone, which is a deletion. What was looked at when is not
    kept over a restart, where a sweep is, is.
    """

    name: ClassVar[str] = NAME
    network = NAME
    formats = "what other sources answer about single posts"
    silence_s = None

    def __init__(
        self, settings: Settings, open_questions: Callable[[], Questions], clock: AsyncClock | None = None
    ) -> None:
        """Prepare the sources. Raises UsageError for one that cannot be asked for single posts, or lacks an option."""
        self._settings, self._open_questions = settings.revisits, open_questions
        self._clock = clock or SystemClock()
        self._sources: Mapping[str, Revisitable] = {
            name: _revisitable(name, settings) for name in self._settings.sources
        }

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the sources."""
        return list(self._sources)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts that a look saw, and the deletions of those that are gone."""
        look = Look.of(record.payload)
        inner = self._sources.get(look.source)
        return [Skipped("another source")] if inner is None else look.parsed(inner, record.number)

    async def listen(
        self, channel: str, web: Web, brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Look without end, within the source's limit."""
        inner, sweep = self._sources[channel], Sweep.read(cursor)
        pause_s = 3_600 / (inner.hourly * self._settings.share)
        known = await Known.open(inner.network, self._open_questions)
        looked_s: dict[str, float] = {}
        mentions: list[Mention] = []
        asked_s = float("-inf")
        try:
            while True:
                now = self._clock.now()
                # First, so that nothing that fails below keeps a term from ending.
                swept = inner.forget_after is not None and sweep.begin(now, inner.forget_after)
                if swept and inner.forget_after is not None:
                    yield Heard(b"", sweep.cursor())  # a term runs from here, also if nobody can be asked
                    for look in await self._swept(inner, sweep, known, web, inner.forget_after):
                        yield Heard(look.packed())
                    yield Heard(b"", sweep.cursor())
                    await self._clock.wait(pause_s)
                if now.timestamp() - asked_s >= _ASKED_ANEW_S:
                    since = now - timedelta(days=self._settings.days)
                    mentions = await known.newest_and_fastest(since, self._settings.tracked)
                    mentions = [one for one in mentions if inner.revisits(one.native_id)]
                    looked_s = {one.id: looked_s[one.id] for one in mentions if one.id in looked_s}
                    asked_s = now.timestamp()
                hot = due((tracked(one, now) for one in mentions), looked_s, now.timestamp(), inner.at_once)
                if hot:
                    for look in await self._looks(inner, [post.native_id for post in hot], web):
                        yield Heard(look.packed())
                    looked_s |= dict.fromkeys((post.mention_id for post in hot), now.timestamp())
                    await self._clock.wait(pause_s)
                if not hot and not swept:
                    yield Heard(b"")
                    await self._clock.wait(_IDLE_S)
        finally:
            await known.close()

    async def _swept(self, inner: Revisitable, sweep: Sweep, known: Known, web: Web, term: timedelta) -> list[Look]:
        """Look at the next posts of a sweep, and move it on."""
        assert sweep.below is not None  # noqa: S101 - it was begun
        page = await known.before(sweep.below, inner.at_once)
        now = self._clock.now()
        if not page:
            sweep.below = None
            _log.info(
                "%s: %d posts looked at again, %d gone, %d forgotten unseen: all that is kept was there after %s",
                inner.name, sweep.seen, sweep.gone, sweep.forgotten, sweep.begun,
            )  # fmt: skip
            return []
        ids = [one.native_id for one in page if inner.revisits(one.native_id)]
        try:
            looks = await self._looks(inner, ids, web) if ids else []
        except Transient as error:
            if not sweep.is_late(now, term):
                raise
            looks = [Look(inner.name, now, gone=ids)]
            sweep.forgotten += len(ids)
            _log.warning("%s: %d posts are forgotten unseen: %s", inner.name, len(ids), error)
        sweep.seen += len(ids)
        sweep.gone += sum(len(look.gone) for look in looks)
        lowest = min(_published(one) for one in page)
        # All posts of one moment do not fit a page: whoever has so many is met by the hot looks.
        sweep.below = lowest + _MOMENT if lowest + _MOMENT < sweep.below and len(page) > 1 else lowest
        return looks

    async def _looks(self, inner: Revisitable, native_ids: Sequence[str], web: Web) -> list[Look]:
        """Return what is said of some posts, and in the end which of them are gone."""
        looks, missing = await self._asked(inner, native_ids, web)
        if missing:  # one answer that leaves something out proves little
            await self._clock.wait(_CONFIRM_S)
            again, missing = await self._asked(inner, missing, web)
            looks += again
        return [*looks, Look(inner.name, self._clock.now(), gone=missing)] if missing else looks

    async def _asked(self, inner: Revisitable, native_ids: Sequence[str], web: Web) -> tuple[list[Look], list[str]]:
        try:
            payloads = await inner.revisit(native_ids, web)
        except Fatal as error:
            if inner.forget_after is None:
                raise
            raise Transient(str(error)) from None  # a term does not end because nobody may be asked
        looks = [Look(inner.name, self._clock.now(), payload) for payload in payloads]
        seen: set[str] = set()
        for look in looks:
            try:
                found = look.parsed(inner, 0)
            except Poison as poison:
                raise Transient(f"{inner.name}: an answer about posts cannot be read ({poison.reason})") from None
            seen |= {one.native_id for one in found if isinstance(one, PostEvent)}
        return looks, [one for one in native_ids if one not in seen]


def _published(mention: Mention) -> datetime:
    return mention.published_at or mention.observed_at


def _revisitable(name: str, settings: Settings) -> Revisitable:
    made = source(name, settings.sources.get(name))
    if not isinstance(made, Revisitable):
        raise UsageError(f"{name} cannot be asked for single posts; these can: {', '.join(revisitable_names())}")
    return made
