"""A small transformer in one file: the graph in small integers, its tokeniser, and what was measured for it.

onnxruntime runs it. The file holds no code, and no text that it was trained on.
"""

from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from enrich.encoder_text import Reader, Window
from enrich.sentiment_model import CLASSES
from schemas.errors import UsageError

FORMAT = "1"
FACTS = "hearken"  # under this name the file keeps what was measured
_FELT = 4  # windows of a long text that its feeling goes by; names are looked for in all of them


class Transformer:
    """Reads one text after the other: no result depends on what else is read, and memory does not grow with texts."""

    kind: ClassVar[str]
    """What `hearken train` calls it."""

    def __init__(self, content: bytes) -> None:
        """Take the content of a model file. Raises ValueError or KeyError for another file's."""
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1  # a worker has one core
        settings.log_severity_level = 3  # errors
        # Kept free, what the largest text needed would be the worker's for ever.
        settings.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
        kept = self._session.get_modelmeta().custom_metadata_map
        if kept["format"] != FORMAT:
            raise ValueError
        self._reader = Reader(kept["tokenizer"])
        self._outputs = [output.name for output in self._session.get_outputs()]
        self.facts = str(kept[FACTS])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what a file holds. Raises UsageError, one line, for another file."""
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}: train one with `hearken train {cls.kind}`") from None
        except Exception as error:  # onnxruntime's own are derived from RuntimeError, and from nothing more
            what = f"no {cls.kind} that this version reads ({type(error).__name__})"
            raise UsageError(f"{path}: {what}: train one with `hearken train {cls.kind}`") from None

    def has_unknown(self, text: str) -> bool:
        """Return whether the text has something that is no word piece."""
        return any(self._reader.unknown in window.pieces for window in self._reader.windows(text))

    def logits(self, text: str) -> tuple[NDArray[np.float64], list[tuple[Window, NDArray[np.float32]]]]:
        """Return the text's logits of feeling, and each window with the tags of its words, if the model tells any."""
        total, weight = np.zeros(len(CLASSES)), 0
        windows = []
        for number, window in enumerate(self._reader.windows(text)):
            if number >= _FELT and "tags" not in self._outputs:
                break
            feed = {"pieces": np.array([window.pieces]), "shapes": np.array([window.shapes])}
            felt, *tags = self._session.run(self._outputs, feed)
            if number < _FELT:
                total += felt[0].astype(np.float64) * len(window.pieces)
                weight += len(window.pieces)
            windows += [(window, np.asarray(own[0], dtype=np.float32)[window.firsts]) for own in tags]
        return total / max(1, weight), windows
