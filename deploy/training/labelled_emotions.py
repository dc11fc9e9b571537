"""Texts labelled with emotions in a folder, language by language, with those that are held out for measuring.

Read are, where they exist:

- `<language code>/*.tsv`: a label and a text a line, tab between them. A fifth is held out.
- `tweeteval/emotion/{train,val}_{text,labels}.txt`: 0 to 3 for anger, joy, optimism, sadness; English. val is held out.
- `zh_smp2020/*.jsonl`: text and emotion; Chinese. Half of the two eval files is held out.

Labels are joy, optimism, anger, sadness, fear, surprise and none. Which text is held out, and what is left out for
being on both sides, goes as in `labelled_texts.py`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import orjson

from deploy.training.labelled_texts import Labelled, apart, bare
from enrich.emotion_model import CLASSES
from schemas.errors import UsageError

_NAMES = {name: number for number, name in enumerate(CLASSES)}
_NAMES |= {
    other: _NAMES[name]
    for other, name in {"happy": "joy", "angry": "anger", "sad": "sadness", "neutral": "none"}.items()
}
_NUMBERED = ("anger", "joy", "optimism", "sadness")  # what 0 to 3 are in tweeteval
_FEWEST = 20  # texts that a class is learned from, and half as many to measure it
_CODE = re.compile("[a-z]{2,3}")


def read(folder: Path) -> dict[str, Labelled]:
    """Return the texts of each language that has enough of two classes at least; others of its classes are left out.

    Raises UsageError, which names file and line, for a folder without such texts and for a label that is none.
    """
    found: dict[str, Labelled] = {}
    for path, language, share in _files(folder):
        own = found.setdefault(language, Labelled())
        for number, (label, text) in enumerate(_lines(path), start=1):
            if label not in _NAMES:
                raise UsageError(f"{path}, line {number}: not a label: write {', '.join(CLASSES)}, a tab and the text")
            own.texts.append(text)
            own.labels.append(_NAMES[label])
            own.held.append(crc32(bare(text).encode()) % 1_000 < 1_000 * share)
    usable = {language: _common(apart(own)) for language, own in sorted(found.items())}
    usable = {language: own for language, own in usable.items() if len(set(own.labels)) > 1}
    if not usable:
        raise UsageError(
            f"{folder}: no texts labelled with emotions: put a label ({', '.join(CLASSES)}) and a text on each line of "
            f"{folder / 'en' / 'posts.tsv'}, a tab between them, some hundred lines of each label"
        )
    return usable


def _files(folder: Path) -> Iterator[tuple[Path, str, float]]:
    """Yield file, language, and the share that is held out."""
    for path in sorted(folder.glob("*/*.tsv")):
        if _CODE.fullmatch(path.parent.name):
            yield path, path.parent.name, 0.2
    for part, share in (("train", 0.0), ("val", 1.0)):
        if (path := folder / "tweeteval" / "emotion" / f"{part}_text.txt").is_file():
            yield path, "en", share
    for path in sorted(folder.glob("zh_smp2020/*.jsonl")):
        yield path, "zh", 0.5 if "eval" in path.name else 0.0


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").removesuffix("\n").split("\n")
        if path.suffix == ".txt":
            labels = path.with_name(path.name.replace("_text", "_labels")).read_text(encoding="utf-8").split()
            yield from zip((_NUMBERED[int(label)] for label in labels), lines, strict=True)
            return
    except (OSError, ValueError, IndexError) as error:
        raise UsageError(f"{path}: cannot be read as labelled texts: {type(error).__name__}") from None
    for number, line in enumerate(lines, start=1):
        try:
            if path.suffix == ".jsonl":
                row = orjson.loads(line)
                yield str(row["emotion"]), str(row["text"])
            else:
                label, text = line.removesuffix("\r").split("\t", 1)
                yield label.strip(), text
        except (ValueError, KeyError, TypeError):
            raise UsageError(f"{path}, line {number}: no label and text") from None


def _common(own: Labelled) -> Labelled:
    """Return the texts of classes that are frequent enough on both sides."""
    counts = {(label, out): 0 for label in set(own.labels) for out in (False, True)}
    for label, out in zip(own.labels, own.held, strict=True):
        counts[label, out] += 1
    rows = [
        row
        for row in zip(own.texts, own.labels, own.held, strict=True)
        if counts[row[1], False] >= _FEWEST and 2 * counts[row[1], True] >= _FEWEST
    ]
    return Labelled([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
