"""Training the encoder, small: the whole way needs the extra `train`, and is passed over without it."""

import json
import random
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from typer.testing import CliRunner

from deploy.cli.app import app
from enrich.encoder import Encoder
from enrich.encoder_tags import TAGS
from enrich.encoder_text import SHAPES, Reader
from schemas.errors import UsageError

EXTRA = ("torch", "onnx", "safetensors")
trains = pytest.mark.skipif(not all(map(find_spec, EXTRA)), reason="the extra `train` is not installed")

FELT = {"negative": "awful broken sad", "neutral": "table monday shop", "positive": "lovely great happy"}
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *" ".join(FELT.values()).split(),
    "anna",
    "met",
    "in",
    "berlin",
    "x",
    "acme",
    "phone",
    "song",
]
WIDE, LAYERS = 24, 2


def tokenizer() -> str:
    made = Tokenizer(models.WordPiece({piece: number for number, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return str(made.to_str())


def weights() -> dict[str, Any]:
    torch = pytest.importorskip("torch")
    chance = torch.Generator().manual_seed(5)
    shapes = {"embeddings.word_embeddings": len(PIECES), "embeddings.position_embeddings": 128}
    shapes |= {"embeddings.token_type_embeddings": 2, "embeddings.shapes": SHAPES, "sentiment": 3, "tags": len(TAGS)}
    found = {f"{name}.weight": torch.randn(size, WIDE, generator=chance) * 0.3 for name, size in shapes.items()}
    found |= {"sentiment.bias": torch.zeros(3), "tags.bias": torch.zeros(len(TAGS))}
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        dense = [f"{layer}.attention.self.{name}" for name in ("query", "key", "value")]
        sizes = dict.fromkeys([*dense, f"{layer}.attention.output.dense"], (WIDE, WIDE))
        sizes |= {f"{layer}.intermediate.dense": (48, WIDE), f"{layer}.output.dense": (WIDE, 48)}
        for name, size in sizes.items():
            found[f"{name}.weight"] = torch.randn(*size, generator=chance) * 0.3
            found[f"{name}.bias"] = torch.randn(size[0], generator=chance) * 0.1
    for name in norms:
        found[f"{name}.weight"], found[f"{name}.bias"] = torch.ones(WIDE), torch.zeros(WIDE)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(3)
    (tmp_path / "sentiment" / "en").mkdir(parents=True)
    with (tmp_path / "sentiment" / "en" / "posts.tsv").open("w", encoding="utf-8") as file:
        for number in range(600):
            label = chance.choice(sorted(FELT))
            file.write(f"{label}\t{' '.join(chance.choices(FELT[label].split(), k=3))} {number}\n")
    (tmp_path / "ner" / "own").mkdir(parents=True)
    # The number in the middle: texts that share eight words with a held-out one are left out.
    block = "x\tO\nAnna\tB-PER\nmet\tO\nAnna\tB-PER\nin\tO\nBerlin\tB-LOC\n{0}\tO\n"
    block += "Acme\tB-ORG\nphone\tB-product\nsong\tB-work\nx\tO\n\n"
    content = "".join(block.format(number) for number in range(200))
    (tmp_path / "ner" / "own" / "train.conll").write_text(content, encoding="utf-8")
    return tmp_path


def test_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.cli.train.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["train", "encoder", str(folder)])
    assert isinstance(result.exception, UsageError)
    assert "training needs torch, onnx, safetensors: install them with `pip install '.[train]'`" in str(
        result.exception
    )


@trains
@pytest.mark.parametrize("output", ["model.npz", "nowhere/model.onnx"])
def test_an_output_that_cannot_be(folder: Path, output: str) -> None:
    result = CliRunner().invoke(app, ["train", "encoder", str(folder), "-o", str(folder / output)])
    assert isinstance(result.exception, UsageError)


@trains
def test_a_small_folder_from_texts_to_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from deploy.training import encoder as training
    from deploy.training.encoder_fitting import Recipe

    monkeypatch.setattr(training, "beginning", lambda seed: (weights(), tokenizer()))
    monkeypatch.setattr(training, "version", lambda name: "0")
    monkeypatch.setattr(training, "Recipe", lambda: Recipe(felt_rounds=6, tagged_rounds=10, rate=3e-3))
    out = folder / "own.onnx"
    runs = []
    for _ in range(2):
        result = CliRunner().invoke(app, ["train", "encoder", str(folder), "-o", str(out)])
        assert result.exit_code == 0, result.output
        runs.append(out.read_bytes())
    assert runs[0] == runs[1]
    card = (folder / "own.md").read_text(encoding="utf-8")
    assert sha256(runs[0]).hexdigest() in card
    model = Encoder.read(out)
    read = model.readings(list(FELT.values()))
    assert [np.argmax(reading.feeling) for reading in read] == [0, 1, 2]
    [reading] = model.readings(["x Anna met Anna in Berlin x"])
    assert reading.names == [(2, 6, "person"), (11, 15, "person"), (19, 25, "place")]


@trains
def test_the_graph_computes_what_the_network_does() -> None:
    from deploy.training.encoder_batches import tensors
    from deploy.training.encoder_graph import graph
    from deploy.training.encoder_network import HEADS, read, sentiment, tags

    own = weights()
    facts = json.dumps({"temperature": 1.0, "sure": 0.0, "outside": 0.0, "pages": []})
    kept = {"format": "1", "tokenizer": tokenizer(), "hearken": facts}
    model = Encoder(graph({name: value.numpy() for name, value in own.items()}, HEADS, kept))
    for text in ("Anna met a lovely shop in BERLIN", "sad " * 40, "x"):
        [window] = Reader(tokenizer()).windows(text)
        batch = tensors([window])
        state = read(own, batch, learning=False)
        logits, [(_, tagged)] = model.logits(text)
        assert logits == pytest.approx(sentiment(own, state, batch.there)[0].numpy(), abs=0.15)
        assert tagged == pytest.approx(tags(own, state)[0, window.firsts].numpy(), abs=0.3)
