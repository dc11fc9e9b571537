"""Near-copies: the signature by which texts that say the same in nearly the same words are recognised.

A text is the set of its words, in CJK scripts of its characters and pairs of characters; links, handles, the marks of a
repost, hashtags at the end, case, accents, script of Chinese, punctuation and order do not count. The signature is a
MinHash of that set (Broder, "On the resemblance and containment of documents", 1997), each of its values cut to one
byte (Li and Koenig, "b-Bit Minwise Hashing", 2010): the share of equal bytes estimates the share of words that two
texts have in common.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from itertools import pairwise
from operator import eq
from struct import Struct

from rensa import RMinHash

from enrich.marks import CJK, MARK
from schemas.folding import fold

# Name of the scheme: another word rule, fold or hash gives other signatures and must have another name. The values are
# the same in each process and on each 64-bit machine: rensa's hash and its permutations are fixed by the seed.
_SCHEME = "m1."
_VALUES = 64
_SEED = 42
_BANDS = Struct(">16I")  # four of them in a band

# Of two texts with one word in ten changed 82 % of all words are common; the estimate for 64 values is then below 66 %
# once in 2,000 times. Texts that share under half of their words pass less often than once in 100.
_COMMON = 0.66
_EQUAL = round(_VALUES * (_COMMON + (1 - _COMMON) / 256))  # one byte is equal by chance once in 256 times

# A text must have three words or eight CJK characters, or a mixture that is worth as much.
_WORD_WEIGHT, _CHARACTER_WEIGHT, _ENOUGH = 8, 3, 24

_WORD = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_IS_CJK = re.compile(f"[{CJK}]")
_LETTER = re.compile(r"[^\W_]")
_BEFORE_A_COPY = frozenset({"rt", "mt", "回复", "转发", "转发微博"})
_AFTER_A_COPY = frozenset({"rt", "mt", "via"})


def signature(text: str) -> str | None:
    """Return the signature of a text, 89 ASCII characters, or None for one that is too short to tell from others."""
    words = set(_words(text))
    runs = {word for word in words if not word.isascii() and _IS_CJK.match(word)}
    characters = {character for run in runs for character in run}
    if len(words - runs) * _WORD_WEIGHT + len(characters) * _CHARACTER_WEIGHT < _ENOUGH:
        return None
    pairs = {one + next_one for run in runs for one, next_one in pairwise(run)}
    sketch = RMinHash(num_perm=_VALUES, seed=_SEED)
    sketch.update([*(words - runs), *characters, *pairs])
    values = bytes([value & 0xFF for value in sketch.digest()])
    return _SCHEME + urlsafe_b64encode(values).decode().rstrip("=")


def bands(signature: str) -> list[int]:
    """Return the 16 keys of a signature: two near-copies have at least one in common, but for one pair in 1,000.

    Texts that share a third of their words have one in common about once in six; unrelated texts have none.
    """
    return [rows << 4 | at for at, rows in enumerate(_BANDS.unpack(_values(signature)))]


def similar(one: str, other: str) -> bool:
    """Return whether two signatures are of near-copies. Symmetric; true of a signature and itself; not transitive."""
    if one == other:
        return True
    if one[: len(_SCHEME)] != other[: len(_SCHEME)]:
        return False
    equal: int = sum(map(eq, _values(one), _values(other)))
    return equal >= _EQUAL


@lru_cache(maxsize=4_000)  # in a storm of texts that are alike the same ones are compared again and again
def _values(signature: str) -> bytes:
    return urlsafe_b64decode(signature[len(_SCHEME) :] + "==")


def _words(text: str) -> list[str]:
    """Return the folded words of the text, without what a copy adds, changes or loses."""
    body = fold(_body(text))
    words = _WORD.findall(body)
    if body.rstrip().endswith("...") and "…" in text and len(words) > 1:
        words.pop()  # a platform cut the text, mostly inside a word
    start, end = 0, len(words)
    while start < end and words[start] in _BEFORE_A_COPY:
        start += 1
    while end > start and words[end - 1] in _AFTER_A_COPY:
        end -= 1
    return words[start:end]


def _body(text: str) -> str:
    """Return the text up to the hashtags, links and handles at its end, without the signs and links before."""
    found = list(MARK.finditer(text))
    end = len(text)
    while found and not _LETTER.search(text, found[-1].end(), end):
        end = found.pop().start()
    pieces, start = [], 0
    for mark in found:
        pieces += [text[start : mark.start()], mark[0].strip("#＃") if mark.lastgroup in ("tag", "topic") else ""]
        start = mark.end()
    return " ".join([*pieces, text[start:end]])
