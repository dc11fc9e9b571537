"""What a worker has published last: whose engagement is worth publishing too, and which records say nothing new."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from schemas.mention import BrandMatch

REMEMBERED = 50_000  # mentions; some 15 MB


@dataclass(slots=True)
class Publication:
    """One mention as it was published last: the digest of the record that showed it, and its brands then."""

    digest: str
    brands: list[BrandMatch]
    page: int


class Change(NamedTuple):
    """A page to be saved under its number; None: the page is no longer needed."""

    page: int
    value: bytes | None


class Publications:
    """The mentions published last, at most `limit` and some of the newest page, oldest forgotten first.

    They are saved as pages, one for what each batch added, so that a batch costs what it added and not the whole set.
    """

    def __init__(self, limit: int = REMEMBERED) -> None:
        """Begin with nothing published."""
        self._limit = limit
        self._known: dict[str, Publication] = {}
        self._pages: deque[tuple[int, list[str]]] = deque()
        self._fresh: list[str] = []
        self.first, self.next = 0, 0

    def __len__(self) -> int:
        """Return how many mentions are remembered."""
        return len(self._known)

    def find(self, mention_id: str) -> Publication | None:
        """Return how a mention was published last; None when it never was, or too long ago."""
        return self._known.get(mention_id)

    def add(self, mention_id: str, digest: str, brands: list[BrandMatch]) -> None:
        """Remember a mention as it is about to be published."""
        self._known[mention_id] = Publication(digest, brands, self.next)
        self._fresh.append(mention_id)

    def turn_page(self) -> list[Change]:
        """Close the page of what was added, and return what is to be saved: with the position, after the messages."""
        changes = []
        if self._fresh:
            ids = list(dict.fromkeys(self._fresh))
            value = {name: [self._known[name].digest, _plain(self._known[name].brands)] for name in ids}
            changes.append(Change(self.next, orjson.dumps(value)))
            self._turn(ids)
        while len(self._known) > self._limit and len(self._pages) > 1:
            number, ids = self._pages.popleft()
            self.first = number + 1
            for name in ids:
                if self._known[name].page == number:  # else a later page has it too
                    del self._known[name]
            changes.append(Change(number, None))
        return changes

    def load(self, first: int, until: int, pages: Mapping[int, bytes]) -> None:
        """Remember what was saved, from page `first` up to but without `until`. Later ones belong to a batch whose
        position was never saved; it comes again."""
        self.first = self.next = first
        for number in range(first, until):
            self.next = number
            saved = orjson.loads(pages.get(number, b"{}"))
            for name, (digest, brands) in saved.items():
                self._known[name] = Publication(digest, _brands(brands), number)
            self._turn(list(saved))

    def _turn(self, ids: list[str]) -> None:
        self._pages.append((self.next, ids))
        self._fresh = []
        self.next += 1


def _plain(brands: Iterable[BrandMatch]) -> list[tuple[str, str]]:
    return [(brand.id, brand.query_version) for brand in brands]


def _brands(saved: Iterable[tuple[str, str]]) -> list[BrandMatch]:
    return [BrandMatch(id=name, query_version=version) for name, version in saved]
