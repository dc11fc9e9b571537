"""The open mentions of one batch: state, the document as stored, and what has changed."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from enrich.state import Table
from enrich.virality import MentionState
from schemas.mention import Mention
from sinks.sqlite.store import SqliteStore

_REMEMBERED = 2_000  # recent mentions kept whole, so that a cascade does not read its root anew each time


@dataclass(slots=True)
class OpenMention:
    """One mention under work: `stored` is its document as the store holds it, None before it was ever stored."""

    state: MentionState
    stored: Mention | None

    @property
    def is_ours(self) -> bool:
        """Say whether a post event that matched a brand is known: else only others' words point to it."""
        content = self.state.registers.content
        return self.stored is not None or (content is not None and bool(content.brands))


class OpenMentions:
    """Loads mentions from the store, remembers recent ones, and knows which were touched since the last commit."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._sides: Table = store.state().table("mentions")
        self._recent: OrderedDict[str, OpenMention] = OrderedDict()
        self._touched: dict[str, OpenMention] = {}

    def find(self, mention_id: str) -> OpenMention | None:
        """Return a mention that anything is known of, or None."""
        opened = self._touched.get(mention_id) or self._recent.get(mention_id)
        if opened is None:
            side = self._sides.get(mention_id)
            if side is None:
                return None
            stored = self._store.document(mention_id)
            opened = OpenMention(MentionState.load(side, stored), stored)
            self._remember(mention_id, opened)
        return opened

    def touch(self, mention_id: str) -> OpenMention:
        """Return a mention to be changed, new if nothing is known of it yet."""
        opened = self.find(mention_id) or OpenMention(MentionState(), None)
        self._touched[mention_id] = opened
        return opened

    def touched(self) -> Iterator[tuple[str, OpenMention]]:
        """Yield what was touched since the last `settle`, in order of first touch."""
        yield from self._touched.items()

    def settle(self) -> None:
        """Hand the changed states to the store's tables; call inside the transaction that stores the documents."""
        for mention_id, opened in self._touched.items():
            self._sides.put(mention_id, opened.state.side())
            self._remember(mention_id, opened)
        self._touched.clear()

    def forget(self, mention_id: str) -> None:
        """Drop all that is known of a mention."""
        self._recent.pop(mention_id, None)
        self._sides.delete(mention_id)

    def _remember(self, mention_id: str, opened: OpenMention) -> None:
        self._recent[mention_id] = opened
        self._recent.move_to_end(mention_id)
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
