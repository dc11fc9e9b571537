"""What is to become of a dead letter that somebody wants sent back. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deploy.kafka.superseded import Place
from schemas.codec import decode
from schemas.dead_letter import ATTEMPT_HEADER, DeadLetter
from schemas.errors import Poison, Reason
from schemas.topics import HISTORY_HEADER, TOPICS

MOST_ATTEMPTS = 5
"""A message that failed so often is not sent back any more."""

Fate = Literal["waiting", "sent_before", "given_up", "superseded", "too_large", "keyless", "elsewhere"]
"""waiting: can be sent back. given_up: failed five times. superseded: its topic keeps the newest message of each key,
and has a newer one. too_large: for its topic, as what was cut always is. keyless: it had no key, or none that is text.
elsewhere: it came from a recording, not from a topic."""

_BURIED = "dead.v1"
_ENVELOPE_BYTES = 1_024  # what Kafka puts around a message


@dataclass(frozen=True, slots=True)
class Returnable:
    """A dead letter without its bytes: what is needed to decide about it, and to list it. `at` is when it failed."""

    id: str
    reason: Reason
    at: datetime
    attempts: int
    place: Place | None
    key: str | None
    fate: Fate

    @property
    def compacted(self) -> bool:
        """Say whether its topic forgets all but the newest message of each key."""
        return self.place is not None and "compact" in TOPICS[self.place.topic].cleanup


def read_letter(payload: bytes | None) -> DeadLetter:
    """Return the dead letter that a message of dead.v1 holds. Raises Poison."""
    letter = decode(DeadLetter, payload or b"", TOPICS[_BURIED].max_bytes)
    try:
        letter.payload  # noqa: B018 - looked at here, so that nobody after us meets bytes that are none
    except ValueError:
        raise Poison("bad_value", "DeadLetter: payload_base64") from None
    return letter


def returnable(letter: DeadLetter, names: Mapping[str, str]) -> Returnable:
    """Return what matters of a letter, with the fate that can be told from it alone.

    `names` gives the name in the topic table of each topic by the names that it may have in `origin`.
    """
    place = _place(letter, names)
    fate: Fate = "waiting"
    if place is None:
        fate = "elsewhere"
    elif letter.attempts >= MOST_ATTEMPTS:
        fate = "given_up"
    elif len(letter.payload) + len(letter.key or "") * 4 + _ENVELOPE_BYTES > TOPICS[place.topic].max_bytes:
        fate = "too_large"
    elif letter.key is None:
        fate = "keyless"
    return Returnable(letter.id, letter.reason, letter.at, letter.attempts, place, letter.key, fate)


def headers_of(letter: DeadLetter) -> tuple[tuple[str, bytes], ...]:
    """Return the headers with which a letter is sent back: it counts on when it fails again, and history stays that."""
    attempt = (ATTEMPT_HEADER, str(letter.attempts + 1).encode())
    return (attempt, (HISTORY_HEADER, b"1")) if letter.history else (attempt,)


def _place(letter: DeadLetter, names: Mapping[str, str]) -> Place | None:
    topic, stood = names.get(letter.origin), re.fullmatch(r"(\d{1,6}):(\d{1,18})", letter.position)
    if topic is None or topic == _BURIED or stood is None:
        return None
    return Place(topic, int(stood[1]), int(stood[2]))
