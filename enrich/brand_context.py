"""Whether a name means the brand: a logistic regression over the words around it, which learns from each example.

Before it has seen examples it goes by the words that the brand's settings and its query give it. The words are hashed
(Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009); a step is Adagrad's (Duchi, Hazan and
Singer, 2011).
"""

from collections.abc import Container, Iterator, Sequence
from itertools import pairwise
from math import exp, sqrt
from pathlib import Path
from zlib import crc32

from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.query.parse import parse_query
from schemas.query.tree import And, Node, Not, Or, Phrase
from schemas.text import Folded, index_text, tokens

_ROUNDS = 8  # over the examples at the start
_STEP = 0.5
_GIVEN, _MOST_GIVEN = 2.0, 2  # what a given word adds to the log-odds, and how many of them count
# A name written as the brand writes it, one in small letters that has capitals, a single letter, and one with a sigil
# ($T, @target). Where there are examples, it counts less.
_AS_WRITTEN, _SMALL, _LETTER, _SIGNED = 0.4, -1.0, -0.4, 1.5
_BESIDE_EXAMPLES = 0.5
_WINDOW = 3
_FEW = 60  # words on either side that are looked at


class BrandContext:
    """The probability that a brand is meant where its name stands."""

    def __init__(self, brand: Brand) -> None:
        """Learn from the brand's examples; UsageError where they cannot be read."""
        settings = brand.context
        self.least = settings.least if settings is not None else 0.0
        names = {_indexed(written) for written in (brand.name, *brand.aliases)}
        self._names = (brand.name, *brand.aliases)
        wanted, unwanted = _words_of(parse_query(brand.query).root)
        given = (wanted | {_indexed(word) for word in settings.words}) if settings else wanted
        against = (unwanted | {_indexed(word) for word in settings.other_words}) if settings else unwanted
        self._for = given - names - {""}
        self._against = against - names - {""}
        self._learned = False
        self._weights: dict[int, float] = {}
        self._squares: dict[int, float] = {}
        if settings is not None and settings.examples is not None:
            examples = list(_examples(Path(settings.examples)))
            self._learned = bool(examples)
            for _ in range(_ROUNDS):
                for text, accepted in examples:
                    self.learn(text, *self._place(text), accepted)

    def meant(self, text: str, start: int, end: int) -> float:
        """Return how likely the name at `start:end` means the brand."""
        features, given = self._read(text, start, end)
        return _share(given + sum(self._weights.get(feature, 0.0) * value for feature, value in features.items()))

    def learn(self, text: str, start: int, end: int, accepted: bool) -> None:
        """Take in that the name at `start:end` means the brand, or something else."""
        features, given = self._read(text, start, end)
        weights = self._weights
        score = given + sum(weights.get(feature, 0.0) * value for feature, value in features.items())
        error = _share(score) - accepted
        for feature, value in features.items():
            slope = error * value
            self._squares[feature] = self._squares.get(feature, 1e-6) + slope * slope
            weights[feature] = weights.get(feature, 0.0) - _STEP * slope / sqrt(self._squares[feature])

    def _place(self, text: str) -> tuple[int, int]:
        """Return where an example has the name; its end where it lacks it."""
        lower = text.lower()
        found = [(at, at + len(name)) for name in self._names if (at := lower.find(name.lower())) >= 0]
        return min(found) if found else (len(text), len(text))

    def _read(self, text: str, start: int, end: int) -> tuple[dict[int, float], float]:
        """Return hashed features with their values, and the log-odds of what was given beforehand."""
        left, right = _read_words(text[max(0, start - 600) : start]), _read_words(text[end : end + 600])
        left = left[-_FEW:]
        right = right[:_FEW]
        beside = [f"{at} {word}" for at, word in enumerate([*left[: -_WINDOW - 1 : -1]], 1)]
        beside += [f"{-at} {word}" for at, word in enumerate(right[:_WINDOW], 1)]
        written = text[start:end]
        form = "small" if written.islower() else "capitals" if written.isupper() else "title"
        sign = text[start - 1] if start and text[start - 1] in "#$@" else ""
        # In order, so that sums are the same in every process.
        around = dict.fromkeys([*left, *right])
        pairs = dict.fromkeys(f"{a} {b}" for words in (left, right) for a, b in pairwise(words))
        share = 1 / sqrt(1 + len(around))
        features = {_hash("all"): 1.0, _hash(f"form {form}{sign}"): 1.0}
        features |= {_hash("word " + word): 3 * share for word in around}
        features |= {_hash("pair " + pair): 1.5 * share for pair in pairs}
        features |= {_hash("beside " + word): 1.0 for word in beside}
        given = min(_MOST_GIVEN, sum(_stands(word, around, pairs) for word in self._for))
        given -= min(_MOST_GIVEN, sum(_stands(word, around, pairs) for word in self._against))
        shape = _shape(written, form, sign, self._names) * (_BESIDE_EXAMPLES if self._learned else 1)
        return features, _GIVEN * given + shape


def _shape(written: str, form: str, sign: str, names: Sequence[str]) -> float:
    """Return what it adds to the log-odds how a name is written. Scripts without capitals tell nothing."""
    if sign in ("$", "@"):
        return _SIGNED
    if written.lower() == written.upper():
        return 0.0
    if len(written) == 1:
        return _LETTER
    if written in names:
        return _AS_WRITTEN
    return _SMALL if form == "small" and any(written == name.lower() for name in names) else 0.0


def _share(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def _hash(feature: str) -> int:
    return crc32(feature.encode(errors="surrogatepass"))


def _indexed(text: str) -> str:
    return str(index_text(text)).strip()


def _read_words(text: str) -> list[str]:
    return [token.word for token in tokens(Folded(text).text)]


def _stands(word: str, around: Container[str], pairs: Container[str]) -> bool:
    """Say whether a given word, or the first two of several, stands there."""
    first = " ".join(word.split()[:2])
    return first in pairs if " " in first else first in around


def _words_of(node: Node) -> tuple[set[str], set[str]]:
    """Return the words and phrases that a query asks for, and those that it refuses."""
    if isinstance(node, Phrase):
        return {" ".join(node.words)}, set()
    if isinstance(node, Not):
        wanted, unwanted = _words_of(node.node)
        return unwanted, wanted
    if isinstance(node, And | Or):
        both = [_words_of(one) for one in node.nodes]
        return {word for one, _ in both for word in one}, {word for _, one in both for word in one}
    return set(), set()


def _examples(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the judged texts of a file; UsageError names a line that is none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: examples cannot be read as UTF-8: {type(error).__name__}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        verdict, _, text = line.partition("\t")
        if verdict not in ("accepted", "rejected") or not text:
            raise UsageError(f"{path}, line {number}: write accepted or rejected, a tab and the text")
        yield text, verdict == "accepted"
