"""How the signs of a query may follow each other.

luqum gives no place when a query ends too early, and its grammar reads some rows of signs otherwise than people mean
them. Here they are refused with their place; what is left, luqum reads as it is meant.
"""

from dataclasses import dataclass, field

from schemas.errors import QueryError
from schemas.query.fields import check_name
from schemas.query.signs import Kind, Sign

MAX_DEPTH = 50

_AWAITS: frozenset[Kind] = frozenset({"(", "AND", "OR", "NOT", "+", "-", "field"})
_BEGINS: frozenset[Kind] = frozenset({"word", "phrase", "field", "range", "(", "NOT", "+", "-"})
_PREFIXES: frozenset[Kind] = frozenset({"NOT", "+", "-", "field"})
_VALUES: frozenset[Kind] = frozenset({"word", "phrase", "range", "("})


@dataclass(slots=True)
class _Level:
    """One pair of brackets, or what is outside all of them; `joints` is how its operands are joined."""

    opened: int
    in_field: bool
    joints: set[str] = field(default_factory=set)
    marked: int | None = None  # where its first + or - is


def check(query: str, signs: list[Sign]) -> None:
    """Refuse what is no query. Raises QueryError; at an unexpected end the caret is under what was left open."""
    if not signs:
        raise QueryError("it is empty", query, 0, 'write words, for example: acme OR "acme phone"')
    levels = [_Level(0, in_field=False)]
    previous: Sign | None = None
    prefixes = 0  # how many NOT + - and fields stand before the operand to come
    for sign in signs:
        level = levels[-1]
        prefixes = prefixes + 1 if sign.kind in _PREFIXES else 0
        if len(levels) + prefixes > MAX_DEPTH:
            raise QueryError(f"it is nested more than {MAX_DEPTH} deep", query, sign.start, "use fewer brackets")
        awaited = previous is None or previous.kind in _AWAITS
        _check_pair(query, previous, sign)
        if sign.kind in _BEGINS and not awaited:
            level.joints.add("side")
        if sign.kind in ("AND", "OR"):
            level.joints.add(sign.kind)
        elif sign.kind in ("+", "-") and level.marked is None:
            level.marked = sign.start
        elif sign.kind == "field":
            if level.in_field or (previous is not None and previous.kind == "field"):
                raise QueryError("a field inside a field", query, sign.start, "lang:en AND site:acme.com")
            check_name(query, sign)
        elif sign.kind == "range" and not level.in_field and (previous is None or previous.kind != "field"):
            raise QueryError("a range without a field", query, sign.start, "followers:>1000")
        elif sign.kind == "(":
            levels.append(_Level(sign.start, level.in_field or (previous is not None and previous.kind == "field")))
        elif sign.kind == ")":
            if len(levels) == 1:
                raise QueryError("this bracket was never opened", query, sign.start)
            _check_marks(query, levels.pop())
        previous = sign
    _check_end(query, previous, levels)


def _check_pair(query: str, previous: Sign | None, sign: Sign) -> None:
    """Refuse a sign that cannot follow the previous one."""
    before = previous.kind if previous is not None else None
    if previous is not None and before == "field" and sign.kind not in _VALUES | {"field"}:
        raise QueryError("no value follows this field", query, previous.start, "lang:en; to exclude, NOT lang:en")
    if previous is not None and before in ("+", "-") and (previous.end < sign.start or sign.kind in ("+", "-")):
        raise QueryError(f"{before} belongs directly before a word", query, previous.start, "or write AND, NOT")
    if sign.kind in ("AND", "OR") and (previous is None or before in _AWAITS):
        raise QueryError(f"{sign.kind} has nothing before it", query, sign.start, _lower_hint(sign))
    if sign.kind == ")" and previous is not None:
        if before == "(":
            raise QueryError("there is nothing between these brackets", query, previous.start)
        if before in _AWAITS:
            raise QueryError(f"{previous.text} has nothing behind it", query, previous.start, _lower_hint(previous))
    if sign.kind == "~" and before == "word":
        raise QueryError("similar spellings (~) are not found", query, sign.start, "write them: acme OR akme")
    if sign.kind == "~" and (before != "phrase" or not sign.text[1:].isdecimal() or len(sign.text) > 5):
        problem = "~ needs a phrase before it and a whole number up to 9999 behind it"
        raise QueryError(problem, query, sign.start, '"acme phone"~3')


def _check_marks(query: str, level: _Level) -> None:
    """`a -b` and `a AND -b` are clear; together with other joints nobody knows what is excluded from what."""
    if level.marked is not None and ("OR" in level.joints or {"AND", "side"} <= level.joints):
        raise QueryError("+ and - do not go with OR", query, level.marked, "write (a OR b) AND NOT c")


def _check_end(query: str, last: Sign | None, levels: list[_Level]) -> None:
    if last is not None and last.kind in _AWAITS and last.kind != "(":
        what = "no value follows this field" if last.kind == "field" else f"{last.text} has nothing behind it"
        raise QueryError(what, query, last.start, _lower_hint(last))
    if len(levels) > 1:
        raise QueryError("this bracket is never closed", query, levels[-1].opened, "write a ) where it ends")
    _check_marks(query, levels[0])


def _lower_hint(operator: Sign) -> str:
    return f'for the word itself write "{operator.text.lower()}"' if operator.text.isalpha() else ""
