"""The phrases by which a text tells what its writer is after (`intent_cues.toml`), all found in one pass."""

import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args

from ahocorasick_rs import AhoCorasick

from schemas.mention import Intent

_FILE = Path(__file__).with_suffix(".toml")
_SPACELESS = frozenset({"zh"})


class Cue(NamedTuple):
    """A phrase that stands at `start:end`."""

    intent: Intent
    start: int
    end: int


class Cues:
    """The cues of one language; where words have spaces between them, only whole words are found."""

    def __init__(self, language: str) -> None:
        """Build the automaton of a language that is one of `languages()`."""
        self._spaced = language not in _SPACELESS
        known = _written()[language]
        self.intents: tuple[Intent, ...] = tuple(intent for intent in get_args(Intent) if intent in known)
        phrases = {
            phrase: intent for intent in self.intents for groups in known[intent] for phrase in self._phrases(groups)
        }
        self._intent_of = list(phrases.values())
        self._automaton = AhoCorasick(list(phrases))

    def _phrases(self, groups: list[str]) -> Iterator[str]:
        alternatives = ([phrase.strip() for phrase in group.split("|")] for group in groups)
        yield from map((" " if self._spaced else "").join, product(*alternatives))

    def find(self, text: str) -> Iterator[Cue]:
        """Yield the cues in a text of small letters and straight quotation marks."""
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            is_whole = not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())
            if is_whole or not self._spaced:
                yield Cue(self._intent_of[number], start, end)


@cache
def _written() -> dict[str, dict[str, list[list[str]]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def languages() -> tuple[str, ...]:
    """Return which languages have cues."""
    return tuple(_written())
