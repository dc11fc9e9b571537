"""Folding: one form for all the ways in which the same letters can be written.

`fold` applies, code point by code point: compatibility forms (NFKC: full width, ligatures, styled letters), case,
accents, Traditional to Simplified Chinese, one apostrophe; invisible code points and skin tones vanish. At the end NFC
joins what was written in parts (Hangul letters, kana with a separate voicing mark). `fold(fold(text)) == fold(text)`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, cached_property

from opencc import OpenCC

_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u00b4\uff07"
_MARKS_OF_TRADE = "\u2122\u2120"  # NFKC would make letters of them and glue "tm" to the name
# Letters with a stroke and the like, which Unicode does not split into letter and accent; the apostrophe inside "ŉ".
_LETTERS = {"\u02bc": "'", "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
# Marks that are accents: of Latin, Greek, Cyrillic, of all scripts, and the optional points of Hebrew and Arabic. The
# marks of Indic scripts, Thai and kana are letters of their own and stay.
_ACCENT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Code points without a shape of their own (joiners, variation selectors, direction marks, tags), and skin tones.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_HAN = re.compile("[\u2e80-\u2fdf\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


@cache
def _chinese() -> OpenCC:
    return OpenCC("t2s")


def _step(piece: str) -> str:
    bare = _INVISIBLE.sub("", _ACCENT.sub("", unicodedata.normalize("NFKD", piece)))
    folded = unicodedata.normalize("NFKC", "".join(_LETTERS.get(c, c) for c in bare.casefold()))
    return "".join(_chinese().convert(c) if _HAN.match(c) else c for c in folded)


class _CharacterTable(dict[int, str]):
    """What each code point becomes, found when it is first met."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        if character in _APOSTROPHES:
            piece = "'"
        elif character in _MARKS_OF_TRADE:
            piece = " "
        else:
            piece, before = _step(character), character
            while piece != before:  # OpenCC and case folding both know letters that take two steps
                piece, before = _step(piece), piece
        self[point] = piece
        return piece


_TABLE = _CharacterTable()


def fold(text: str) -> str:
    """Return the text in the one form that the matcher, the stores and queries compare. Linear in the text."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.translate(_TABLE))


class Folded:
    """A text together with its folded form, and the way back from there."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = fold(original)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `self.text[start:end]` (not empty) stands in the original, in code points."""
        if self.original.isascii():
            return start, end
        return self._origins[start][0], self._origins[end - 1][1]

    @cached_property
    def _origins(self) -> list[tuple[int, int]]:
        """For each folded code point, the stretch of the original that it comes from."""
        spread: list[tuple[str, int, int]] = []
        for at, character in enumerate(self.original):
            piece = _TABLE[ord(character)]
            if piece:
                spread.extend((part, at, at + 1) for part in piece)
            elif spread:  # what vanishes (an accent, a joiner) belongs to what it follows
                spread[-1] = (*spread[-1][:2], at + 1)
        if len(spread) == len(self.text):
            return [(start, end) for _, start, end in spread]
        return list(_joined(spread))


def _joined(spread: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    """Follow NFC, which makes one code point of several: all that it joins shares one stretch."""
    group, group_start, group_end = "", 0, 0
    for part, start, end in [*spread, ("", 0, 0)]:
        together = unicodedata.normalize("NFC", group + part)
        if part and (unicodedata.combining(part) or together != unicodedata.normalize("NFC", group) + part):
            group, group_end = group + part, end
            continue
        for _ in unicodedata.normalize("NFC", group):
            yield group_start, group_end
        group, group_start, group_end = part, start, end
