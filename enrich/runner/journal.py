"""The journal: one record per partition that says all that a batch changes, written before anything of it is done.

State and messages go to several topics, and a kill can fall between any two of them. What the journal says is done
again after the kill, whole; inputs below its offsets are then skipped. So no input counts twice and none is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from enrich.runner.worker import Send


@dataclass(frozen=True, slots=True)
class Journal:
    """What one batch came to in one partition.

    `offsets` is by topic the offset behind the last input taken in, since the beginning; `puts` is by key of the state
    its new value in JSON, None where it is dropped; `sends` is what is published.
    """

    offsets: Mapping[str, int]
    puts: Mapping[str, bytes | None]
    sends: Sequence[Send]

    def encode(self) -> bytes:
        """Return it as JSON; the values, JSON themselves, stand in it as they are."""
        return orjson.dumps({
            "offsets": dict(self.offsets),
            "puts": [[key, None if value is None else orjson.Fragment(value)] for key, value in self.puts.items()],
            "sends": [[send.topic, send.key, orjson.Fragment(send.value)] for send in self.sends],
        })  # fmt: skip

    @classmethod
    def decode(cls, payload: bytes) -> "Journal":
        """Return it again from what `encode` gave."""
        fields: dict[str, Any] = orjson.loads(payload)
        puts = {key: None if value is None else orjson.dumps(value) for key, value in fields["puts"]}
        sends = [Send(topic, key, orjson.dumps(value)) for topic, key, value in fields["sends"]]
        return cls(fields["offsets"], puts, sends)
