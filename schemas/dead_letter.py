"""The dead letter: an input that cannot be processed, kept whole so that it can be sent again."""

import base64
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Literal

from schemas.codec import MAX_MESSAGE_BYTES
from schemas.errors import Poison, Reason
from schemas.wire import Timestamp, Wire

ATTEMPT_HEADER = "hearken-attempt"
"""The header of a message that was sent back: how many attempts it makes with this one, in digits."""

_MOST_DIGITS = 3


class DeadLetter(Wire):
    """The bytes, where they came from, and why they were refused.

    `origin` is a file or a topic, `position` the line number or `partition:offset`; `detail` never holds post text.
    `key` is a message's key, where it is text; `attempts` grows when a letter was sent back and failed again; `history`
    is what told of the past, and still does when it is sent back.
    """

    schema_version: Literal[1] = 1
    origin: str
    position: str
    reason: Reason
    detail: str
    stage: str
    at: Timestamp
    payload_base64: str
    key: str | None = None
    attempts: int = 1
    history: bool = False

    @property
    def id(self) -> str:
        """Return a key that is the same when the same input is refused at the same place again."""
        return sha256(f"{self.origin}\n{self.position}\n{self.payload_base64}".encode()).hexdigest()

    @property
    def payload(self) -> bytes:
        """Return the original bytes."""
        return base64.b64decode(self.payload_base64)


def dead_letter(
    poison: Poison,
    payload: bytes,
    *,
    origin: str,
    position: str,
    stage: str,
    at: datetime,
    key: bytes | None = None,
    attempts: int = 1,
    history: bool = False,
) -> DeadLetter:
    """Return the dead letter of an input that was refused; of one beyond 8 MiB it holds the beginning."""
    text = None
    with suppress(UnicodeDecodeError):
        text = None if key is None else key.decode()
    return DeadLetter(
        origin=origin, position=position, reason=poison.reason, detail=poison.detail, stage=stage, at=at,
        payload_base64=base64.b64encode(payload[:MAX_MESSAGE_BYTES]).decode("ascii"), key=text, attempts=attempts,
        history=history,
    )  # fmt: skip


def attempts_of(headers: Iterable[tuple[str, bytes | None]]) -> int:
    """Return which attempt a message with these headers is: 1 unless one of them says in digits that it is another.

    Anybody may write headers: what is no number of at most three digits is not believed.
    """
    for name, value in headers:
        if name == ATTEMPT_HEADER and value is not None and value.isdigit() and len(value) <= _MOST_DIGITS:
            return max(1, int(value))
    return 1
