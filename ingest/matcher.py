"""The matcher: which of many brands a post is about.

Each query is reduced to its literals: words of which at least one must stand in any text that it matches. One automaton
finds the literals of all queries in one pass over the words of a post, and only the queries with a literal found are
evaluated. So the time for a post does not grow with the number of queries, only with the number that nearly match.
"""

from collections.abc import Callable, Sequence

from ahocorasick_rs import AhoCorasick

from ingest.literals import literals
from schemas.brand import Brand
from schemas.errors import QueryError
from schemas.mention import BrandMatch, RawMention
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

    def mention(self, post: PostEvent, raw_ref: str, brands_of: Callable[[str], list[BrandMatch]]) -> RawMention | None:
        """Return the post with the brands it is about; None for a new post that is about none.

        `brands_of` gives the brands of a mention that is known by its id: a repost without words of its own is about
        those of its original. `raw_ref` is kept where the source gave none.
        """
        brands = self.match(post)
        if not brands and post.kind == "repost" and post.repost_of and post.text is None and post.op != "delete":
            brands = brands_of(post.repost_of)
        if not brands and post.op == "create":
            return None
        # An edit or a deletion may be of a mention that is not known here, or not yet: those behind us find out.
        fields = {**post.__dict__, "brands": brands, "raw_ref": post.raw_ref or raw_ref}
        return RawMention.trusted(fields, post.model_extra)


def _root(brand: Brand) -> Node:
    try:
        return parse_query(brand.query).root
    except QueryError as error:
        raise QueryError(f"brand {brand.id}: {error.problem}", error.query, error.at, error.hint) from None
