"""What a small network of Chinese says of each character, as features of the tagger: of which kind of word it is.

The network is LAC's (Jiao, Sun and Sun, "Chinese Lexical Analysis with Deep Bi-GRU-CRF Network", 2018), cut to the
characters that occur: two layers of gated units that read a text in both directions. It was taught to cut Chinese into
words and to say of which kind each is; what a name is in posts is for the tagger to learn.
"""

from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from enrich.name_tagger import Ids, mixed

WATCHED = 12
"""Of how many answers, the first ones, the tagger also sees how likely they are: names and what may be some."""

_STRETCH = 2_000  # characters that are read in one pass: what bounds the memory
_REACH = 2  # characters on either side whose kinds are seen
_EDGE = 98  # the kind of what lies outside a text
# Which kinds of the characters at these distances are seen, each group of them as one.
_SEEN = (
    (-2,), (-1,), (0,), (1,), (2,), (-1, 0), (0, 1), (-1, 0, 1), (-2, -1, 0), (0, 1, 2),
)  # fmt: skip
_LEAST, _LEVELS = 1e-4, 12  # probabilities are seen as steps of their log-odds
FEATURES = len(_SEEN) + WATCHED + 1
"""How many features each character has."""


class CharacterNetwork:
    """Turns texts into rows of hashed features, one for each character; reads one text after the other, so that no
    row depends on what else is read.

    `rows` has two columns: a code point (sorted), and the row of the network's table that stands for it; the last row
    of the table stands for all others. `content` is the network as ONNX.
    """

    def __init__(self, bits: int, rows: NDArray[np.uint32], content: bytes) -> None:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1  # a worker has one core
        settings.log_severity_level = 3  # errors
        # Kept free, what the largest text needed would be the worker's for ever.
        settings.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
        self._bits = bits
        self._codes = np.ascontiguousarray(rows[:, 0])
        self._rows = np.append(rows[:, 1], rows[:, 1].max(initial=0) + 1).astype(np.int64)

    def __call__(self, texts: Sequence[str]) -> Ids:
        """Return a row of features for each character of all texts, in order."""
        found = [
            self._read(text[first : first + _STRETCH]) for text in texts for first in range(0, len(text), _STRETCH)
        ]
        return np.concatenate([np.zeros((0, FEATURES), dtype=np.int32), *found])

    def _read(self, text: str) -> Ids:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
        at = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        known = self._codes[at] == codes
        [logits] = self._session.run(None, {"characters": self._rows[np.where(known, at, -1)][None]})
        return self._features(np.asarray(logits, dtype=np.float32)[0], codes.astype(np.uint64))

    def _features(self, logits: NDArray[np.float32], codes: NDArray[np.uint64]) -> Ids:
        count = len(codes)
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        edge = np.full(_REACH, _EDGE)
        kinds = np.concatenate([edge, logits.argmax(axis=1), edge]).astype(np.uint64)
        groups = [[kinds[_REACH + d : _REACH + d + count] for d in distances] for distances in _SEEN]
        watched = likely[:, :WATCHED] + _LEAST
        steps = (np.rint(np.log(watched / (1 + 2 * _LEAST - watched))) + _LEVELS).astype(np.uint64)
        groups += [[steps[:, number]] for number in range(WATCHED)]
        groups.append([groups[2][0], codes])
        columns = []
        for salt, group in enumerate(groups, 500):
            total = np.zeros(count, dtype=np.uint64)
            for part in group:
                total = mixed(total * np.uint64(131) + part, salt)
            columns.append(total)
        return (np.stack(columns, axis=1) >> np.uint64(64 - self._bits)).astype(np.int32)
