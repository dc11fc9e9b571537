"""Texts as the encoder reads them: word pieces, how each word is written, and where it stands in the text.

Addresses and handles are masked, the pieces are of lower case (the shapes keep what is lost), an emoji is a piece.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tokenizers import Tokenizer

WINDOW = 128  # pieces in one pass, two of them the marks at both ends; a longer text is read in several
_MASKED = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+")
_HALF_PAIR = re.compile("[\ud800-\udfff]")

# How a word is written. Nothing to tell, lower case, Title, CAPITALS, one capital, miXed.
PLAIN, LOWER, TITLE, CAPITALS, LETTER, MIXED = range(6)
SHAPES = 6


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text: the pieces with the shapes of their words, the first piece of each word, and its offsets.

    Words that are masked have no offsets: they are none of `words`.
    """

    pieces: list[int]
    shapes: list[int]
    firsts: list[int]
    words: list[tuple[int, int]]


class Reader:
    """Cuts texts into windows by a tokeniser of the BERT kind, given as its JSON."""

    def __init__(self, tokenizer: str) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer)
        vocabulary = self._tokenizer.get_vocab()
        self._begin, self._end = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self.unknown = vocabulary["[UNK]"]

    def windows(self, text: str, longest: int = WINDOW) -> Iterator[Window]:
        """Yield the windows of a text, at most `longest` pieces each; none for a text of nothing.

        They are cut between words, and inside of one only where it is longer than a window.
        """
        text = _HALF_PAIR.sub("\ufffd", text)
        read = self._tokenizer.encode(text, add_special_tokens=False)
        pieces, offsets, words = read.ids, read.offsets, read.word_ids
        masked = [span.span() for span in _MASKED.finditer(text)]
        masked.append((len(text), len(text)))
        window = self._empty()
        at = mask = 0
        while at < len(pieces):
            behind = at + 1
            while behind < len(pieces) and words[behind] == words[at] and behind - at < longest - 2:
                behind += 1
            if len(window.pieces) + behind - at + 1 > longest and len(window.pieces) > 1:
                yield self._closed(window)
                window = self._empty()
            start, end = offsets[at][0], offsets[behind - 1][1]
            while masked[mask][1] <= start < len(text):
                mask += 1
            seen = start < masked[mask][0]
            if seen:
                window.firsts.append(len(window.pieces))
                window.words.append((start, end))
            window.pieces.extend(pieces[at:behind])
            window.shapes.extend([shape(text[start:end]) if seen else PLAIN] * (behind - at))
            at = behind
        if len(window.pieces) > 1:
            yield self._closed(window)

    def _empty(self) -> Window:
        return Window([self._begin], [PLAIN], [], [])

    def _closed(self, window: Window) -> Window:
        window.pieces.append(self._end)
        window.shapes.append(PLAIN)
        return window


def shape(word: str) -> int:
    """Return how a word is written."""
    if word.islower():
        return LOWER
    if word.isupper():
        return CAPITALS if len(word) > 1 else LETTER
    if word.istitle():
        return TITLE
    return MIXED if word.lower() != word else PLAIN
