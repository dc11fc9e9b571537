import json
import random
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.training.labelled_emotions import read
from enrich import emotion_model
from schemas.errors import UsageError

WORDS = {"joy": "开心喜欢美好", "anger": "生气愤怒讨厌", "none": "桌子星期商店"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(4)
    (tmp_path / "zh").mkdir()
    with (tmp_path / "zh" / "posts.tsv").open("w", encoding="utf-8") as file:
        for number in range(600):
            label = chance.choice(sorted(WORDS))
            file.write(f"{label}\t{''.join(chance.sample(WORDS[label], 3))} {number}x\n")
        file.writelines(f"fear\t害怕{number}\n" for number in range(9))  # too few
    return tmp_path


def test_a_small_folder_from_texts_to_model(folder: Path) -> None:
    out = folder / "own.npz"
    runs = []
    for _ in range(2):
        result = CliRunner().invoke(app, ["train", "emotion", str(folder), "-o", str(out)])
        assert result.exit_code == 0, result.output
        runs.append(out.read_bytes())
    assert runs[0] == runs[1]
    card = (folder / "own.md").read_text(encoding="utf-8")
    assert sha256(runs[0]).hexdigest() in card
    assert "| joy |" in card
    model = emotion_model.read(out)["zh"]
    assert model.classes == ("none", "joy", "anger")
    assert model.said == ["joy", "anger"]
    assert model.told(["开心喜欢", "生气讨厌", "桌子星期", "ψυχή"], "zh") == ["joy", "anger", None, None]


def test_what_cannot_be_told_is_never_said(tmp_path: Path) -> None:
    chance = random.Random(1)
    (tmp_path / "en").mkdir()
    rows = [f"{chance.choice(['joy', 'anger'])}\tword {number}\n" for number in range(400)]
    (tmp_path / "en" / "posts.tsv").write_text("".join(rows), encoding="utf-8")
    result = CliRunner().invoke(app, ["train", "emotion", str(tmp_path), "-o", str(tmp_path / "own.npz")])
    assert result.exit_code == 0, result.output
    model = emotion_model.read(tmp_path / "own.npz")["en"]
    assert model.said == []
    assert model.told(["word 3", "word 7"], "en") == [None, None]
    assert "never said, as they were not right often enough: joy, anger (en)" in (tmp_path / "own.md").read_text()


def test_the_public_layouts(tmp_path: Path) -> None:
    (tmp_path / "zh_smp2020").mkdir()
    rows = [{"emotion": ("happy", "angry", "neutral")[n % 3], "text": f"eval {n}"} for n in range(300)]
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "zh_smp2020" / "eval.jsonl").write_text(lines + "\n", encoding="utf-8")
    (tmp_path / "tweeteval" / "emotion").mkdir(parents=True)
    for name, size in (("train", 120), ("val", 60)):
        texts = "".join(f"{name} {n}\n" for n in range(size))
        (tmp_path / "tweeteval" / "emotion" / f"{name}_text.txt").write_text(texts, encoding="utf-8")
        labels = "".join(f"{n % 4}\n" for n in range(size))
        (tmp_path / "tweeteval" / "emotion" / f"{name}_labels.txt").write_text(labels, encoding="utf-8")
    data = read(tmp_path)
    assert sorted(data) == ["en", "zh"]
    assert sum(data["en"].held) == 60
    names = {emotion_model.CLASSES[label] for label in data["en"].labels}
    assert names == {"anger", "joy", "optimism", "sadness"}
    assert {emotion_model.CLASSES[label] for label in data["zh"].labels} == {"joy", "anger", "none"}
    assert 100 < sum(data["zh"].held) < 200


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("joy\tgood\nglad\tfine\n", "posts.tsv, line 2: not a label"),
        ("one cell\n", "posts.tsv, line 1: no label and text"),
        ("joy\tgood\n", "no texts labelled with emotions: put a label"),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "posts.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        read(tmp_path)


def test_labels_that_do_not_fit_their_texts(tmp_path: Path) -> None:
    (tmp_path / "tweeteval" / "emotion").mkdir(parents=True)
    (tmp_path / "tweeteval" / "emotion" / "train_text.txt").write_text("a\nb\n", encoding="utf-8")
    (tmp_path / "tweeteval" / "emotion" / "train_labels.txt").write_text("1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"train_text\.txt: cannot be read as labelled texts"):
        read(tmp_path)


def test_shares_sum_to_one(folder: Path) -> None:
    out = folder / "own.npz"
    CliRunner().invoke(app, ["train", "emotion", str(folder), "-o", str(out)])
    shares = emotion_model.read(out)["zh"].probabilities(["开心", "", "?"], "zh")
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))
