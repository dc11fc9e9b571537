"""One pushed request as it waits to be taken in."""

from dataclasses import dataclass, field
from datetime import datetime

import orjson

from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.times import recorded_time

_HEAD_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Push:
    """An admitted request: for which source, when it came, what its source is to parse, by which key it is known when
    it comes again, and for how many seconds that is remembered."""

    source: str
    at: datetime
    body: bytes = field(repr=False)
    key: str
    known_for_s: float


def wrapped(source: str, at: datetime, payload: bytes) -> bytes:
    """Return a payload with one line before it that says for which source it came, and when."""
    return orjson.dumps({"source": source, "at": at.isoformat()}) + b"\n" + payload


def unwrapped(payload: bytes) -> tuple[str, datetime, bytes]:
    """Return what `wrapped` was given. Raises Poison for anything else."""
    head, _, inner = payload.partition(b"\n")
    found = json_value(head, _HEAD_BYTES)
    if not isinstance(found, dict) or not isinstance(found.get("source"), str) or "at" not in found:
        raise Poison("bad_shape", "no pushed request")
    return found["source"], recorded_time(found["at"]), inner
