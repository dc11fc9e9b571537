"""Labelled texts in a folder, language by language, with those that are held out for measuring.

Read are, where they exist:

- `<language code>/*.tsv`: a label and a text a line, tab between them. A tenth is held out.
- `semeval2013_2016/train.tsv`: id, label, text; English. A sixth is held out.
- `umsab/<language name>/{train,val}_{text,labels}.txt`: val is held out. Of Hindi only the end of train is read, and a
  quarter of it held out: in the rest, labels and texts have come apart (a model of the end does there as chance does).
- `zh_smp2020/*.jsonl`: text and polarity; Chinese. Half of the two eval files is held out.
- `zh_reviews/*.tsv`: 0 (bad) or 1 (good), and a text; Chinese. Two thousand of each file, those with the lowest digests
  (CRC-32), are learned from and none is held out, so that figures are of posts: models of posts are lost in reviews.

A label is negative, neutral or positive, or 0, 1, 2. Which text is held out goes by its digest, so that equal texts are
on one side; a training text that is equal to a held-out one, but for case, signs and addresses, is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from zlib import crc32

import orjson

from enrich.hashed_text import plain
from enrich.sentiment_model import CLASSES
from schemas.errors import UsageError

_LABELS = {name: number for number, name in enumerate(CLASSES)} | {str(number): number for number in range(3)}
_UMSAB = {
    "arabic": "ar", "english": "en", "french": "fr", "german": "de", "hindi": "hi", "italian": "it",
    "portuguese": "pt", "spanish": "es",
}  # fmt: skip
_OTHER = frozenset({"surprise"})  # labels that are none of the three
_HINDI_FROM = 920  # lines of train before this one are not usable
_REVIEWS, _REVIEWS_READ = "zh_reviews", 2_000
_GOOD_OR_BAD = {"0": "negative", "1": "positive"}
_CODE = re.compile("[a-z]{2,3}")
_SIGNS = re.compile(r"http|@user|[\W_]+")


@dataclass(slots=True)
class Labelled:
    """The texts of one language; `held` says of each whether it is held out."""

    texts: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)


def read(folder: Path, *, reviews: bool = True) -> dict[str, Labelled]:
    """Return the texts of each language that has at least one of every class on each side, reviews left out if asked.

    Raises UsageError, which names file and line, for a folder without such texts and for a label that is none.
    """
    found: dict[str, Labelled] = {}
    for path, language, share, first in _files(folder):
        if path.parent.name == _REVIEWS and not reviews:
            continue
        own = found.setdefault(language, Labelled())
        for label, text in _read(path, first):
            own.texts.append(text)
            own.labels.append(label)
            own.held.append(_digest(text) % 1_000 < 1_000 * share)
    usable = {language: apart(own) for language, own in sorted(found.items())}
    usable = {language: own for language, own in usable.items() if _has_all(own)}
    if not usable:
        raise UsageError(
            f"{folder}: no labelled texts: put a label (negative, neutral, positive) and a text on each line of "
            f"{folder / 'en' / 'posts.tsv'}, a tab between them, a hundred lines or more"
        )
    return usable


def _files(folder: Path) -> Iterator[tuple[Path, str, float, int]]:
    """Yield file, language, the share that is held out, and how many lines are passed over."""
    for path in sorted(folder.glob("*/*.tsv")):
        if _CODE.fullmatch(path.parent.name):
            yield path, path.parent.name, 0.1, 0
    if (path := folder / "semeval2013_2016" / "train.tsv").is_file():
        yield path, "en", 1 / 6, 0
    for name, language in _UMSAB.items():
        usual = (("train", 0.0, 0), ("val", 1.0, 0))
        for part, share, first in usual if language != "hi" else (("train", 0.25, _HINDI_FROM),):
            if (path := folder / "umsab" / name / f"{part}_text.txt").is_file():
                yield path, language, share, first
    for path in sorted(folder.glob("zh_smp2020/*.jsonl")):
        yield path, "zh", 0.5 if "eval" in path.name else 0.0, 0
    for path in sorted(folder.glob(f"{_REVIEWS}/*.tsv")):
        yield path, "zh", 0.0, 0


def _read(path: Path, first: int) -> Iterator[tuple[int, str]]:
    lines = islice(_lines(path), first, None)
    if path.parent.name == _REVIEWS:
        return iter(nsmallest(_REVIEWS_READ, lines, key=lambda line: _digest(line[1])))
    return lines


def _digest(text: str) -> int:
    return crc32(bare(text).encode())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").removesuffix("\n").split("\n")
        labels: list[str] = []
        if path.suffix == ".txt":
            labels = path.with_name(path.name.replace("_text", "_labels")).read_text(encoding="utf-8").split()
            if len(labels) != len(lines):
                raise UsageError(f"{path}: {len(lines)} texts, but {len(labels)} labels")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as UTF-8: {type(error).__name__}") from None
    for number, line in enumerate(lines):
        label, text = (labels[number], line) if labels else _cells(path, number, line.removesuffix("\r"))
        if label in _OTHER:
            continue
        if label not in _LABELS:
            raise UsageError(f"{path}, line {number + 1}: not a label: write negative, neutral or positive, tab, text")
        yield _LABELS[label], text


def _cells(path: Path, number: int, line: str) -> tuple[str, str]:
    try:
        if path.suffix == ".jsonl":
            row = orjson.loads(line)
            return str(row["polarity"]), str(row["text"])
        cells = line.split("\t", 2 if path.parent.name == "semeval2013_2016" else 1)
        label = cells[-2].strip()
        return _GOOD_OR_BAD.get(label, label) if path.parent.name == _REVIEWS else label, cells[-1]
    except (ValueError, KeyError, TypeError, IndexError):
        raise UsageError(f"{path}, line {number + 1}: no label and text") from None


def bare(text: str) -> str:
    """Return what two texts have in common that say the same."""
    return _SIGNS.sub(" ", plain(text)).strip() or text


def apart(own: Labelled) -> Labelled:
    """Return the texts, each once, without those to learn from that are equal to a held-out one."""
    held = {bare(text) for text, out in zip(own.texts, own.held, strict=True) if out}
    result, seen = Labelled(), set()
    for text, label, out in zip(own.texts, own.labels, own.held, strict=True):
        key = bare(text)
        if key not in seen and (out or key not in held):
            seen.add(key)
            result.texts.append(text)
            result.labels.append(label)
            result.held.append(out)
    return result


def _has_all(own: Labelled) -> bool:
    pairs = set(zip(own.labels, own.held, strict=True))
    return len(pairs) == 2 * len(CLASSES)
