"""Themes: words, hashtags and entities that go together and are more frequent in some mentions than is usual.

What is usual are other mentions of the same brands. Where there are hardly any, it is the rest of the time: a theme is
then what was spoken of much more in one stretch of it. Reposts and near-copies are counted once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from sinks.distinction import Numbers, bursts, distinction, ratio
from sinks.function_words import FUNCTION_WORDS
from sinks.phrases import TermKind, distinct, kind_of, shown, words_of
from sinks.spoken import Spoken

_LEAST = 3  # texts that have a term
_ENOUGH = 20  # other texts, to say from them what is usual
_MOST_TERMS = 5_000
_SLICES = 8
_IN_A_SLICE = 10  # texts at least
_Z, _BURST_Z = 2.5, 4.0  # the best of many stretches of time is greater by chance
_TWICE = 2.0
_COMMON = 0.06  # of texts that have a word: as usual, it is no theme by itself; of all, it neither begins nor ends one
_JUDGED = 300
_TOGETHER = 0.5  # cosine of the texts that have one term and those that have another
_INSIDE = 0.75  # of one term's texts that have the other, too
_LISTED = 6
_EXAMPLES = 4
_LONGEST_WHOLE = 8  # characters


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase, a hashtag or an entity in the normaliser's form; `examples` are ids of mentions that have it."""

    value: str
    count: int
    examples: tuple[str, ...]

    @property
    def kind(self) -> TermKind:
        """What it is: phrase, hashtag or entity."""
        return kind_of(self.value)


@dataclass(frozen=True, slots=True)
class Found:
    """A theme: what it is called, its other terms, how many texts have its name, how many times as frequent it is as
    usual, and how sure that is (z)."""

    name: Term
    others: tuple[Term, ...]
    times_usual: float
    z: float


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes, the surest first; `texts` is how many different texts there were, `usual_texts` with how many others
    they were compared, 0 where each stretch of time was with the rest of it."""

    found: list[Found]
    texts: int
    usual_texts: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A term that is more frequent than usual, and the texts that have it as the bits of a number."""

    term: str
    texts: int
    z: float
    more: float

    @property
    def count(self) -> int:
        return self.texts.bit_count()

    def inside(self, other: "_Judged") -> float:
        return (self.texts & other.texts).bit_count() / self.count

    def together(self, other: "_Judged") -> float:
        return (self.texts & other.texts).bit_count() / sqrt(self.count * other.count)


def themes(
    chosen: Iterable[Spoken], usual: Iterable[Spoken], limit: int, names: frozenset[str] = frozenset()
) -> Themes:
    """Return what is spoken of in the mentions `chosen` more than in `usual`, `limit` themes at the most.

    `names` are those of the brands, in the normaliser's form: that a brand is named is no theme of it.
    """
    texts = list(distinct(sorted(chosen, key=lambda one: (one.at_ms, one.id))))
    others = [own for _, own in distinct(sorted(usual, key=lambda one: (one.at_ms, one.id)))]
    places: dict[str, list[int]] = defaultdict(list)
    for number, (_, own) in enumerate(texts):
        for term in own:
            places[term].append(number)
    frequent = (term for term in places if len(places[term]) >= _LEAST)
    known = sorted(frequent, key=lambda term: (-len(places[term]), term))[:_MOST_TERMS]
    looked_for, elsewhere = set(known), Counter[str]()
    for own in others:
        elsewhere.update(own & looked_for)
    enough = len(others) >= _ENOUGH
    if enough:
        here, there = _counts(known, places), np.array([elsewhere[term] for term in known], dtype=np.float64)
        z = distinction(here, len(texts), there, len(others))
        more = ratio(here, len(texts), there, len(others))
    else:
        z, more = _in_time(known, places, len(texts))
    least = _Z if enough else _BURST_Z
    judged = {
        term: _Judged(term, sum(1 << number for number in places[term]), float(one), float(times))
        for term, one, times in zip(known, z, more, strict=True)
        if one >= least and times >= _TWICE
    }
    everywhere = _COMMON * (len(texts) + len(others))
    common = {term for term in known if len(places[term]) + elsewhere[term] > everywhere} - judged.keys()
    common |= {one.term for one in judged.values() if one.count > _COMMON * one.more * len(texts)}
    named = [one for one in judged.values() if shown(one.term) not in names and _can_be_shown(one.term, common)]
    named.sort(key=lambda one: (-one.z, -len(one.term), one.term))
    ids = [spoken.id for spoken, _ in texts]
    found = [_theme(group, ids) for group in _grouped(named[:_JUDGED], limit)]
    return Themes(found, len(texts), len(others) if enough else 0)


def _counts(known: Sequence[str], places: dict[str, list[int]]) -> Numbers:
    return np.array([len(places[term]) for term in known], dtype=np.float64)


def _in_time(known: Sequence[str], places: dict[str, list[int]], texts: int) -> tuple[Numbers, Numbers]:
    """Return how distinct each term is in the stretch of time that has most of it, and how much more frequent."""
    count = min(_SLICES, texts // _IN_A_SLICE)
    if count < 2 or not known:
        return np.zeros(len(known)), np.zeros(len(known))
    slice_of = np.arange(texts) * count // texts
    slices = np.array([np.bincount(slice_of[places[term]], minlength=count) for term in known], dtype=np.float64)
    return bursts(slices, np.bincount(slice_of, minlength=count).astype(np.float64))


def _can_be_shown(term: str, common: set[str]) -> bool:
    if kind_of(term) != "phrase":
        return True
    words = words_of(term)
    if (len(words) == 1 and (len(term) == 1 or term.isdecimal())) or term in FUNCTION_WORDS:
        return False
    return not any(word in common or word in FUNCTION_WORDS for word in (words[0], words[-1]))


def _grouped(named: Sequence[_Judged], limit: int) -> list[list[_Judged]]:
    """Return terms by the theme that they belong to: each begins with its surest term."""
    groups: list[list[_Judged]] = []
    for one in named:
        home = next((group for group in groups if _belongs(one, group[0])), None)
        if home is not None:
            home.append(one)
        elif len(groups) < limit:
            groups.append([one])
    return groups


def _belongs(one: _Judged, leader: _Judged) -> bool:
    return one.together(leader) >= _TOGETHER or one.inside(leader) >= _INSIDE


def _theme(group: list[_Judged], ids: Sequence[str]) -> Found:
    leader = group[0]
    near = [one for one in group if one.inside(leader) >= _INSIDE and one.count >= _INSIDE * leader.count]
    name = max(near, key=lambda one: (len(words_of(one.term)), one.count, kind_of(one.term) != "phrase"))
    listed = [_whole(name, group)]
    for one in group:
        if len(listed) <= _LISTED and not any(_says_the_same(one, other) for other in (name, *listed)):
            listed.append(_whole(one, group))
    others = tuple(_term(one, ids, 1) for one in listed[1:])
    return Found(_term(listed[0], ids, _EXAMPLES), others, name.more, leader.z)


def _whole(name: _Judged, group: list[_Judged]) -> _Judged:
    """Return a phrase of a script without spaces with what it was cut off from: others of the same texts that overlap
    it in all characters but one."""
    if name.term.isascii() or " " in name.term or kind_of(name.term) != "phrase":
        return name
    pieces = [one for one in group if len(one.term) == len(name.term) > 2 and one.inside(name) >= _INSIDE]
    for _ in range(_LONGEST_WHOLE - len(name.term)):
        for one in pieces:
            same = one.texts & name.texts
            if same.bit_count() < _INSIDE * name.count:
                continue
            if name.term.endswith(one.term[:-1]):
                name = replace(name, term=name.term + one.term[-1], texts=same)
                break
            if name.term.startswith(one.term[1:]):
                name = replace(name, term=one.term[0] + name.term, texts=same)
                break
    return name


def _says_the_same(one: _Judged, other: _Judged) -> bool:
    """Say whether a term shares a word with another one, and nearly all of its texts."""
    joined = {shown(each.term).replace(" ", "") for each in (one, other)}
    shared = set(words_of(one.term)) & set(words_of(other.term))
    return len(joined) == 1 or (bool(shared) and one.inside(other) >= _INSIDE)


def _term(one: _Judged, ids: Sequence[str], examples: int) -> Term:
    having = [ids[number] for number in range(one.texts.bit_length()) if one.texts >> number & 1]
    return Term(one.term, one.count, tuple(having[:: max(1, len(having) // examples)][:examples]))
