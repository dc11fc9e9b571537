"""The matcher: which of many brands a post is about.

Each query is reduced to its literals: words of which at least one must stand in any text that it matches. One automaton
finds the literals of all queries in one pass over the words of a post, and only the queries with a literal found are
evaluated. So the time for a post does not grow with the number of queries, only with the number that nearly match.
"""

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick

from ingest.literals import literals
from schemas.brand import Brand
from schemas.errors import QueryError
from schemas.mention import BrandMatch
from schemas.post import PostEvent
from schemas.query.evaluate import truth
from schemas.query.parse import parse_query
from schemas.query.subject import Subject
from schemas.query.tree import SIGILS, Node


class Matcher:
    """Matches posts against the queries of all brands. Raises QueryError, naming the brand, for one it cannot read."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._brands = [BrandMatch(id=brand.id, query_version=brand.query_version) for brand in brands]
        self._roots = [_root(brand) for brand in brands]
        self._always: list[int] = []  # queries that can match without any word found, such as lang:en
        found_by: dict[str, list[int]] = {}
        for index, root in enumerate(self._roots):
            needed = literals(root)
            if needed is None:
                self._always.append(index)
            for literal in needed or ():
                found_by.setdefault(literal, []).append(index)
        self._found_by = list(found_by.values())
        self._find = AhoCorasick(found_by).find_matches_as_indexes
        self._sigils = any(literal[1] in SIGILS for literal in found_by)

    def match(self, post: PostEvent) -> list[BrandMatch]:
        """Return the brands whose query the post matches, in the order of the brands. A deletion is about none."""
        if post.op == "delete":
            return []
        subject = Subject.of(post)
        words = subject.bare
        if self._sigils and subject.written != words:
            words += subject.written  # two spaces between them, so that no literal reaches across
        hits = self._find(words, overlapping=True)
        if not hits and not self._always:
            return []
        candidates = set(self._always)
        for literal, _, _ in hits:
            candidates.update(self._found_by[literal])
        return [self._brands[index] for index in sorted(candidates) if truth(self._roots[index], subject)]


def _root(brand: Brand) -> Node:
    try:
        return parse_query(brand.query).root
    except QueryError as error:
        raise QueryError(f"brand {brand.id}: {error.problem}", error.query, error.at, error.hint) from None
