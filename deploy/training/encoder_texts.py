"""What the encoder learns from and is measured on: texts with a feeling, and texts whose words are tagged.

Under the folder are read:

- `sentiment/`: as `deploy/training/labelled_texts.py` reads it; the English texts. A third of those that it holds out
  is held out here, so that the figures can be compared and little is lost.
- `ner/<name>/*.conll`: a word and its tag a line with a tab between them, an empty line behind each text; tags such as
  B-PER, I-location, O. Held out are a twelfth of the texts, and all of a file whose name has the word dev in it.

A text to learn from that shares eight words in a row with a held-out one is left out: copies differ a little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from zlib import crc32

from deploy.training.labelled_texts import Labelled
from deploy.training.labelled_texts import read as read_labelled
from enrich.encoder_tags import LABELS, OUTSIDE, begin
from enrich.hashed_text import plain
from schemas.errors import UsageError
from schemas.mention import EntityLabel

_KINDS: dict[str, EntityLabel] = {
    "per": "person", "person": "person", "loc": "place", "location": "place", "gpe": "place", "org": "organisation",
    "corporation": "organisation", "group": "organisation", "product": "product", "creative-work": "work",
    "work": "work",
}  # fmt: skip
_THIRD = 3
_HELD = 12
_RUN = 8


@dataclass(frozen=True, slots=True)
class Felt:
    """A text and the number of its class."""

    text: str
    label: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """A text of words with one space between them, where each word begins, and the words' tags.

    `open` are the labels that the tagging does not know: a word outside may be a name of one of these.
    """

    text: str
    starts: tuple[int, ...]
    tags: tuple[int, ...]
    open: frozenset[EntityLabel]


@dataclass(frozen=True, slots=True)
class Texts:
    """Both kinds, to learn from and held out; `dev` are those of files that are held out as a whole.

    `english` are those with a feeling as the linear model learns them, which knows none of `felt_held` either.
    """

    felt: list[Felt]
    felt_held: list[Felt]
    tagged: list[Tagged]
    tagged_held: list[Tagged]
    dev: list[Tagged]
    english: Labelled


def read(folder: Path) -> Texts:
    """Return the texts of the folder. Raises UsageError, which names file and line, where they are missing or wrong."""
    english = read_labelled(folder / "sentiment").get("en")
    if english is None:
        raise UsageError(f"{folder / 'sentiment'}: no English texts: the encoder learns English only")
    felt = [Felt(text, label) for text, label in zip(english.texts, english.labels, strict=True)]
    out = [held and crc32(item.text.encode()) % _THIRD == 0 for item, held in zip(felt, english.held, strict=True)]
    felt_held = [item for item, held in zip(felt, out, strict=True) if held]
    tagged: list[Tagged] = []
    tagged_held: list[Tagged] = []
    dev: list[Tagged] = []
    for part in sorted({path.parent for path in folder.glob("ner/*/*.conll")}):
        files = {path: list(_blocks(path)) for path in sorted(part.glob("*.conll"))}
        known = {label for blocks in files.values() for _, tags in blocks for label in tags if label}
        unknown = frozenset(label for label in LABELS if label not in {_label(tag) for tag in known})
        for path, blocks in files.items():
            texts = [_tagged(words, tags, unknown) for words, tags in blocks]
            if "dev" in path.stem:
                dev += texts
            else:
                held = [crc32(text.text.lower().encode()) % _HELD == 0 for text in texts]
                tagged_held += [text for text, kept in zip(texts, held, strict=True) if kept]
                tagged += [text for text, kept in zip(texts, held, strict=True) if not kept]
    if not tagged:
        raise UsageError(f"{folder / 'ner'}: no tagged texts: put some into a folder of it, in a .conll file")
    measured = [item.text for item in felt_held] + [item.text for item in (*tagged_held, *dev)]
    kept_out = {run for text in measured for run in _runs(text)}
    return Texts(
        [item for item, held in zip(felt, out, strict=True) if not held and kept_out.isdisjoint(_runs(item.text))],
        felt_held,
        [text for text in tagged if kept_out.isdisjoint(_runs(text.text))],
        tagged_held,
        dev,
        english,
    )


def _runs(text: str) -> set[tuple[str, ...]]:
    """Return the runs of eight words; of a shorter text, all of it."""
    words = plain(text).split()
    return {tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))}


def _label(tag: int) -> EntityLabel:
    return LABELS[(tag - 1) // 2]


def _blocks(path: Path) -> list[tuple[list[str], list[int]]]:
    """Return the words and tags of each text."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as UTF-8: {type(error).__name__}") from None
    found = []
    for filled, block in groupby(enumerate(lines, 1), lambda line: bool(line[1].strip())):
        if filled:
            pairs = [_pair(path, number, line) for number, line in block]
            found.append(([word for word, _ in pairs], [tag for _, tag in pairs]))
    return found


def _pair(path: Path, number: int, line: str) -> tuple[str, int]:
    word, _, tag = line.rstrip("\r").rpartition("\t")
    edge, _, kind = tag.strip().partition("-")
    if edge == "O" and not kind:
        return word, OUTSIDE
    label = _KINDS.get(kind.lower())
    if label is None or edge not in ("B", "I"):
        raise UsageError(f"{path}, line {number}: no tag: write a word, a tab, and O or such as B-PER, I-location")
    return word, begin(label) + (edge == "I")


def _tagged(words: Sequence[str], tags: Sequence[int], unknown: frozenset[EntityLabel]) -> Tagged:
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return Tagged(" ".join(words), tuple(starts), tuple(tags), unknown)
