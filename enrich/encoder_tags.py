"""The tags that the encoder gives to words, and the names that a row of tags makes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.mention import EntityLabel

LABELS: tuple[EntityLabel, ...] = ("person", "place", "organisation", "product", "work")
OUTSIDE = 0
TAGS = ("outside", *(f"{edge} {label}" for label in LABELS for edge in ("begin", "inside")))

Span = tuple[int, int, EntityLabel]


def begin(label: EntityLabel) -> int:
    """Return the number of the tag that begins a name of this label; the one after it continues the name."""
    return 1 + 2 * LABELS.index(label)


def names(tags: Sequence[int], words: Sequence[tuple[int, int]]) -> list[Span]:
    """Return the names in a row of words, given the best tag of each: start, end and label, in order.

    A name goes on while the tag continues its label. One that continues nothing begins a name.
    """
    found: list[Span] = []
    open_label = -1
    for tag, (start, end) in zip(tags, words, strict=True):
        label, inside = divmod(tag - 1, 2)
        if tag == OUTSIDE:
            open_label = -1
        elif inside and label == open_label:
            found[-1] = (found[-1][0], end, LABELS[label])
        else:
            open_label = label
            found.append((start, end, LABELS[label]))
    return found


def best(logits: NDArray[np.float32], outside: float) -> list[int]:
    """Return the best tag of each row of logits; `outside` is added to that of no name."""
    shifted = logits.copy()
    shifted[:, OUTSIDE] += outside
    return [int(tag) for tag in shifted.argmax(axis=1)]
