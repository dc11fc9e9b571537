"""Which part of a text is about which of the things that it names: sentences, and what contrast words part."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from enrich.comparisons import FIRST, SECOND, preferred
from enrich.marks import EMOJI_RUN
from enrich.simplified import simplified

# A sentence ends here; an address or a number like 1.5 has no space behind its dot.
_END = re.compile(r"[!?。！？；;…\n]+|\.(?=\s|$)")
_CONTRAST = re.compile(
    r"\b(?:but|however|though|although|whereas|while|yet|meanwhile)\b|但是?|不过|可是|然而|而(?![且已])|反而|相比之下"
    r"|不過",
    re.IGNORECASE,
)
# What parts two things only where one stands on either side.
_PAUSE = re.compile(r"[,，、:：—–]|\s-\s|\b(?:and|or)\b|和|与|跟|與", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|over|instead of|rather than|compared (?:to|with))\b|比|胜过|勝過", re.IGNORECASE)
_LESS = re.compile(r"不如|比不上")
_UNLIKE = re.compile(r"\b(?:unlike|in contrast to)\W+(?:the |my |your )?[@#$]?$|不像$", re.IGNORECASE)
_PREDICATE = re.compile(
    r"(?:['’]s\b| (?:is|isn['’]t|was|has|had|does|doesn['’]t|sucks|rocks|works|keeps|never)\b)", re.IGNORECASE
)
# Characters between two names, and before and behind them, in which it can be said which is preferred.
_APART, _AROUND = 200, 60


@dataclass(frozen=True, slots=True)
class Named:
    """Something at `start:end` of the text; `what` is the same each time that it is named."""

    start: int
    end: int
    what: str


@dataclass(frozen=True, slots=True)
class Part:
    """What of a text is about one thing. `is_other`: it is compared with, so that what is said is said of another;
    `lean` is 1 or -1 where the text prefers it to another or another to it, else 0."""

    stretches: tuple[tuple[int, int], ...]
    is_other: bool = False
    lean: int = 0


def parts(text: str, named: Sequence[Named]) -> dict[str, Part]:
    """Return which stretches are about each thing; `named` is in order. All of the text where it is one thing.

    A clause that names nothing goes on about what was named last, and one before all names is about the first.
    """
    things = list(dict.fromkeys(one.what for one in named))
    if len(things) < 2:
        return {thing: Part(((0, len(text)),)) for thing in things}
    about: dict[str, list[tuple[int, int]]] = {thing: [] for thing in things}
    others: set[str] = set()
    leans = _leans(text, named)
    waiting: list[tuple[int, int]] = []
    last: list[str] = []
    for clause in _clauses(text, named):
        inside = [one for one in named if clause[0] <= one.start < clause[1]]
        here = list(dict.fromkeys(one.what for one in inside))
        if here:
            if len(here) == 2 and _THAN.search(text, inside[0].end, inside[-1].start):
                others.add(here[1])
            if len(here) == 2 and _UNLIKE.search(text, clause[0], inside[0].start):
                others.add(here[0])
            last = here
        for thing in last:
            about[thing] += [*waiting, clause] if here else [clause]
        waiting = [] if last else [*waiting, clause]
    return {thing: Part(tuple(stretches), thing in others, leans.get(thing, 0)) for thing, stretches in about.items()}


def _leans(text: str, named: Sequence[Named]) -> dict[str, int]:
    """Return which things the text prefers (1), and which it prefers others to (-1); the first word counts."""
    leans: dict[str, int] = {}
    for number, (one, other) in enumerate(pairwise(named)):
        if one.what == other.what or other.start - one.end > _APART:
            continue
        begin = max(named[number - 1].end if number else 0, one.start - _AROUND)
        end = min(named[number + 2].start if number + 2 < len(named) else len(text), other.end + _AROUND)
        marked = f"{text[begin : one.start]}{FIRST}{text[one.end : other.start]}{SECOND}{text[other.end : end]}"
        if lean := preferred(simplified(marked)):
            leans = {one.what: lean, other.what: -lean} | leans
    return leans


def _clauses(text: str, named: Sequence[Named]) -> list[tuple[int, int]]:
    """Return the clauses in order. None is cut inside a name."""
    inside = [(one.start, one.end) for one in named]
    cuts = {0, len(text)}
    cuts |= {found.end() for found in _END.finditer(text)}
    cuts |= {found.start() for found in _CONTRAST.finditer(text)}
    cuts = {cut for cut in cuts if not any(start < cut < end for start, end in inside)}
    edges = sorted(cuts)
    clauses: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        clauses += _parted(text, start, end, named)
    return [(start, end) for start, end in clauses if text[start:end].strip()]


def _parted(text: str, start: int, end: int, named: Sequence[Named]) -> list[tuple[int, int]]:
    """Return a clause cut at pauses where different things are named on both sides, unless they are compared."""
    here = [one for one in named if start <= one.start < end]
    if len({one.what for one in here}) < 2 or _THAN.search(text, start, end) or _LESS.search(text, start, end):
        return [(start, end)]
    found: list[tuple[int, int]] = []
    begin = start
    for before, after in pairwise(here):
        pauses = list(_PAUSE.finditer(text, before.end, after.start))
        # "Acme 👍 Borealis 👎": emoji are about what they stand behind.
        shown = list(EMOJI_RUN.finditer(text, before.end, after.start))
        if shown and before.what != after.what and EMOJI_RUN.search(text, after.end, end):
            found.append((begin, shown[-1].end()))
            begin = shown[-1].end()
            continue
        if before.what == after.what or not pauses:
            continue
        # "Acme and Borealis are great": what is said of two in one breath is said of both.
        said = text[before.end : pauses[-1].start()] + text[pauses[-1].end() : after.start]
        # "get Acme, Borealis is awful": a clause of its own begins at the second.
        is_own = text[begin : before.start].strip() and _PREDICATE.match(text, after.end, end)
        if said.strip() or is_own:
            found.append((begin, pauses[-1].start()))
            begin = pauses[-1].start()
    return [*found, (begin, end)]
