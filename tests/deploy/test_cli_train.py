import json
import random
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.training.labelled_texts import read
from deploy.training.sentiment import calibration_error
from enrich.sentiment_model import SentimentModel
from schemas.errors import UsageError

WORDS = {
    "en": {"negative": "awful broken sad", "neutral": "table monday shop", "positive": "lovely great happy"},
    "zh": {"negative": "难过生气讨厌", "neutral": "桌子星期商店", "positive": "开心喜欢美好"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(4)
    for language, words in WORDS.items():
        (tmp_path / language).mkdir()
        with (tmp_path / language / "posts.tsv").open("w", encoding="utf-8") as file:
            for number in range(300):
                label = chance.choice(sorted(words))
                parts = words[label].split() if language == "en" else list(words[label])
                file.write(f"{label}\t{' '.join(chance.sample(parts, 2))} {number}x\n")
    return tmp_path


def test_a_small_folder_from_texts_to_model(folder: Path) -> None:
    out = folder / "own.npz"
    runs = []
    for _ in range(2):
        result = CliRunner().invoke(app, ["train", "sentiment", str(folder), "-o", str(out)])
        assert result.exit_code == 0, result.output
        runs.append(out.read_bytes())
    assert runs[0] == runs[1]
    card = (folder / "own.md").read_text(encoding="utf-8")
    assert sha256(runs[0]).hexdigest() in card
    model = SentimentModel.read(out)
    for language, words in WORDS.items():
        texts = [words[label] for label in ("negative", "neutral", "positive")]
        assert model.probabilities(texts, language).argmax(axis=1).tolist() == [0, 1, 2]


def test_no_text_is_on_both_sides(folder: Path) -> None:
    again = folder / "en" / "again.tsv"
    again.write_text("positive\tLovely, great 1x\nnegative\tlovely great 1X!\n", encoding="utf-8")
    own = read(folder)["en"]
    held = {text.lower() for text, out in zip(own.texts, own.held, strict=True) if out}
    assert 10 < len(held) < 60
    assert held.isdisjoint(text.lower() for text, out in zip(own.texts, own.held, strict=True) if not out)


def test_the_public_layouts(tmp_path: Path) -> None:
    labels = ["negative", "neutral", "positive"]
    (tmp_path / "zh_smp2020").mkdir()
    for name in ("train", "eval"):
        rows = [{"polarity": labels[n % 3], "text": f"{name} {n}"} for n in range(60)]
        rows.append({"polarity": "surprise", "text": "x"})
        lines = "\n".join(json.dumps(row) for row in rows)
        (tmp_path / "zh_smp2020" / f"{name}.jsonl").write_text(lines + "\n", encoding="utf-8")
    (tmp_path / "umsab" / "french").mkdir(parents=True)
    for name in ("train", "val"):
        texts = "".join(f"{name} {n}\n" for n in range(6))
        (tmp_path / "umsab" / "french" / f"{name}_text.txt").write_text(texts, encoding="utf-8")
        (tmp_path / "umsab" / "french" / f"{name}_labels.txt").write_text("0\n1\n2\n" * 2, encoding="utf-8")
    data = read(tmp_path)
    assert sorted(data) == ["fr", "zh"]
    assert sum(data["fr"].held) == 6
    assert len(data["zh"].texts) == 120
    assert 10 < sum(data["zh"].held) < 50


def test_reviews_are_learned_from_and_never_measured(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    labels = ["negative", "neutral", "positive"]
    posts = "".join(f"{labels[n % 3]}\t帖子 {n}\n" for n in range(600))
    (tmp_path / "zh" / "posts.tsv").write_text(posts, encoding="utf-8")
    (tmp_path / "zh_reviews").mkdir()
    rows = "".join(f"{n % 2}\t评论 {n}{'好' if n % 2 else '坏'}\n" for n in range(2_100))
    (tmp_path / "zh_reviews" / "goods.tsv").write_text(rows, encoding="utf-8")
    own = read(tmp_path)["zh"]
    reviews = [one for one in zip(own.texts, own.labels, own.held, strict=True) if one[0].startswith("评论")]
    assert 1_900 < len(reviews) <= 2_000
    assert {(text[-1], label, held) for text, label, held in reviews} == {("坏", 0, False), ("好", 2, False)}
    assert sum(own.held) > 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("positive\tgood\nglad\tfine\n", "posts.tsv, line 2: not a label"),
        ("one cell\n", "posts.tsv, line 1: no label and text"),
        ("positive\tgood\n", "no labelled texts: put a label"),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "posts.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        read(tmp_path)


@pytest.mark.parametrize("output", ["model.bin", "nowhere/model.npz"])
def test_an_output_that_cannot_be(folder: Path, output: str) -> None:
    result = CliRunner().invoke(app, ["train", "sentiment", str(folder), "-o", str(folder / output)])
    assert isinstance(result.exception, UsageError)


def test_calibration_error() -> None:
    assert calibration_error(np.array([0.75] * 4), np.array([True, True, True, False])) == pytest.approx(0)
    assert calibration_error(np.array([0.95, 0.55]), np.array([False, True])) == pytest.approx(0.7)
