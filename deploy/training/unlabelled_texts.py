"""Texts without labels, from which groups of words are learned: from a folder, and from files named beside it."""

import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from schemas.errors import UsageError

_MOST = 150_000  # texts


def read(folder: Path, language: str, files: Sequence[Path] = ()) -> list[str]:
    """Return each text once: of `files`, of `<language>/*.txt` and of every `*_text.txt` and `train.tsv` below English
    folders of public sets in `sentiment`; a text a line. Of NDJSON, also packed by xz, the field `text` is read.

    Raises UsageError for a file that cannot be read.
    """
    paths = [*files, *sorted(folder.glob(f"{language}/*.txt"))]
    if language == "en":
        paths += sorted(folder.glob("sentiment/tweeteval/[!s]*/*_text.txt"))
        paths += sorted(folder.glob("sentiment/umsab/english/train_text.txt"))
        paths += sorted(folder.glob("sentiment/semeval*/train.tsv"))
    found: dict[str, None] = {}
    for path in paths:
        for text in _texts(path):
            if len(found) < _MOST:
                found[text] = None
    return list(found)


def _texts(path: Path) -> Iterator[str]:
    try:
        content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        lines = content.decode("utf-8-sig").splitlines()
        is_json = ".ndjson" in path.suffixes
        for line in lines:
            text = orjson.loads(line).get("text") if is_json else line.rsplit("\t", 1)[-1]
            if isinstance(text, str) and text.strip():
                yield text
    except (OSError, ValueError, AttributeError, lzma.LZMAError) as error:
        raise UsageError(f"{path}: no file with a text a line: {type(error).__name__}") from None
