"""A linear-chain conditional random field over hashed features: names in words or characters, of a file of integers.

Lafferty, McCallum and Pereira, "Conditional Random Fields", 2001. What is read of a sequence is hashed before it is
looked up, so the file holds numbers only, and no word can be read from it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from schemas.errors import UsageError

FORMAT = 1
NEVER = np.float32(-1e4)
"""The score of what cannot be: a name that goes on without having begun."""

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class NameTagger:
    """Labels are "O", "B-person", "I-person" and so on. `weights` has a row of int8 for each hashed feature; the score
    of a label is the sum of the rows of a place's features, times `scale`, and `steps[a, b]` for b after a.

    `about` is what the file says of itself: which language it reads, and by which features.
    """

    labels: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: float
    begin: NDArray[np.float32]
    steps: NDArray[np.float32]
    about: dict[str, Any]
    tables: dict[str, NDArray[Any]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the tagger in an .npz file, which holds numbers and no code. Raises UsageError for another file."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
            table = json.loads(found.pop("table").tobytes())
            if table["format"] != FORMAT:
                raise ValueError
            weights, begin, steps = (found.pop(name) for name in ("weights", "begin", "steps"))
            return cls(tuple(table["labels"]), weights, table["scale"], begin, steps, table["about"], found)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            what = error.strerror if isinstance(error, OSError) and error.strerror else "not a model of names"
            raise UsageError(f"{path}: {what}: train one with `hearken train entities`") from None

    def write(self, path: Path) -> None:
        """Write the file; the same tagger gives the same bytes."""
        table = {"format": FORMAT, "labels": self.labels, "scale": self.scale, "about": self.about}
        arrays: dict[str, Any] = {
            "table": np.frombuffer(json.dumps(table).encode(), dtype=np.uint8),
            "weights": self.weights,
            "begin": self.begin,
            "steps": self.steps,
            **self.tables,
        }
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @property
    def bits(self) -> int:
        """Return to how many bits features are hashed."""
        return len(self.weights).bit_length() - 1

    def tags(self, ids: Ids, lengths: Sequence[int]) -> list[list[str]]:
        """Return the likeliest labels of each sequence; `ids` has a row of features for each place of all of them.

        Each answer goes by its own sequence alone.
        """
        # Sums of whole numbers: exact, so that no order of additions matters.
        scores = self.weights[ids].sum(axis=1, dtype=np.int32).astype(np.float32) * np.float32(self.scale)
        starts = np.append(0, np.cumsum(lengths, dtype=np.int64))
        found: list[list[str]] = [[] for _ in lengths]
        order = sorted((number for number, length in enumerate(lengths) if length), key=lambda n: lengths[n])
        for first in range(0, len(order), _TOGETHER):
            some = order[first : first + _TOGETHER]
            paths = self._paths(scores, starts[some], [lengths[number] for number in some])
            for number, path in zip(some, paths, strict=True):
                found[number] = [self.labels[label] for label in path]
        return found

    def _paths(self, scores: NDArray[np.float32], starts: NDArray[np.int64], lengths: list[int]) -> list[list[int]]:
        """Return the best paths (Viterbi, 1967) of sequences in order of length."""
        longest, sizes = lengths[-1], np.array(lengths)
        back = np.zeros((longest, len(lengths), len(self.labels)), dtype=np.int8)
        best = scores[starts] + self.begin
        ended = best.copy()
        for place in range(1, longest):
            first = int(np.searchsorted(sizes, place, side="right"))  # those before it have come to their end
            ways = best[first:, :, None] + self.steps
            back[place, first:] = ways.argmax(axis=1)
            best[first:] = ways.max(axis=1) + scores[starts[first:] + place]
            ended[first:] = best[first:]
        rows = np.arange(len(lengths))
        label = ended.argmax(axis=1)
        path = np.zeros((longest, len(lengths)), dtype=np.int64)
        for place in range(longest - 1, -1, -1):
            here = sizes > place
            path[place, here] = label[here]
            label = np.where(here, back[place, rows, label], label)
        return [path[:length, number].tolist() for number, length in enumerate(lengths)]


_TOGETHER = 64  # sequences of about one length


def spans(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return (first, behind the last, label) of the names that a sequence of labels tells of."""
    found: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        if tag == "O":
            continue
        mark, label = tag.split("-", 1)
        if mark == "I" and found and found[-1][1] == at and found[-1][2] == label:
            found[-1] = (found[-1][0], at + 1, label)
        else:
            found.append((at, at + 1, label))
    return found


def mixed(values: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    """Return the values as hashes that no other salt gives (finaliser of splitmix64: Steele et al., 2014)."""
    values = values + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
