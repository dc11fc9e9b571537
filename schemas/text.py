"""The one text normaliser: which words a text has, for the matcher, SQLite's FTS5 and Elasticsearch alike.

A text is folded (`schemas.folding`) and cut into tokens:

- A word is a run of letters, digits and `_`. A `'` or `$` between two letters does not end it ("don't", "we$t"); the
  English genitive `'s` is dropped, so that "Acme's" is `acme`. Hyphens, dots and all other signs end a word.
- In scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each character, with its marks, is a
  token; a name is then a phrase of them. Korean has spaces: its words are words.
- A `$`, `#` or `@` directly before a word is the word's sigil, unless a word ends before it or before a row of them.
- An emoji is a token; a flag is one, a family or a skin tone is that of its parts.
- A web address that has a scheme, `www.` or a path has no words ("t.co/T" is not T; posts carry their links apart);
  "acme.com" has two.

`index_text` writes the tokens with single spaces between them, so that any analyzer that splits at spaces sees exactly
these: Elasticsearch's `whitespace`, and FTS5's `unicode61` when given `FTS5_TOKENIZER`. It does so without sigils
(`T` finds "T", "$T", "#T") and with them (`$T` finds only the cashtag), at the same positions.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from schemas.folding import Folded, fold

__all__ = [
    "FTS5_TOKENIZER",
    "Folded",
    "Token",
    "fold",
    "has_address",
    "index_text",
    "is_spaceless",
    "tokens",
    "without_sigils",
]

FTS5_TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
"""For `tokenize=` of an FTS5 table: every code point but a space is part of a token."""

# A longer run is cut. With the three signs that may join runs, no token is longer than 255, where Elasticsearch cuts.
_RUN = 60
_JOINED = 3

_SHORT = 1_000  # characters: of longer texts four thousand would take much memory

_SPACELESS_BLOCKS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))  # Thai, Lao, Burmese, Khmer
_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\U0001aff0-\U0001b16f"
    "\u3105-\u312f\u31a0-\u31bf"
)
# Where the alphabets are, the CJK blocks left out; beyond the BMP, where rare scripts are, whole blocks of letters.
_ALPHABET_BLOCKS = (
    (0x80, 0x0DFF),
    (0x0F00, 0x0FFF),
    (0x10A0, 0x177F),
    (0x1800, 0x2DFF),
    (0xA000, 0xABFF),
    (0xFB00, 0xFFEF),
)
_OTHER_LETTERS = "\uac00-\ud7ff\U00010000-\U0001afef\U0001b170-\U0001cfff\U0001e000-\U0001efff"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff]"
)
_ADDRESS_REST = r"[!#-'*+\--;=?-~]*"
# A sign that says whether it is worth looking, and the web addresses to look for.
_ADDRESSES = (
    ("://", re.compile(rf"https?://{_ADDRESS_REST}")),
    ("www.", re.compile(rf"(?<![a-z0-9_.@-])www\.{_ADDRESS_REST}")),
    ("/", re.compile(rf"(?<![a-z0-9_.@-])(?:[a-z0-9_-]++\.)+[a-z]{{2,}}/{_ADDRESS_REST}")),
)


def _class(blocks: tuple[tuple[int, int], ...], categories: str) -> str:
    """Return the inside of a regular expression's `[...]`: what in the blocks is of these general categories."""
    ranges: list[list[int]] = []
    for low, high in blocks:
        for point in range(low, high + 1):
            if unicodedata.category(chr(point))[0] in categories:
                if ranges and ranges[-1][1] == point - 1:
                    ranges[-1][1] = point
                else:
                    ranges.append([point, point])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)


def _token_pattern(letter: str, word: str, single: str = "", emoji: str = "") -> re.Pattern[str]:
    # Possessive quantifiers: nothing here is ever worth a second try, and without them it takes half as long again.
    # A lookbehind has one length, so a row of sigils behind a word is known as such up to the third.
    behind = "".join(f"(?<![{word}][$#@]{{{length}}})" for length in (1, 2, 3))
    sigil = f"(?:[$#@]{behind})?+"
    glue = rf"[$'](?:(?<=[{letter}]')(?!s(?![{word}]))|(?<=[{letter}]\$)\${{0,2}})(?=[{letter}])"
    run = f"[{word}]{{1,{_RUN}}}+(?:{glue}[{word}]{{1,{_RUN}}}+){{0,{_JOINED}}}+"
    return re.compile(f"({sigil}(?:{run}{single}){emoji})(?:'s(?<=[{letter}]'s)(?![{word}]))?+")


_ASCII_TOKEN = _token_pattern("a-z", "a-z0-9_")


@cache
def _any_token() -> re.Pattern[str]:
    letter = "a-z" + _class(_ALPHABET_BLOCKS, "LM") + _OTHER_LETTERS
    word = "0-9_" + letter + _class(_ALPHABET_BLOCKS, "N")
    return _token_pattern(letter, word, f"|{_spaceless().pattern}", f"|{_EMOJI}")


@cache
def _spaceless() -> re.Pattern[str]:
    letter, mark = _class(_SPACELESS_BLOCKS, "L"), _class(_SPACELESS_BLOCKS, "M")
    return re.compile(f"[{_CJK}]|[{letter}][{mark}]*")


def _pattern(folded: str) -> re.Pattern[str]:
    return _ASCII_TOKEN if folded.isascii() else _any_token()


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a folded text: `word` without and `written` with its sigil, `start` and `end` in the folded text."""

    word: str
    written: str
    start: int
    end: int


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _readable(folded: str) -> str:
    """Blank out the web addresses, length for length."""
    for sign, address in _ADDRESSES:
        if sign in folded:
            folded = address.sub(_blank, folded)
    return folded


def has_address(text: str) -> bool:
    """Return whether the text holds a web address, whose parts are no words."""
    folded = fold(text)
    return _readable(folded) != folded


def is_spaceless(word: str) -> bool:
    """Return whether the word is a single character of a script that is written without spaces."""
    return _spaceless().fullmatch(word) is not None


def tokens(folded: str) -> Iterator[Token]:
    """Yield the tokens of a text that `fold` returned, in order."""
    for found in _pattern(folded).finditer(_readable(folded)):
        written = found[1]
        yield Token(written.lstrip("$#@"), written, *found.span(1))


def index_text(text: str, sigils: bool = False) -> str:
    """Return the words of a text with single spaces between them, without their sigils or with them."""
    written = _remembered(text) if len(text) <= _SHORT else _written(text)
    return written if sigils else without_sigils(written)


def _written(text: str) -> str:
    folded = fold(text)
    return " ".join(_pattern(folded).findall(_readable(folded)))


# The matcher and the store ask for the same text some hundred posts apart.
_remembered = lru_cache(maxsize=4_096)(_written)


def without_sigils(written: str) -> str:
    """Return what `index_text` returns without sigils, given what it returns with them."""
    return f" {written}".replace(" $", " ").replace(" #", " ").replace(" @", " ")[1:]
