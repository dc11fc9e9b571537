from pathlib import Path

import pytest

from deploy.training.encoder_texts import read
from enrich.encoder_tags import begin
from schemas.errors import UsageError

LABELS = ("negative", "neutral", "positive")
PLAIN = "Anna\tB-person\nmet\tO\nBig\tB-group\nBob\tI-group\nof\tO\nAcme\tB-corporation\nX{0}\tB-product\n\n"
PARTLY = "In\tO\nNew\tB-LOC\nYork{0}\tI-LOC\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sentiment" / "en").mkdir(parents=True)
    lines = [f"{LABELS[number % 3]}\tpost number {number} of them\n" for number in range(600)]
    (tmp_path / "sentiment" / "en" / "posts.tsv").write_text("".join(lines), encoding="utf-8")
    for name, block in (("own", PLAIN), ("partly", PARTLY)):
        (tmp_path / "ner" / name).mkdir(parents=True)
        content = "".join(block.format(number) for number in range(60))
        (tmp_path / "ner" / name / "train.conll").write_text(content, encoding="utf-8")
    (tmp_path / "ner" / "own" / "own.dev.conll").write_text(PLAIN.format(99), encoding="utf-8")
    return tmp_path


def test_both_kinds_of_texts(folder: Path) -> None:
    texts = read(folder)
    assert len(texts.felt) + len(texts.felt_held) == 600
    assert 0 < len(texts.felt_held) < 60
    assert len(texts.tagged) + len(texts.tagged_held) == 120
    assert len(texts.tagged_held) > 0
    [dev] = texts.dev
    assert dev.text == "Anna met Big Bob of Acme X99"
    assert dev.starts == (0, 5, 9, 13, 17, 20, 25)
    organisation = begin("organisation")
    assert dev.tags == (begin("person"), 0, organisation, organisation + 1, 0, organisation, begin("product"))


def test_labels_that_a_tagging_does_not_know_are_open(folder: Path) -> None:
    texts = read(folder)
    assert {text.open for text in texts.tagged if text.text.startswith("In New")} == {
        frozenset({"person", "organisation", "product", "work"})
    }
    assert {text.open for text in texts.tagged if text.text.startswith("Anna")} == {frozenset({"place", "work"})}


def test_no_text_is_on_both_sides(folder: Path) -> None:
    before = read(folder)
    copied = before.felt_held[0]
    run = "and so the long story of this little shop went on"
    with (folder / "sentiment" / "en" / "posts.tsv").open("a", encoding="utf-8") as file:
        file.write(f"positive\t{run} today\npositive\tRT {run}\n")
    (folder / "ner" / "own" / "more.dev.conll").write_text("\tO\n".join(run.split()) + "\tO\n", encoding="utf-8")
    after = read(folder)
    assert copied in after.felt_held
    assert not any(run in item.text for item in after.felt)
    held = {item.text for item in after.felt_held}
    assert held.isdisjoint(item.text for item in after.felt)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("Anna B-person", "train.conll, line 1: no tag: write a word, a tab, and O or such as B-PER"),
        ("Anna\tB-beast", "train.conll, line 1: no tag"),
        ("Anna\tperson", "train.conll, line 1: no tag"),
    ],
)
def test_a_line_without_a_tag(folder: Path, line: str, complaint: str) -> None:
    (folder / "ner" / "own" / "train.conll").write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        read(folder)


def test_a_folder_without_tagged_texts(folder: Path) -> None:
    for path in folder.glob("ner/*/*"):
        path.unlink()
    with pytest.raises(UsageError, match="ner: no tagged texts"):
        read(folder)
