"""One look at some posts, as it travels to the pipeline: what was answered, and what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from ingest.foreign import post_event
from ingest.records import Record
from ingest.source import Parsed, Source
from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.times import recorded_time
from schemas.wire import ms

_HEAD_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Look:
    """What a source answered at a moment, as a payload of its own (empty for none), and the posts of its network, by
    its ids, that are not there any more."""

    source: str
    at: datetime
    payload: bytes = b""
    gone: Sequence[str] = ()

    def packed(self) -> bytes:
        """Return it as bytes."""
        head = {"source": self.source, "at": self.at.isoformat(), "gone": list(self.gone)}
        return orjson.dumps(head) + b"\n" + self.payload

    @classmethod
    def of(cls, payload: bytes) -> "Look":
        """Return what was packed. Raises Poison for anything else."""
        head, _, inner = payload.partition(b"\n")
        found = json_value(head, _HEAD_BYTES)
        if not isinstance(found, dict) or not isinstance(found.get("source"), str) or "at" not in found:
            raise Poison("bad_shape", "no look at posts")
        return cls(found["source"], recorded_time(found["at"]), inner, [str(one) for one in found.get("gone") or []])

    def parsed(self, source: Source, number: int) -> list[Parsed]:
        """Return the posts that were seen, as `source` reads them, and the deletions of those that are gone."""
        seen = list(source.parse(Record(number, self.payload, seen_at=self.at))) if self.payload else []
        return [
            *seen,
            *(post_event(source.network, one, self.at, version=ms(self.at), op="delete") for one in self.gone),
        ]
