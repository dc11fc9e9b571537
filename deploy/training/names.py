"""The taggers of names: how they are trained and measured.

What was chosen was chosen on held-out texts. Figures come from taggers that have not seen them; what is written is
fitted to all texts, with the same recipe.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import spacy
from numpy.typing import NDArray
from opencc import OpenCC
from spacy.language import Language
from spacy.tokens import Doc

from deploy.training import lac_network
from deploy.training.field import Recipe, Sequences, fit
from deploy.training.labelled_names import SPACELESS, MarkedText
from deploy.training.name_lists import chinese, english
from deploy.training.word_groups import grouped
from enrich.name_model import Name
from enrich.name_models.tagger import Characters, Words, reader
from enrich.name_tagger import NameTagger
from enrich.word_features import known_as

_AT_ONCE = 500
_PLAIN = Recipe(epochs=4, rate=0.2, batch=32)
_RECIPES = {"zh": Recipe(epochs=5, rate=0.2, batch=32)}
_BY_NETWORK = Recipe(epochs=8, rate=0.1, batch=16)
# What a network knows already: beside it the news of this set make the names of posts no better, but some points worse.
_KNOWN = frozenset({"msra"})
_BITS = {"zh": 20}
_USUAL_BITS = 19
# How much a text counts beside others, by where it is from: the smaller set that is nearer to posts counts more.
_IMPORTANCE = {"wnut17": 2.0, "weibo": 4.0}
# How much less likely than it seems in training an ordinary word is taken to be: names of new posts are mostly new.
_OUTSIDE = {"zh": 0.25}
_USUAL_OUTSIDE = 0.5
_TRADITIONAL = OpenCC("s2t")


@dataclass(slots=True)
class Score:
    """Names that were right, found and there, of each kind."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)

    def add(self, found: Sequence[Name], there: Sequence[Name]) -> None:
        """Take in one text; a name is right when its place and its kind are."""
        self.found.update(name.label for name in found)
        self.there.update(name.label for name in there)
        self.right.update(name.label for name in {*found} & {*there})

    def f1(self, kind: str | None = None) -> float:
        """Return F1 of a kind, or over all names."""
        right, found, there = (count[kind] if kind else count.total() for count in (self.right, self.found, self.there))
        return 2 * right / max(1, found + there)


@dataclass(frozen=True, slots=True)
class NameFigures:
    """What one language's tagger does on held-out texts, by where they are from."""

    trained: int
    held: dict[str, int]
    scores: dict[str, Score]
    kinds: tuple[str, ...]


def train(
    language: str,
    texts: Sequence[MarkedText],
    unlabelled: Sequence[str],
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
    network: bool = False,
) -> tuple[NameTagger, NameFigures]:
    """Return a language's tagger and its figures; the same texts, lists and seed give the same tagger.

    With `network` it also reads what the network of characters says, which there is for Chinese alone.
    """
    texts = [one for one in texts if not network or one.origin not in _KNOWN]
    nlp = spacy.blank(language)
    kinds = tuple(sorted({name.label for one in texts for name in one.names}))
    labels = ["O", *(f"{mark}-{kind}" for kind in kinds for mark in "BI")]
    empty = _empty(language, nlp, labels, unlabelled)
    if network:
        empty.tables.update(lac_network.tables())
    read = reader(empty)
    tell(f"{language}: {len(texts)} texts with names of {len(kinds)} kinds")
    docs = [nlp(one.text) for one in texts]
    seen = _sequences(texts, docs, labels, read)
    recipe = _BY_NETWORK if network else _RECIPES.get(language, _PLAIN)
    held = np.array([one.held for one in texts])
    half = _whole(fit(_some(seen, np.flatnonzero(~held)), labels, empty.bits, recipe, seed, tell), empty, language)
    figures = _measured(half, texts, docs, kinds)
    whole = _whole(fit(seen, labels, empty.bits, recipe, seed, tell), empty, language)
    return whole, figures


def _empty(language: str, nlp: Language, labels: Sequence[str], unlabelled: Sequence[str]) -> NameTagger:
    """Return a tagger that has its lists and knows nothing else."""
    bits = _BITS.get(language, _USUAL_BITS)
    weights = np.zeros((1 << bits, len(labels)), dtype=np.int8)
    begin, steps = np.zeros(len(labels), np.float32), np.zeros((len(labels), len(labels)), np.float32)
    if language in SPACELESS:
        about, tables = {"language": language, "reads": "characters"}, {"words": chinese()}
    else:
        words = ([known_as(token.text) for token in doc] for doc in nlp.pipe(unlabelled))
        none = np.zeros((0, 2), dtype=np.uint32)
        about = {"language": language, "reads": "words"}
        tables = {"lists": english() if language == "en" else none, "groups": grouped(words)}
    return NameTagger(tuple(labels), weights, 1.0, begin, steps, about, tables)


def _whole(fitted: NameTagger, empty: NameTagger, language: str) -> NameTagger:
    begin, steps = fitted.begin.copy(), fitted.steps.copy()
    outside = _OUTSIDE.get(language, _USUAL_OUTSIDE)
    begin[0] -= outside
    steps[0, 0] -= outside
    return replace(fitted, begin=begin, steps=steps, about=empty.about, tables=empty.tables)


def _sequences(
    texts: Sequence[MarkedText], docs: Sequence[Doc], labels: Sequence[str], read: Words | Characters
) -> Sequences:
    number = {label: at for at, label in enumerate(labels)}
    allowed, lengths, ids = [], [], []
    for one, doc in zip(texts, docs, strict=True):
        places = read.places(doc)
        own = np.zeros((len(places), len(labels)), dtype=np.bool_)
        marked = np.zeros(len(places), dtype=np.int64)
        for name in one.names:
            inside = [at for at, (start, end) in enumerate(places) if start < name.end and name.start < end]
            for at in inside:
                marked[at] = number[f"{'B' if at == inside[0] else 'I'}-{name.label}"]
        own[np.arange(len(places)), marked] = True
        for kind in one.open:
            for mark in "BI":
                if f"{mark}-{kind}" in number:
                    own[marked == 0, number[f"{mark}-{kind}"]] = True
        allowed.append(own)
        lengths.append(len(places))
    for first in range(0, len(docs), _AT_ONCE):
        ids.append(read.features(docs[first : first + _AT_ONCE]))
    importance = np.array([_IMPORTANCE.get(one.origin, 1.0) for one in texts], dtype=np.float32)
    return Sequences(np.concatenate(ids), np.concatenate(allowed), np.array(lengths), importance)


def _some(all_: Sequences, rows: NDArray[np.int64]) -> Sequences:
    starts = all_.starts
    places = np.concatenate([np.arange(starts[row], starts[row] + all_.lengths[row]) for row in rows])
    return Sequences(all_.ids[places], all_.allowed[places], all_.lengths[rows], all_.importance[rows])


def _measured(
    tagger: NameTagger, texts: Sequence[MarkedText], docs: Sequence[Doc], kinds: tuple[str, ...]
) -> NameFigures:
    held = [number for number, one in enumerate(texts) if one.held]
    found = _found(tagger, [docs[number] for number in held])
    scores: dict[str, Score] = {}
    for number, names in zip(held, found, strict=True):
        _count(scores, texts[number].origin, texts[number], names)
    counts = Counter(texts[number].origin for number in held)
    if tagger.about["language"] == "zh":
        written = [(number, _TRADITIONAL.convert(texts[number].text)) for number in held]
        same = [(number, text) for number, text in written if len(text) == len(texts[number].text)]
        blank = spacy.blank("zh")
        found = _found(tagger, [blank.make_doc(text) for _, text in same])
        for (number, _), names in zip(same, found, strict=True):
            _count(scores, f"{texts[number].origin}, Traditional", texts[number], names)
            counts[f"{texts[number].origin}, Traditional"] += 1
    return NameFigures(len(texts) - len(held), dict(counts), scores, kinds)


def _found(tagger: NameTagger, docs: Sequence[Doc]) -> list[list[Name]]:
    read = reader(tagger)
    found: list[list[Name]] = []
    for first in range(0, len(docs), _AT_ONCE):
        some = docs[first : first + _AT_ONCE]
        tags = tagger.tags(read.features(some), read.lengths(some))
        found.extend(read.names(doc, own) for doc, own in zip(some, tags, strict=True))
    return found


def _count(scores: dict[str, Score], origin: str, one: MarkedText, names: Sequence[Name]) -> None:
    scores.setdefault(origin, Score()).add([name for name in names if name.label not in one.open], one.names)
