"""The signs a query is written with, and what cannot be one of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from luqum.exceptions import IllegalCharacterError
from luqum.parser import lexer as luqum_lexer

from schemas.errors import QueryError

Kind = Literal["word", "phrase", "field", "range", "(", ")", "AND", "OR", "NOT", "+", "-", "~"]

MAX_WORDS = 10_000  # luqum copies a row of operands for each one that it adds

# One for one, so that offsets stay: full-width forms, the ideographic space, every kind of quote.
_PLAIN: dict[int, int | str] = {point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_PLAIN |= dict.fromkeys(map(ord, "“”„‟«»「」『』"), '"') | dict.fromkeys(map(ord, "‘’‛"), "'")

_KINDS: dict[str, Kind] = {
    "PHRASE": "phrase", "LPAREN": "(", "RPAREN": ")", "AND_OP": "AND", "OR_OP": "OR", "NOT": "NOT", "PLUS": "+",
    "MINUS": "-", "APPROX": "~",
}  # fmt: skip
_SCHEME = re.compile(r"https?:$", re.IGNORECASE)
_NO_REGEX = ("regular expressions are not supported", "write the words, or the start of a word: job*")
_REFUSED = {
    "REGEX": _NO_REGEX,
    "BOOST": ("a boost (^) is not supported: a post matches or it does not", "leave it out"),
    "COLUMN": ("there is no field before this colon", 'to search for a colon, quote it: "a:b"'),
    "TO": ("TO stands only in a range", 'followers:[10 TO 20]; for the word write "to"'),
    "RBRACKET": ("there is no range that this bracket closes", "followers:[10 TO 20]"),
}
_ILLEGAL = {
    '"': ("this quote is never closed", 'write a second " behind the phrase'),
    "/": _NO_REGEX,
    "'": ("a single quote does not begin a phrase", 'use double quotes: "acme phone"'),
    "\\": ("nothing follows this backslash", "leave it out"),
}
_RANGE_HINT = "followers:[10 TO 20], followers:>1000 or followers:<=50"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of the query: `text` as written (a field without its colon), from `start` to `end`."""

    kind: Kind
    text: str
    start: int
    end: int


def plain(text: str) -> str:
    """Return the query with curly quotes and full-width signs made plain, as many code points as before."""
    return text.translate(_PLAIN)


def signs(text: str) -> list[Sign]:
    """Split a query into its signs. Raises QueryError where there is something that cannot be read."""
    raw = list(_lexed(text))
    found: list[Sign] = []
    at = 0
    while at < len(raw):
        name, start, end = raw[at]
        if name in ("TERM", "PHRASE") and at + 1 < len(raw) and raw[at + 1][0] == "COLUMN":
            found.append(Sign("field", text[start:end], start, raw[at + 1][2]))
            at += 2
            continue
        length = 1
        if name == "LBRACKET":
            length = _range_length(text, [part[0] for part in raw[at : at + 7]], start)
        elif name in ("LESSTHAN", "GREATERTHAN"):
            length = 2
            if at + 1 == len(raw) or raw[at + 1][0] != "TERM":
                raise QueryError("no number follows", text, start, _RANGE_HINT)
        if length > 1:
            end = raw[at + length - 1][2]
            found.append(Sign("range", text[start:end], start, end))
        elif name in _REFUSED:
            _refuse(text, start, *_REFUSED[name])
        elif name == "TERM":
            _check_word(text, start, end)
            found.append(Sign("word", text[start:end], start, end))
        else:
            found.append(Sign(_KINDS[name], text[start:end], start, end))
        at += length
    return found


def _lexed(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield luqum's own tokens: name, start, end."""
    lexer = luqum_lexer.clone()  # the module's own is shared by all threads
    lexer.input(text)
    count = 0
    while True:
        try:
            token = lexer.token()
        except IllegalCharacterError:
            at = lexer.lexpos
            _refuse(text, at, *_ILLEGAL.get(text[at], ("this character cannot be read here", "quote the phrase")))
        if token is None:
            return
        count += token.type in ("TERM", "PHRASE")
        if count > MAX_WORDS:
            raise QueryError(f"it has more than {MAX_WORDS} words", text, token.lexpos, "make it two queries")
        yield token.type, token.lexpos, token.lexpos + token.value.size


def _refuse(text: str, at: int, problem: str, hint: str) -> NoReturn:
    scheme = _SCHEME.search(text, 0, at)
    if text[at] == "/" and scheme:
        raise QueryError(*address_refused(text, scheme.start())) from None
    raise QueryError(problem, text, at, hint) from None


def address_refused(text: str, at: int) -> tuple[str, str, int, str]:
    """Return what is said of a web address in a query, wherever it is met."""
    return "a web address is not searched for", text, at, "its site is: site:acme.com"


def _range_length(text: str, names: list[str], start: int) -> int:
    """Return of how many signs the range consists that begins with the first of them."""
    if "RBRACKET" not in names:
        raise QueryError("this bracket is never closed", text, start, _RANGE_HINT)
    if names[1] != "TERM" or names[2] != "TO" or names[3] != "TERM" or names[4] != "RBRACKET":
        raise QueryError("this is not a range", text, start, _RANGE_HINT)
    return 5


def _check_word(text: str, start: int, end: int) -> None:
    word = text[start:end]
    if word[0] == "!":
        raise QueryError("! is not an operator here", text, start, "write NOT before the word")
    for sign, name in (("&&", "AND"), ("||", "OR")):
        if sign in word:
            raise QueryError(f"{sign} is not an operator here", text, start + word.index(sign), f"write {name}")
    quote = word.replace('\\"', "__").find('"')
    if quote >= 0:
        raise QueryError("a quote inside a word", text, start + quote, "put a space before it, or close it")
