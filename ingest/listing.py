"""Lists that are asked for again and again: the newest posts of a board, the latest answers to a search."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ingest.live import Gap, Heard, LiveSource
from ingest.trail import Entry, Trail, unknown_entry
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Poison
from schemas.wire import from_ms, ms

if TYPE_CHECKING:
    from ingest.web import Web

MINUTE_MS = 60_000
_FAMILIAR = 3  # known things that say that the rest is known: one or two may be pinned to the top


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its things as they came, how to ask for the page behind it (None: there is none), and for
    how many seconds the server wants to be left alone."""

    things: Sequence[Any]
    following: str | None = None
    pause_s: float = 0.0


class Listing(ABC):
    """One list of a platform: how it is asked for, and what its things are.

    Newest things come first, or oldest if `ascending`. Pages are asked for until some of their things are known, or of
    lists that begin where the trail says (`since`), all of a page, unless they are not `ordered`. `whole`: the list
    goes back as far as there is anything; `lasts_s` is for how many seconds it shows a thing, None for ever.
    `most_pages` are asked for at once, `interval_s` is the time between two rounds.
    """

    ascending: ClassVar[bool] = False
    ordered: ClassVar[bool] = True
    whole: ClassVar[bool] = False
    most_pages: ClassVar[int] = 10
    since: bool = False
    lasts_s: float | None = None
    interval_s: float = 60

    @abstractmethod
    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for one page, the first if `following` is None. Raises what the network and the platform do."""

    @abstractmethod
    def entry(self, thing: Any) -> Entry:
        """Return what a thing goes by. What it raises for an odd shape makes it an unknown one."""

    @abstractmethod
    def payloads(self, things: list[Any]) -> Sequence[bytes]:
        """Return some things of a page as the platform answers, for `parse`: at least one payload."""

    async def again(self, trail: Trail) -> Sequence[Any]:
        """Return some things that are known, as they are now, or what has come below them: nothing by default."""
        return ()


class ListedSource(LiveSource):
    """A live source that asks for lists: each channel is one.

    At the first look it tells what the first page holds, or of lists that begin at a moment what is newer than now;
    then what is new or changed. What was taken is remembered in the cursor, so a break loses nothing that the platform
    still lists, and doubles nothing; what it does not list any more is a Gap.
    """

    silence_s = None
    clock: ClassVar[AsyncClock] = SystemClock()

    @abstractmethod
    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> Listing:
        """Return the list that a channel is."""

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Ask for the list without end, and yield what is new in it."""
        async with aclosing(followed(self.listing(channel, web, brands), cursor, self.clock)) as things:
            async for thing in things:
                yield thing


async def followed(listing: Listing, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
    """Ask for a list every `interval_s` seconds, and yield what is new or changed in it, oldest page first.

    A cursor comes with each page, and an empty payload with a cursor after each round. Raises what `page` raises.
    """
    trail = Trail.read(cursor) if cursor is not None else Trail()
    if trail is None:
        yield Gap("the position that was kept cannot be read: listening from now on")
        trail = Trail()
    asleep_s = (ms(clock.now()) - trail.due_ms) / 1000 if trail.due_ms else 0
    if listing.lasts_s is not None and asleep_s > listing.lasts_s:
        lost = from_ms(ms(clock.now()) - round(listing.lasts_s * 1000))
        yield Gap("what came is no longer listed", from_ms(trail.due_ms), lost)
    if listing.since and not trail.latest_ms:
        trail.latest_ms = ms(clock.now())
        yield Heard(b"", trail.cursor())
    while True:
        # A clock that was set back must not keep us waiting.
        waiting_s = min((trail.due_ms - ms(clock.now())) / 1000, listing.interval_s)
        if waiting_s > 0:
            await clock.wait(waiting_s)
        async with aclosing(_round(listing, trail, clock)) as things:
            async for thing in things:
                yield thing
        trail.due_ms = ms(clock.now()) + round(listing.interval_s * 1000)
        yield Heard(b"", trail.cursor())


async def _round(listing: Listing, trail: Trail, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
    pages: list[Sequence[Any]] = []
    before, known, met = trail.due_ms > 0, len(trail.seen), 0
    following, asked, trail.begin_ms = None, 0, trail.latest_ms
    while True:
        page = await listing.page(trail, following)
        asked += 1
        if page.pause_s:
            await clock.wait(page.pause_s)
        following = page.following
        known_here = [_entry(listing, thing).id in trail.seen for thing in page.things]
        met += sum(known_here)
        if listing.ascending:
            for heard in _fresh(listing, trail, clock, page.things):
                yield heard
        else:
            pages.append(page.things)
        if listing.since:  # what is late stands anywhere, but where all is known there is no more of it
            enough = bool(known_here) and all(known_here) and not listing.ascending and listing.ordered
        else:
            enough = met >= min(known, _FAMILIAR) if known else not before
        if following is None or enough or asked >= listing.most_pages:
            break
    missed = following is not None and (known > 0 or before) and not enough
    if gap := _gap(listing, trail, pages, missed=missed, unmet=known > 0 and met == 0):
        yield gap
    for things in reversed(pages):
        for heard in _fresh(listing, trail, clock, things):
            yield heard
    things = await listing.again(trail)
    for heard in _fresh(listing, trail, clock, things):
        yield heard


def _fresh(listing: Listing, trail: Trail, clock: AsyncClock, things: Sequence[Any]) -> list[Heard]:
    """Return the payloads of what is new or changed among some things, the last with a cursor behind them all."""
    now_ms = ms(clock.now())
    fresh = [thing for thing in things if trail.take(_entry(listing, thing), now_ms)]
    if not fresh:
        return []
    *first, last = listing.payloads(fresh)
    return [*map(Heard, first), Heard(last, trail.cursor())]


def _gap(listing: Listing, trail: Trail, pages: list[Sequence[Any]], *, missed: bool, unmet: bool) -> Gap | None:
    """Return what lies between the last thing that is known and the oldest one that is still listed, if anything.

    `missed`: there were more pages than were asked for. `unmet`: nothing that is known is listed any more.
    """
    if listing.ascending or not any(pages):
        return None
    if not (missed or (unmet and not listing.since and not listing.whole)):
        return None
    times = [at_ms for thing in pages[-1] if (at_ms := _entry(listing, thing).at_ms)]
    reason = "more came than is asked for at once" if missed else "more came than is listed"
    since = from_ms(trail.latest_ms) if trail.latest_ms else None
    return Gap(reason, since, from_ms(min(times)) if times else None)


def _entry(listing: Listing, thing: Any) -> Entry:
    try:
        return listing.entry(thing)
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, Poison):
        return unknown_entry(thing)
