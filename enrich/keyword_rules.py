"""The brands' own rules, asked of each document: which of them does a mention meet?"""

from collections.abc import Sequence

from schemas.brand import Brand
from schemas.errors import QueryError
from schemas.mention import Mention
from schemas.query.evaluate import truth
from schemas.query.parse import parse_query
from schemas.query.subject import Subject
from schemas.query.tree import Node


class KeywordRules:
    """The rules of all brands, ready to be asked. Raises QueryError, naming brand and rule, for one it cannot read."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._roots = {
            brand.id: [(rule.name, _root(brand.id, rule.name, rule.query)) for rule in brand.rules]
            for brand in brands
            if brand.rules
        }

    def met(self, mention: Mention) -> dict[str, list[str]]:
        """Return, for each brand of the mention of which it meets a rule, the names of those rules.

        As with a brand's query, what the post does not say is unknown, and unknown does not match.
        """
        asked = [match.id for match in mention.brands if match.id in self._roots]
        if not asked:
            return {}
        subject = Subject.of(mention)
        found = {brand: [name for name, root in self._roots[brand] if truth(root, subject)] for brand in asked}
        return {brand: names for brand, names in found.items() if names}


def _root(brand: str, rule: str, query: str) -> Node:
    try:
        return parse_query(query).root
    except QueryError as error:
        raise QueryError(f"rule {rule!r} of brand {brand}: {error.problem}", query, error.at, error.hint) from None
