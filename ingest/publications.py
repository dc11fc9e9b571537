"""What a worker has published last: whose engagement is worth publishing too, and which records say nothing new."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from schemas.mention import BrandMatch

REMEMBERED = 50_000  # mentions; some 30 MB


class Origin(NamedTuple):
    """What it takes to withdraw a mention on the day that its author is gone; `version` is that of its last state."""

    source: str
    author_id: str
    native_id: str
    version: int


@dataclass(slots=True)
class Publication:
    """One mention as it was published last: the digest of the record that showed it, its brands then, and where it
    comes from, if its author is known."""

    digest: str
    brands: list[BrandMatch]
    page: int
    origin: Origin | None = None


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
        self._written: dict[tuple[str, str], set[str]] = {}
        self._pages: deque[tuple[int, list[str]]] = deque()
        self._fresh: list[str] = []
        self.first, self.next = 0, 0

    def __len__(self) -> int:
        """Return how many mentions are remembered."""
        return len(self._known)

    def find(self, mention_id: str) -> Publication | None:
        """Return how a mention was published last; None when it never was, or too long ago."""
        return self._known.get(mention_id)

    def written_by(self, source: str, author_id: str) -> list[str]:
        """Return the ids of the mentions of an author that are remembered, sorted."""
        return sorted(self._written.get((source, author_id), ()))

    def add(self, mention_id: str, digest: str, brands: list[BrandMatch], origin: Origin | None = None) -> None:
        """Remember a mention as it is about to be published."""
        self._learn(mention_id, Publication(digest, brands, self.next, origin))
        self._fresh.append(mention_id)

    def turn_page(self) -> list[Change]:
        """Close the page of what was added, and return what is to be saved: with the position, after the messages."""
        changes = []
        if self._fresh:
            ids = list(dict.fromkeys(self._fresh))
            value = {name: _saved(self._known[name]) for name in ids}
            changes.append(Change(self.next, orjson.dumps(value)))
            self._turn(ids)
        while len(self._known) > self._limit and len(self._pages) > 1:
            number, ids = self._pages.popleft()
            self.first = number + 1
            for name in ids:
                if self._known[name].page == number:  # else a later page has it too
                    self._forget(name)
            changes.append(Change(number, None))
        return changes

    def load(self, first: int, until: int, pages: Mapping[int, bytes]) -> None:
        """Remember what was saved, from page `first` up to but without `until`. Later ones belong to a batch whose
        position was never saved; it comes again."""
        self.first = self.next = first
        for number in range(first, until):
            self.next = number
            saved = orjson.loads(pages.get(number, b"{}"))
            for name, (digest, brands, *origin) in saved.items():
                self._learn(name, Publication(digest, _brands(brands), number, Origin(*origin) if origin else None))
            self._turn(list(saved))

    def _learn(self, name: str, publication: Publication) -> None:
        if name in self._known:
            self._forget(name)
        self._known[name] = publication
        if publication.origin is not None:
            self._written.setdefault(publication.origin[:2], set()).add(name)

    def _forget(self, name: str) -> None:
        origin = self._known.pop(name).origin
        if origin is not None:
            others = self._written[origin[:2]]
            others.discard(name)
            if not others:
                del self._written[origin[:2]]

    def _turn(self, ids: list[str]) -> None:
        self._pages.append((self.next, ids))
        self._fresh = []
        self.next += 1


def _saved(publication: Publication) -> list[object]:
    brands = [(brand.id, brand.query_version) for brand in publication.brands]
    return [publication.digest, brands, *(publication.origin or ())]


def _brands(saved: Iterable[tuple[str, str]]) -> list[BrandMatch]:
    return [BrandMatch(id=name, query_version=version) for name, version in saved]
