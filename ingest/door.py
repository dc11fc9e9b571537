"""The contract of a door: how who pushes a source's payloads to us proves that they may, and the register of all doors.

A door is one module in `ingest/doors/` with a class derived from `Door`; nothing else has to name it. Whether a request
is believed is decided before anything of it is unpacked or parsed.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import ingest.doors
from ingest.source import sources
from schemas.errors import UsageError
from schemas.plugins import plugins

if TYPE_CHECKING:
    from ingest.web import Web  # it loads an HTTP client, which naming the doors does not need

HOUR_S = 3_600.0
REDELIVERED_S = 48 * HOUR_S  # platforms try again for a day and a half at most
JSON = ("application/json",)


@dataclass(frozen=True, slots=True)
class Knock:
    """One request. `target` is its path and query as they came, `rest` what stands in the path behind the source's
    name; header names are in lower case; `body` is as it was sent, still packed; `at` is our clock."""

    method: str
    target: str
    rest: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """The request is believed: its body is to be kept. `key` is the same when it comes again, which is remembered for
    `known_for_s` seconds."""

    key: str
    known_for_s: float = REDELIVERED_S


@dataclass(frozen=True, slots=True)
class Said:
    """The request is answered at once, and nothing of it is kept: a handshake, or a refusal with its reason."""

    status: int
    text: str = ""


class Door(ABC):
    """Judges the requests for one source. Options come by keyword, from `[reception.doors.NAME]` of the settings.

    `sources` are the sources that it is the door of, none for all that have no other; `media` the content types that
    it takes, empty for any.
    """

    sources: ClassVar[tuple[str, ...]]
    media: ClassVar[tuple[str, ...]] = JSON

    @abstractmethod
    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Return what becomes of a request. Never raises for anything that a request can hold.

        `web` is for those who have to look up a key. The reason of a refusal holds nothing of the request.
        """

    def payload(self, knock: Knock, body: bytes) -> bytes | None:
        """Return what the source is to parse of an admitted request; `body` is unpacked. None: nothing of it."""
        return body


@cache
def _doors() -> dict[str, type[Door]]:
    """Return the doors by source; the one that names no source is that of all others, under ""."""
    found: dict[str, type[Door]] = {}
    for kind in plugins(ingest.doors, Door, "sources").values():
        found |= dict.fromkeys(kind.sources or ("",), kind)
    return found


def door(name: str, options: Mapping[str, Any]) -> Door:
    """Return the door of a source: its platform's own, or, where there is none, that of our own signature.

    Raises UsageError, one line, for an unknown source or option, and for one that is missing or cannot be.
    """
    if name not in sources():
        raise UsageError(f"[reception.doors.{name}] unknown source; there are: {', '.join(sources())}")
    doors = _doors()
    kind = doors.get(name) or doors[""]
    known = inspect.signature(kind).parameters
    listed = ", ".join(known) or "none"
    if unknown := sorted(options.keys() - known):
        raise UsageError(f"[reception.doors.{name}] has no option {unknown[0]!r}; there are: {listed}")
    missing = [option for option, one in known.items() if one.default is one.empty and option not in options]
    if missing:
        raise UsageError(f"[reception.doors.{name}] {missing[0]} is missing; the options are: {listed}")
    try:
        return kind(**options)
    except ValueError as error:
        raise UsageError(f"[reception.doors.{name}] {error}") from None
