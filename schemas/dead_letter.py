"""The dead letter: an input that cannot be processed, kept whole so that it can be sent again."""

import base64
from datetime import datetime
from hashlib import sha256
from typing import Literal

from schemas.codec import MAX_MESSAGE_BYTES
from schemas.errors import Poison, Reason
from schemas.wire import Timestamp, Wire


class DeadLetter(Wire):
    """The bytes, where they came from, and why they were refused.

    `origin` is a file or a topic, `position` the line number or `partition:offset`; `detail` never holds post text.
    """

    schema_version: Literal[1] = 1
    origin: str
    position: str
    reason: Reason
    detail: str
    stage: str
    at: Timestamp
    payload_base64: str

    @property
    def id(self) -> str:
        """Return a key that is the same when the same input is refused at the same place again."""
        return sha256(f"{self.origin}\n{self.position}\n{self.payload_base64}".encode()).hexdigest()

    @property
    def payload(self) -> bytes:
        """Return the original bytes."""
        return base64.b64decode(self.payload_base64)


def dead_letter(poison: Poison, payload: bytes, *, origin: str, position: str, stage: str, at: datetime) -> DeadLetter:
    """Return the dead letter of an input that was refused; of one beyond 8 MiB it holds the beginning."""
    return DeadLetter(
        origin=origin, position=position, reason=poison.reason, detail=poison.detail, stage=stage, at=at,
        payload_base64=base64.b64encode(payload[:MAX_MESSAGE_BYTES]).decode("ascii"),
    )  # fmt: skip
