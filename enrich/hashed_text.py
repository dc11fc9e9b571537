"""Texts as hashed features: which word and character n-grams each has, as numbers that nothing can be read back from.

The hash of characters c[s..e) is the polynomial sum of c[i] * P^(i - s) modulo 2^64, mixed (finaliser of splitmix64:
Steele et al., "Fast Splittable Pseudorandom Number Generators", 2014). With running sums of c[i] * P^i it is one
subtraction and one multiplication for any n-gram, of a whole batch of texts at once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_LONG = re.compile(r"(.)\1{2,}")
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f]")
_WORD = re.compile(r"[:;=]['-]?[)(dpo/\\|*\[\]]|<3|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[!?]+|\S")
_STOP = frozenset('.,;:!?…()"')
_REACH = 4  # words that a negation colours

_NEGATIONS: dict[str, str] = {
    "en": "not no never none nobody nothing neither nor cannot without hardly ain't can't cant couldn't didn't didnt "
    "doesn't doesnt don't dont hadn't hasn't haven't isn't isnt mightn't mustn't needn't shouldn't wasn't weren't "
    "won't wont wouldn't wouldnt",
    "fr": "ne pas jamais rien aucun aucune sans ni non plus",
    "de": "nicht kein keine keinen keinem keiner nie niemals nichts ohne weder",
    "es": "no nunca jamás nada ningún ninguna sin ni tampoco nadie",
    "it": "non mai niente nulla nessun nessuno nessuna senza né",
    "pt": "não nao nunca jamais nada nenhum nenhuma sem nem ninguém",
    "ar": "لا ليس ليست لم لن ما مش مو بدون غير",
    "hi": "nahi nahin nai nhi na mat nahi नहीं न मत बिना",
}
NEGATIONS = {language: frozenset(words.split()) for language, words in _NEGATIONS.items()}


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of some texts: `ids` of all, each at most once a text, and where each text's begin."""

    ids: Ids
    starts: Ids

    @property
    def counts(self) -> Ids:
        """Return how many each text has."""
        return np.diff(np.append(self.starts, len(self.ids)))


def plain(text: str) -> str:
    """Return the text as the models read it: lower case, addresses and handles masked, long runs cut to three."""
    text = _UNSEEN.sub("", text).lower().replace("’", "'")
    if "://" in text or "www." in text:
        text = _ADDRESS.sub("http", text)
    if "@" in text:
        text = _HANDLE.sub("@user", text)
    return " ".join(_LONG.sub(r"\1\1\1", text).split())


def words(text: str, language: str) -> list[str]:
    """Return the words of a plain text; those in the reach of a negation of the language begin with "!"."""
    found = _WORD.findall(text)
    negations = NEGATIONS.get(language)
    if not negations or negations.isdisjoint(found):
        return found
    marked, reach = [], 0
    for word in found:
        if word in negations:
            reach = _REACH
            marked.append(word)
        elif word in _STOP:
            reach = 0
            marked.append(word)
        else:
            marked.append("!" + word if reach else word)
            reach = max(0, reach - 1)
    return marked


def character_grams(texts: Sequence[str], shortest: int, longest: int, bits: int) -> Grams:
    """Return the runs of characters of each text, `shortest` to `longest` long, hashed to so many bits."""
    codes, begins, ends = _codes([f" {text} " for text in texts])
    sums, powers = _sums(codes)
    text_of = np.repeat(np.arange(len(texts)), ends - begins)
    limits = ends[text_of]
    hashes, owners = [], []
    for length in range(shortest, longest + 1):
        first = np.arange(max(0, len(codes) - length + 1))
        first = first[first + length <= limits[: len(first)]]
        hashes.append(_hashed(sums, powers, first, first + length, length, bits))
        owners.append(text_of[first])
    return _grouped(np.concatenate(hashes), np.concatenate(owners), len(texts), bits)


def word_grams(texts: Sequence[Sequence[str]], longest: int, bits: int) -> Grams:
    """Return the runs of up to `longest` words of each text, hashed to so many bits."""
    codes, begins, ends = _codes(["".join(f" {word}" for word in text) + " " for text in texts])
    sums, powers = _sums(codes)
    text_of = np.repeat(np.arange(len(texts)), ends - begins)
    spaces = np.flatnonzero(codes == 32)
    hashes, owners = [], []
    for length in range(1, longest + 1):
        first, last = spaces[:-length], spaces[length:]
        whole = text_of[first] == text_of[last]
        hashes.append(_hashed(sums, powers, first[whole], last[whole], 100 + length, bits))
        owners.append(text_of[first[whole]])
    return _grouped(np.concatenate(hashes), np.concatenate(owners), len(texts), bits)


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], Ids, Ids]:
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    return codes, np.append(0, ends[:-1]), ends


def _sums(codes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the running sums of code * base^i, and the base^-i that take a run back to where sums begin."""
    steps = np.full(len(codes) + 1, _BASE, dtype=np.uint64)
    backwards = np.full(len(codes) + 1, _INVERSE, dtype=np.uint64)
    steps[0] = backwards[0] = 1
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes + np.uint64(1)) * np.cumprod(steps)[:-1], out=sums[1:])
    return sums, np.cumprod(backwards)


def _hashed(
    sums: NDArray[np.uint64], backwards: NDArray[np.uint64], first: Ids, last: Ids, salt: int, bits: int
) -> Ids:
    mixed = (sums[last] - sums[first]) * backwards[first] + np.uint64(salt * _BASE % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


def _grouped(hashes: Ids, owners: Ids, texts: int, bits: int) -> Grams:
    """Return the grams text by text, each once."""
    keys = np.sort((owners << bits) | hashes)  # faster than np.unique, which builds a table of hashes
    keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    return Grams(keys & ((1 << bits) - 1), np.searchsorted(keys, np.arange(texts, dtype=np.int64) << bits))
