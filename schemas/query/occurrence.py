"""Where in a text the words of a query stand, word by word."""

from collections.abc import Iterator, Sequence

from schemas.query.subject import Words
from schemas.query.tree import Near, has_sigil


def occurrences(phrase: Sequence[str], text: Words, begun: bool = False) -> Iterator[int]:
    """Yield each position at which the phrase begins; with `begun`, its last word may be the start of a longer one."""
    length = len(phrase)
    streams = [text.written if has_sigil(word) else text.bare for word in phrase]
    for at in range(len(text.bare) - length + 1):
        for offset, word in enumerate(phrase):
            there = streams[offset][at + offset]
            if there != word and not (begun and offset == length - 1 and there.startswith(word)):
                break
        else:
            yield at


def stretches(near: Near, text: Words) -> Iterator[list[int]]:
    """Yield where the phrases begin (in the node's order) in each shortest stretch that is short enough.

    The classic walk for the smallest range over several sorted lists: of the positions at hand, the first one moves on.
    For any first position the others are the nearest behind it, so no stretch that is short enough is missed.
    """
    found = [list(occurrences(phrase, text)) for phrase in near.phrases]
    if not all(found):
        return
    lengths = [len(phrase) for phrase in near.phrases]
    most = sum(lengths) + near.distance
    at = [0] * len(found)
    while True:
        starts = [positions[index] for positions, index in zip(found, at, strict=True)]
        end = max(start + length for start, length in zip(starts, lengths, strict=True))
        first = min(range(len(starts)), key=starts.__getitem__)
        if end - starts[first] <= most:
            yield starts
        at[first] += 1
        if at[first] == len(found[first]):
            return
