"""The contract of a source, and the register of all sources.

A source is one module in `ingest/sources/` with a class derived from `Source`; nothing else has to name it.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, BinaryIO, ClassVar, Literal

import ingest.sources
from ingest.capture import captured_records
from ingest.records import Record
from schemas.click import Click
from schemas.engagement import Engagement
from schemas.errors import UsageError
from schemas.plugins import plugins
from schemas.post import PostEvent

Promise = Literal["at-least-once", "at-most-once"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not a post: `kind` is the source's own name for it (a like, a heartbeat, a limit notice)."""

    kind: str


@dataclass(frozen=True, slots=True)
class AuthorRemoval:
    """All that an author had written by the moment `at` is gone from its source: the account was deleted or taken down.
    It is deleted, which is final.

    What the author writes later is taken again. `kind` is the source's own name for the notice, `source` the network,
    `author_id` the id that its posts give their author.
    """

    kind: str
    source: str
    author_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorPause:
    """From the moment `at` on, what an author had written by then is not to be shown, because the account is suspended
    or deactivated; or, when it is `over`, it may be shown again.

    Nothing is deleted: posts are kept and withdrawn from every answer, and come back as they were. The other fields are
    as in `AuthorRemoval`.
    """

    kind: str
    source: str
    author_id: str
    at: datetime
    over: bool


Parsed = PostEvent | Engagement | AuthorRemoval | AuthorPause | Click | Skipped


class Source(ABC):
    """The description of one source: what it is called, what it promises, and how its payloads are read.

    `name` is what the command line calls it; `network` is the place it listens to, the `source` of its post events
    (two ways to read one network give the same ids); `promise` is what survives a kill; `credentials` names the
    settings a live connection needs; `formats` says in words what recorded input looks like.
    """

    name: ClassVar[str]
    network: ClassVar[str]
    formats: ClassVar[str]
    promise: ClassVar[Promise] = "at-least-once"
    credentials: ClassVar[tuple[str, ...]] = ()

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split a recording into records, lazily and in order, with numbers from 1.

        Never raises for bad content: what cannot be split is a record that `parse` will refuse.
        The default reads JSON: one document a line, one document, or an array of them; events of a stream; answers
        that were recorded with their requests.
        """
        return captured_records(stream)

    @abstractmethod
    def parse(self, record: Record) -> Iterable[Parsed]:
        """Turn one record into post events, engagement and skipped things, in the order they stand in it.

        Pure: the same record gives the same result, and no clock is read. Raises Poison when the record is unusable.
        """


@cache
def sources() -> dict[str, type[Source]]:
    """Return every source class by its name, sorted. An import error in a source module is not hidden."""
    return plugins(ingest.sources, Source)


def source(name: str, options: Mapping[str, Any] | None = None) -> Source:
    """Return a source by its name, made with the options that `[sources.NAME]` of the settings gives it.

    `enabled` is no option of a source: it says whether the source is listened to. Raises UsageError, which lists the
    names or the options there are.
    """
    found = sources().get(name)
    if found is None:
        raise UsageError(f"unknown source {name!r}; there are: {', '.join(sources())}")
    known = inspect.signature(found).parameters
    options = {name: value for name, value in (options or {}).items() if name != "enabled"}
    if unknown := sorted(options.keys() - known):
        listed = ", ".join(known) or "none"
        raise UsageError(f"[sources.{name}] has no option {unknown[0]!r}; there are: {listed}")
    return found(**options)
