"""Where a text names the user's brands: by the words of their names and aliases, as a brand query would find them."""

from collections.abc import Iterator
from typing import NamedTuple

from schemas.brand import Brand
from schemas.text import Folded, Token, tokens


class NamedBrand(NamedTuple):
    """A brand's name in a text, which stands at `start:end` in code points."""

    start: int
    end: int
    name: str


class BrandNames:
    """The names and aliases of all brands; where two brands share one, the first brand has it."""

    def __init__(self, brands: tuple[Brand, ...]) -> None:
        names: dict[tuple[str, ...], str] = {}
        for brand in brands:
            for written in (brand.name, *brand.aliases):
                words = tuple(token.written for token in tokens(Folded(written).text))
                if words:
                    names.setdefault(words, brand.name)
        # By first word, the longest first.
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for words, name in sorted(names.items(), key=lambda item: -len(item[0])):
            self._names.setdefault(words[0], []).append((words, name))

    def find(self, text: str) -> Iterator[NamedBrand]:
        """Yield the brands named in the text in order, without overlap, the longest name where several begin.

        A sigil before the name (`$ # @`) belongs to it only if it was written so.
        """
        if not self._names:
            return
        folded = Folded(text)
        words = list(tokens(folded.text))
        behind = 0
        for at, first in enumerate(words):
            if at < behind or (first.word not in self._names and first.written not in self._names):
                continue
            for pattern, name in (*self._names.get(first.written, ()), *self._names.get(first.word, ())):
                if _matches(pattern, words, at):
                    behind = at + len(pattern)
                    start = first.start if pattern[0] == first.written else first.end - len(first.word)
                    yield NamedBrand(*folded.span(start, words[behind - 1].end), name)
                    break


def _matches(pattern: tuple[str, ...], words: list[Token], at: int) -> bool:
    if len(pattern) == 1:
        return True
    following = words[at + 1 : at + len(pattern)]
    return len(following) == len(pattern) - 1 and all(
        wanted in (token.word, token.written) for wanted, token in zip(pattern[1:], following, strict=True)
    )
