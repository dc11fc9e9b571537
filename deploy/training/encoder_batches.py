"""Batches for the encoder: texts of about one length together, the two kinds mixed, in an order that a seed settles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from deploy.training.encoder_network import Batch
from deploy.training.encoder_texts import Felt, Tagged
from enrich.encoder_tags import LABELS, OUTSIDE, TAGS, begin
from enrich.encoder_text import Reader, Window

IGNORED = -1  # the tag of a piece that is not learned from: not the first of its word
_POOLED = 50  # batches whose texts are sorted by length together


@dataclass(frozen=True, slots=True)
class Lesson:
    """The first window of a text with what is to be learned from it: a class, or a tag for each piece.

    `allowed` are the tags that a word outside may have as well.
    """

    window: Window
    label: int | None
    tags: list[int]
    allowed: tuple[int, ...] = ()


def felt_lesson(reader: Reader, item: Felt, longest: int) -> Lesson | None:
    """Return the lesson of a text with a feeling; None for a text without a piece."""
    window = next(reader.windows(item.text, longest), None)
    return None if window is None else Lesson(window, item.label, [])


def tagged_lesson(reader: Reader, item: Tagged, longest: int) -> Lesson | None:
    """Return the lesson of a tagged text. The encoder's words can be parts of its words: the first begins the name."""
    window = next(reader.windows(item.text, longest), None)
    if window is None:
        return None
    tags = [IGNORED] * len(window.pieces)
    owners = np.searchsorted(item.starts, [start for start, _ in window.words], side="right") - 1
    before = -1
    for first, owner in zip(window.firsts, owners.tolist(), strict=True):
        tag = item.tags[owner]
        begins = tag != OUTSIDE and (tag - 1) % 2 == 0
        tags[first] = tag + 1 if begins and owner == before else tag
        before = owner
    open_tags = [begin(label) + edge for label in LABELS if label in item.open for edge in (0, 1)]
    return Lesson(window, None, tags, tuple(open_tags))


def batches(lessons: Sequence[Lesson], size: int, chance: np.random.Generator) -> list[list[Lesson]]:
    """Return all lessons in batches, shuffled but for length, so that little of a batch is empty."""
    order = chance.permutation(len(lessons))
    found = []
    for start in range(0, len(order), size * _POOLED):
        pool = sorted(order[start : start + size * _POOLED], key=lambda number: len(lessons[number].window.pieces))
        found += [[lessons[n] for n in pool[at : at + size]] for at in range(0, len(pool), size)]
    return [found[number] for number in chance.permutation(len(found))]


def course(
    felt: Sequence[Lesson], tagged: Sequence[Lesson], rounds: tuple[int, int], size: int, seed: int
) -> Iterator[list[Lesson]]:
    """Yield the batches of a whole training: each kind as many times as `rounds` says, spread over all of it."""
    chance = np.random.default_rng(seed)
    kinds = [
        [batch for _ in range(times) for batch in batches(lessons, size, chance)]
        for lessons, times in zip((felt, tagged), rounds, strict=True)
    ]
    places = [(np.arange(len(kind)) + chance.random(len(kind))) / max(1, len(kind)) for kind in kinds]
    which = np.concatenate([np.full(len(kind), number) for number, kind in enumerate(kinds)])
    waiting = [iter(kind) for kind in kinds]
    for kind in which[np.argsort(np.concatenate(places), kind="stable")]:
        yield next(waiting[kind])


def tensors(windows: Sequence[Window]) -> Batch:
    """Return windows as one batch, the shorter ones filled up."""
    longest = max(len(window.pieces) for window in windows)
    pieces = torch.zeros(len(windows), longest, dtype=torch.long)
    shapes = torch.zeros(len(windows), longest, dtype=torch.long)
    there = torch.zeros(len(windows), longest, dtype=torch.bool)
    for row, window in enumerate(windows):
        filled = len(window.pieces)
        pieces[row, :filled] = torch.tensor(window.pieces)
        shapes[row, :filled] = torch.tensor(window.shapes)
        there[row, :filled] = True
    return Batch(pieces, shapes, there)


def targets(lessons: Sequence[Lesson], longest: int) -> Tensor:
    """Return for each piece which tags would be right: texts by pieces by tags; none where nothing is learned."""
    right = torch.zeros(len(lessons), longest, len(TAGS), dtype=torch.bool)
    for row, lesson in enumerate(lessons):
        for at, tag in enumerate(lesson.tags):
            if tag != IGNORED:
                right[row, at, [tag, *(lesson.allowed if tag == OUTSIDE else ())]] = True
    return right
