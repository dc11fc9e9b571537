"""From a query as people write it, in Lucene's syntax, to its tree.

NOT binds tightest, then AND, then OR; terms side by side are alternatives, so `a NOT b` is `a OR NOT b`. In a row of
terms side by side `-x` excludes and `+x` is required, as in Kibana: `acme phone -job` is `(acme OR phone) AND NOT job`.
Operators are upper case; `and`, `or`, `not` are words. A word that holds several (`coca-cola`, `acme.com`, `愛客美`)
is a phrase of them. A query of exclusions alone is a query too: it matches every post that it does not exclude.
"""

import re
from typing import NoReturn, cast

from luqum import tree as luqum
from luqum.thread import parse as luqum_parse

from schemas.errors import QueryError
from schemas.query.fields import read_number, read_value
from schemas.query.grammar import check
from schemas.query.signs import address_refused, plain, signs
from schemas.query.tree import And, FieldIs, FieldName, Followers, Meant, Near, Node, Not, Or, Phrase, Prefix, Query
from schemas.text import fold, has_address, index_text, is_spaceless, tokens

_WILDCARD = re.compile(r"\\.|([*?])", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Fields that are numbers, with one for a hint.
_NUMBERS: dict[str, tuple[type[Followers] | type[Meant], int]] = {"followers": (Followers, 1000), "meant": (Meant, 70)}


def parse_query(text: str) -> Query:
    """Return the query. Raises QueryError, which says what is wrong, where, and what to write instead."""
    readable = plain(text)
    try:
        check(readable, signs(readable))
        root = _Reader(readable).node(luqum_parse(readable), None)
    except QueryError as error:
        raise QueryError(error.problem, text, error.at, error.hint) from None
    return Query(text, root)


def _joined(kind: type[And] | type[Or], nodes: list[Node]) -> Node:
    """Return one node for all of them, without a node of a kind directly inside another of that kind."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, kind) else [node])
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


class _Reader:
    """Turns luqum's tree of one query into ours."""

    def __init__(self, text: str) -> None:
        self.text = text

    def refuse(self, problem: str, at: int, hint: str = "") -> NoReturn:
        raise QueryError(problem, self.text, at, hint) from None

    def node(self, item: luqum.Item, field: str | None) -> Node:
        """Return the node for an item; `field` is the field that it stands in."""
        if isinstance(item, luqum.BaseGroup):
            return self.node(item.expr, field)
        if isinstance(item, luqum.SearchField):
            return self.node(item.expr, item.name)
        if isinstance(item, luqum.AndOperation):
            return _joined(And, [self.node(child, field) for child in item.operands])
        if isinstance(item, luqum.OrOperation):
            return _joined(Or, [self.node(child, field) for child in item.operands])
        if isinstance(item, luqum.UnknownOperation):
            return self.row(item.operands, field)
        if isinstance(item, luqum.Not | luqum.Prohibit):
            return Not(self.node(item.a, field))
        if isinstance(item, luqum.Plus):
            return self.node(item.a, field)
        return self.text_node(item) if field is None else self.field_test(item, field)

    def row(self, items: list[luqum.Item], field: str | None) -> Node:
        """Return the node for terms side by side."""
        excluded = [self.node(item, field) for item in items if isinstance(item, luqum.Prohibit)]
        required = [item for item in items if isinstance(item, luqum.Plus)]
        others = [item for item in items if not isinstance(item, luqum.Plus | luqum.Prohibit)]
        if required and others:
            self.refuse("beside a +word this changes nothing", others[0].pos, "write AND or OR between all of them")
        wanted = [self.node(item, field) for item in required or others]
        return _joined(And, [*([_joined(And if required else Or, wanted)] if wanted else []), *excluded])

    def text_node(self, item: luqum.Item) -> Node:
        at, end = item.span()
        if isinstance(item, luqum.Word):
            return self.word(item.value, at, end)
        phrase = item.term.value if isinstance(item, luqum.Proximity) else item.value
        inner = phrase[1:-1]
        for found in _WILDCARD.finditer(inner):
            if found[1] == "*":
                self.refuse("inside quotes * stands for nothing", at + 1 + found.start(), "job* only without quotes")
        words = self.words(inner, at)
        if isinstance(item, luqum.Phrase):
            return Phrase(words, start=at, end=end)
        phrases = tuple(dict.fromkeys(self.words(chunk, at) for chunk in inner.split() if index_text(chunk)))
        if len(phrases) == 1:
            return Phrase(phrases[0], start=at, end=end)
        return Near(phrases, item.degree, start=at, end=end)

    def word(self, raw: str, at: int, end: int) -> Node:
        wildcard = next((found for found in _WILDCARD.finditer(raw) if found[1]), None)
        if wildcard is None:
            return Phrase(self.words(raw, at), start=at, end=end)
        if raw == "*":
            self.refuse("* alone would be every post", at, "write the start of a word before it: job*")
        if wildcard[1] == "?":
            self.refuse("? does not stand for a letter", at + wildcard.start(), 'write the spellings; a real ?: "why?"')
        if wildcard.start() == 0:
            self.refuse("a word cannot begin with *", at, "write how the word begins: job*")
        if wildcard.end() < len(raw):
            self.refuse("* stands only at the end of a word", at + wildcard.start(), "write how the word begins: job*")
        begun = raw[:-1]
        words = self.words(begun, at)
        folded = fold(_ESCAPED.sub(r"\1", begun))
        last = list(tokens(folded))[-1]
        if last.end < len(folded) or (len(words) == len(last.word) == 1 and not is_spaceless(last.word)):
            self.refuse("* needs two letters before it (one in Chinese or Japanese)", at + wildcard.start(), "job*")
        return Prefix(words, start=at, end=end)

    def words(self, raw: str, at: int) -> tuple[str, ...]:
        unescaped = _ESCAPED.sub(r"\1", raw)
        if has_address(unescaped):
            raise QueryError(*address_refused(self.text, at))
        words = tuple(index_text(unescaped, sigils=True).split(" "))
        if words == ("",):
            self.refuse("there is no letter, digit or emoji here to search for", at)
        return words

    def field_test(self, item: luqum.Item, field: str) -> Node:
        at, end = item.span()
        try:
            if isinstance(item, luqum.Word | luqum.Phrase):
                raw = item.value[1:-1] if isinstance(item, luqum.Phrase) else item.value
                value = _ESCAPED.sub(r"\1", raw)
                if field not in _NUMBERS:
                    name = cast(FieldName, field)
                    return FieldIs(name, read_value(name, value), start=at, end=end)
                number = read_number(value)
                if number is None:
                    raise ValueError(f"write a number, or a range: {field}:>{_NUMBERS[field][1]}")
                return _NUMBERS[field][0](number, number, start=at, end=end)
            if isinstance(item, luqum.Proximity):
                raise ValueError("~ is for words of the text")
            if field not in _NUMBERS:
                raise ValueError("only followers and meant have ranges")
            low, high = self.bounds(item)
        except ValueError as error:
            self.refuse(f"this is no value for {field}", at, str(error))
        if low is not None and high is not None and low > high:
            self.refuse("no number is in this range", at, "write the smaller number first")
        return _NUMBERS[field][0](low, high, start=at, end=end)

    @staticmethod
    def bounds(item: luqum.Item) -> tuple[int | None, int | None]:
        """Return the lowest and the highest number in a range."""
        if isinstance(item, luqum.Range):
            low, high = read_number(item.low.value), read_number(item.high.value)
            low = low if low is None or item.include_low else low + 1
            return low, high if high is None or item.include_high else high - 1
        bound = read_number(item.a.value)
        if bound is None:
            raise ValueError("write a number in digits: 1000")
        if isinstance(item, luqum.From):
            return bound if item.include else bound + 1, None
        return None, bound if item.include else bound - 1
