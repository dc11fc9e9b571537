"""`hearken replay-dead`: dead letters sent back to the topics they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson

from deploy.dead_letters import Returnable, headers_of, read_letter, returnable
from deploy.kafka.clients import consumer, kafka_faults, producer
from deploy.kafka.compacted import newest_values
from deploy.kafka.history import History
from deploy.kafka.superseded import superseded
from deploy.replay import Progress
from ingest.publisher import Message, Publisher
from schemas.clock import Clock, SystemClock
from schemas.dead_letter import DeadLetter
from schemas.errors import Poison, Reason, UsageError
from schemas.settings import Settings
from schemas.topics import TOPICS
from schemas.wire import ms

_DEAD, _MEMORY, _PREFIX = "dead.v1", "positions.v1", "replay-dead/"
_BATCH = 100  # letters sent before it is noted that they were: as many are sent twice after a kill at the worst


@dataclass(slots=True)
class Sending:
    """How a call ended. `read` are the messages of dead.v1, of which `unreadable` hold no dead letter; `letters` are
    those asked for, each once, the first to die first, with the fate they had before; `sent` of them went back."""

    read: int = 0
    unreadable: int = 0
    sent: int = 0
    letters: list[Returnable] = field(default_factory=list)


def replay_dead(
    settings: Settings,
    *,
    reason: Reason | None = None,
    topic: str | None = None,
    limit: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Sending:
    """Send the dead letters back that can be, each with its bytes and its key, oldest first, and return what was done.

    `reason`, `topic` (by its name in the topic table) and `limit` choose among them; `dry_run` sends none. What was
    sent is kept in positions.v1 by the letter's id, after the brokers acknowledged it: a letter is sent once, whatever
    was chosen before, and only a kill, or two calls at once, sends up to a hundred of them again. They come behind what
    is in their topic by now, in no promised order with it; the workers are made for that. One that fails again is a
    new dead letter that counts its attempts. In a compacted topic no letter is put above a newer message of its key
    that was there when this call looked.

    Raises UsageError for an unknown topic, Transient when Kafka does not answer, Fatal when it refuses.
    """
    kafka = settings.kafka
    if topic is not None and topic not in TOPICS:
        raise UsageError(f"--topic {topic!r} is none of ours: {', '.join(TOPICS)}")
    names = {name: name for name in TOPICS} | {kafka.named(name): name for name in TOPICS}
    with kafka_faults(kafka):
        client = consumer(kafka, "replay-dead", group=False)
        try:
            dead = History(client, kafka.named(_DEAD))
            found = _survey(dead, names)
            known = {one.id for one in found.letters}
            memory = {key.removeprefix(_PREFIX) for key in newest_values(kafka, _MEMORY) if key.startswith(_PREFIX)}
            found.letters = [
                replace(one, fate="sent_before") if one.id in memory else one
                for one in found.letters
                if reason in (None, one.reason) and topic in (None, one.place and one.place.topic)
            ]
            keys = {
                one.place: one.key for one in found.letters if one.fate == "waiting" and one.compacted and one.place
            }
            late = superseded(client, kafka, {place: key for place, key in keys.items() if key is not None})
            found.letters = [replace(one, fate="superseded") if one.place in late else one for one in found.letters]
            if not dry_run:
                chosen = [one.id for one in found.letters if one.fate == "waiting"][:limit]
                outgoing = producer(kafka, "replay-dead")
                try:
                    publisher = Publisher(outgoing, kafka.named)
                    sender = _Sender(publisher, names, clock or SystemClock(), progress)
                    found.sent = sender.send(dead, set(chosen))
                    publisher.publish(Message(_MEMORY, _PREFIX + gone, None) for gone in sorted(memory - known))
                finally:
                    outgoing.close(timeout=0)  # everything was acknowledged, or we are going because it was not
        finally:
            client.close()
    return found


def _survey(dead: History, names: Mapping[str, str]) -> Sending:
    """Look at every letter once, and keep what matters of it without its bytes."""
    found = Sending()
    letters: dict[str, Returnable] = {}
    for records in dead.polls():
        for record in records:
            found.read += 1
            try:
                letter = read_letter(record.value)
            except Poison:
                found.unreadable += 1
            else:
                letters.setdefault(letter.id, returnable(letter, names))
    found.letters = list(letters.values())
    return found


@dataclass(slots=True)
class _Sender:
    """Sends letters back, and notes which."""

    publisher: Publisher
    names: Mapping[str, str]
    clock: Clock
    progress: Progress | None

    def send(self, dead: History, chosen: set[str]) -> int:
        """Send the letters with these ids; return how many there still were."""
        left = set(chosen)
        for records in dead.polls() if chosen else ():
            going: dict[str, DeadLetter] = {}
            for record in records:
                try:
                    letter = read_letter(record.value)
                except Poison:
                    continue
                if letter.id in left:
                    going[letter.id] = letter
            left -= going.keys()
            letters = list(going.values())
            for start in range(0, len(letters), _BATCH):
                self._send(letters[start : start + _BATCH])
            if self.progress is not None:
                self.progress(len(chosen) - len(left), len(chosen), len(chosen) - len(left))
            if not left:
                break
        return len(chosen) - len(left)

    def _send(self, letters: list[DeadLetter]) -> None:
        self.publisher.publish(
            Message(self.names[one.origin], one.key or "", one.payload, headers_of(one)) for one in letters
        )
        note = orjson.dumps({"sent_at": ms(self.clock.now())})
        self.publisher.publish(Message(_MEMORY, _PREFIX + one.id, note) for one in letters)
