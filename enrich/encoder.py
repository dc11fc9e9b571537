"""The English encoder: one pass over a text says how it feels and which names are in it.

The model is one file, `enrich/models/encoder.onnx`: the graph in small integers, the tokeniser, and what was measured
for it (temperature, thresholds, known scripts). It holds no code, and no text that it was trained on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

import enrich
from enrich.encoder_tags import TAGS, Span, best, names
from enrich.encoder_text import Reader, Window
from enrich.sentiment_model import CLASSES, is_familiar, pages_from
from schemas.errors import UsageError
from schemas.settings import Settings

MODEL = Path(enrich.__file__).parent / "models" / "encoder.onnx"
FORMAT = "1"
FACTS = "hearken"  # under this name the file keeps what was measured
LANGUAGE = "en"
_FELT = 4  # windows of a long text that its feeling goes by; names are looked for in all of them
_REMEMBERED = 1_024  # texts: more than a batch has
_CHARACTERS = 2_000  # of which the scripts are looked at


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured on held-out texts: `sure` is the probability below which nothing is said of a feeling,
    `outside` is added to the logit of no name, `pages` are the blocks of code points that texts were made of."""

    temperature: float
    sure: float
    outside: float
    pages: list[int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Probabilities of negative, neutral and positive, all 1/3 where nothing is known, and the names in order."""

    feeling: tuple[float, float, float]
    names: list[Span]


class Encoder:
    """Reads one text after the other: no result depends on what else is read, and memory does not grow with texts.

    The readings of the last texts are kept, so that two stages that ask for the same ones cost one pass.
    """

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
        self._facts = Facts(**json.loads(kept[FACTS]))
        self._pages = pages_from(self._facts.pages)
        self._remembered = lru_cache(_REMEMBERED)(self._reading)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the encoder of a file. Raises UsageError, one line, for a file that holds none."""
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}: train one with `hearken train encoder`") from None
        except Exception as error:  # onnxruntime's own are derived from RuntimeError, and from nothing more
            what = f"no encoder that this version reads ({type(error).__name__})"
            raise UsageError(f"{path}: {what}: train one with `hearken train encoder`") from None

    @property
    def sure(self) -> float:
        """Return the probability that a feeling needs to be said."""
        return self._facts.sure

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        """Return one reading a text, in order, whatever the text is."""
        return [self._remembered(text) for text in texts]

    def logits(self, text: str) -> tuple[NDArray[np.float64], list[tuple[Window, NDArray[np.float32]]]]:
        """Return the text's logits of feeling, before the temperature, and each window with the tags of its words."""
        total, weight = np.zeros(len(CLASSES)), 0
        windows = []
        for number, window in enumerate(self._reader.windows(text)):
            feed = {"pieces": np.array([window.pieces]), "shapes": np.array([window.shapes])}
            felt, tags = self._session.run(["sentiment", "tags"], feed)
            if number < _FELT:
                total += felt[0].astype(np.float64) * len(window.pieces)
                weight += len(window.pieces)
            windows.append((window, np.asarray(tags[0], dtype=np.float32)[window.firsts].reshape(-1, len(TAGS))))
        return total / max(1, weight), windows

    def _reading(self, text: str) -> Reading:
        logits, windows = self.logits(text)
        grown = np.exp((logits - logits.max()) / self._facts.temperature)
        negative, neutral, positive = (grown / grown.sum()).tolist()
        if not is_familiar(text[:_CHARACTERS], self._pages):
            negative = neutral = positive = 1 / len(CLASSES)
        found = [span for window, tags in windows for span in names(best(tags, self._facts.outside), window.words)]
        return Reading((negative, neutral, positive), found)


@cache
def shipped() -> Encoder | None:
    """Return the encoder that all stages of this process share; None where the file is not there."""
    return Encoder.read(MODEL) if MODEL.is_file() else None


def chosen(settings: Settings) -> Encoder | None:
    """Return what reads English by these settings: None in the profile `fast`, and where the file is not there."""
    return shipped() if settings.text.profile == "accurate" else None
