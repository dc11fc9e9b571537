"""What an ingest worker does with a batch of records: recognise, publish, and remember what was published.

Whoever uses it keeps a place of its own beside: where in a recording, or behind which cursors.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.embedded import Read
from ingest.publications import Publications
from ingest.publisher import Message
from ingest.recognition import Recognition
from schemas.brand import Brand
from schemas.codec import encode
from schemas.dead_letter import dead_letter
from schemas.errors import Poison
from schemas.wire import from_ms

POSITIONS = "positions.v1"


@dataclass(slots=True)
class Batch:
    """What a batch comes to. `messages` are to be published in this order; `published` counts posts, edits and
    deletions among them, `duplicates` the matched records that say nothing new."""

    messages: list[Message] = field(default_factory=list)
    matched: int = 0
    published: int = 0
    duplicates: int = 0
    dead: Counter[str] = field(default_factory=Counter)

    def sent(self) -> Counter[str]:
        """Return how many messages go to each topic."""
        return Counter(message.topic for message in self.messages)


class Publishing:
    """Turns records into messages, and remembers under `key` in positions.v1 which mentions those were."""

    def __init__(
        self, brands: Sequence[Brand], key: str, first: int, until: int, saved: Mapping[str, bytes], latest_ms: int = 0
    ) -> None:
        """Remember the pages `first` up to but without `until` of `saved`, the newest values of positions.v1.

        `latest_ms` is the highest event time so far, which dead letters get: the stream's own time, so that the same
        input leaves the same ones. Raises QueryError for a bad brand query.
        """
        self._key = key
        self.latest_ms = latest_ms
        self._publications = Publications()
        pages = {number: saved[self._page(number)] for number in range(first, until) if self._page(number) in saved}
        self._publications.load(first, until, pages)
        self._recognition = Recognition(brands, self._publications)

    @property
    def pages(self) -> tuple[int, int]:
        """Return the first page that is needed, and the one that comes next: to be saved with the place."""
        return self._publications.first, self._publications.next

    def hear(self, reads: Iterable[Read], origin: str) -> Batch:
        """Return what records of the input `origin` come to."""
        batch = Batch()
        for record, parsed in reads:
            try:
                if isinstance(parsed, Poison):
                    raise parsed
                heard = self._recognition.hear(record, parsed, origin)
            except Poison as poison:
                batch.dead[poison.reason] += 1
                letter = dead_letter(
                    poison, record.payload, origin=origin, position=str(record.number), stage="parse",
                    at=from_ms(self.latest_ms),
                )  # fmt: skip
                batch.messages.append(Message("dead.v1", letter.id, encode(letter)))
                continue
            self.latest_ms = max(self.latest_ms, heard.latest_ms)
            batch.matched += heard.matched
            batch.duplicates += heard.matched and not heard.messages
            batch.published += heard.mentions
            batch.messages += heard.messages
        return batch

    def turn_page(self) -> list[Message]:
        """Return what is to be saved of what was heard since the last call: after its messages, before the place."""
        return [Message(POSITIONS, self._page(change.page), change.value) for change in self._publications.turn_page()]

    def _page(self, number: int) -> str:
        return f"{self._key}#{number}"
