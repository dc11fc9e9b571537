"""Which part of a text is about which of the things that it names: sentences, and what contrast words part."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A sentence ends here; an address or a number like 1.5 has no space behind its dot.
_END = re.compile(r"[!?。！？；;…\n]+|\.(?=\s|$)")
_CONTRAST = re.compile(
    r"\b(?:but|however|though|although|whereas|while|yet|unlike|meanwhile)\b|但是?|不过|可是|然而|而(?![且已])|反而|相比之下"
    r"|不過",
    re.IGNORECASE,
)
# What parts two things only where one stands on either side.
_PAUSE = re.compile(r"[,，、:：—–]|\s-\s|\b(?:and|or)\b|和|与|跟|與", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|over|instead of|rather than|compared (?:to|with))\b|比|胜过|勝過", re.IGNORECASE)
_LESS = re.compile(r"不如|比不上")


@dataclass(frozen=True, slots=True)
class Named:
    """Something at `start:end` of the text; `what` is the same each time that it is named."""

    start: int
    end: int
    what: str


@dataclass(frozen=True, slots=True)
class Part:
    """What of a text is about one thing. `is_other`: it is compared with, so that what is said is said of another;
    `lean` is 1 or -1 where the comparison itself praises or blames it, else 0."""

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
    leans: dict[str, int] = {}
    waiting: list[tuple[int, int]] = []
    last: list[str] = []
    for clause in _clauses(text, named):
        inside = [one for one in named if clause[0] <= one.start < clause[1]]
        here = list(dict.fromkeys(one.what for one in inside))
        if here:
            if len(here) == 2:
                between = text[inside[0].end : inside[-1].start]
                if _LESS.search(between):
                    leans |= {here[0]: -1, here[1]: 1}
                elif _THAN.search(between):
                    others.add(here[1])
            last = here
        for thing in last:
            about[thing] += [*waiting, clause] if here else [clause]
        waiting = [] if last else [*waiting, clause]
    return {thing: Part(tuple(stretches), thing in others, leans.get(thing, 0)) for thing, stretches in about.items()}


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
        # "Acme and Borealis are great": what is said of two in one breath is said of both.
        said = pauses and (text[before.end : pauses[-1].start()] + text[pauses[-1].end() : after.start]).strip()
        if before.what != after.what and said:
            found.append((begin, pauses[-1].start()))
            begin = pauses[-1].start()
    return [*found, (begin, end)]
