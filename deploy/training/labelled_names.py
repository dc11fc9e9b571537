"""Texts in which names are marked, in a folder, with those that are held out for measuring.

Read are, in the folder or its subfolder `ner`, where they exist:

- `<language code>/*.conll`: a word (in languages without spaces a character) and a label a line, tab between them, an
  empty line behind each text. A label is `O`, or `B-` or `I-` and a kind of name as hearken or spaCy calls it. A tenth
  is held out.
- `wnut17/*.conll` (English): what is called `dev` is held out. `btc/*.conll` (English): a tenth is held out; products
  and works were not labelled there, so that `O` may be one.
- `weibo/*` (Chinese): a fifth is held out, by which nothing was ever chosen; only names count, not mentions by a common
  noun. `msra/*` (Chinese): one sentence in fifty is held out, every second is read.

Which text is held out goes by its digest, but for files that are held out as a whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from enrich.name_model import LABELS, Name
from schemas.errors import UsageError

SPACELESS = frozenset({"zh", "ja"})
_KINDS = {
    **LABELS,
    "location": "place",
    "corporation": "organisation",
    "group": "organisation",
    "creative-work": "work",
    "PER.NAM": "person",
    "LOC.NAM": "place",
    "GPE.NAM": "place",
    "ORG.NAM": "organisation",
}
_CODE = re.compile("[a-z]{2,3}")
_OPEN = {"btc": ("product", "work")}
_MSRA_STEP = 2


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with its names in order; `open` are kinds of names that it may hold without their being marked."""

    text: str
    names: tuple[Name, ...]
    held: bool
    origin: str
    open: tuple[str, ...] = ()


def read(folder: Path) -> dict[str, list[MarkedText]]:
    """Return the marked texts of each language; UsageError names file and line of what cannot be read."""
    found: dict[str, list[MarkedText]] = {}
    for path, language, (first, behind) in _files(folder):
        for number, (text, names) in enumerate(_texts(path, "" if language in SPACELESS else " ")):
            if path.parent.name == "msra" and number % _MSRA_STEP:
                continue
            held = first <= crc32(text.encode(errors="surrogatepass")) % 1_000 < behind
            origin = path.parent.name
            found.setdefault(language, []).append(MarkedText(text, names, held, origin, _OPEN.get(origin, ())))
    usable = {language: texts for language, texts in sorted(found.items()) if len({one.held for one in texts}) == 2}
    if not usable:
        raise UsageError(
            f"{folder}: no texts with names: put a word, a tab and a label (O, B-person, I-person) on each line of "
            f"{folder / 'en' / 'posts.conll'}, with an empty line behind each text, a hundred texts or more"
        )
    return {language: _apart(texts) for language, texts in usable.items()}


def _files(folder: Path) -> Iterator[tuple[Path, str, tuple[int, int]]]:
    """Yield file, language, and which thousandths of the digests are held out: from the first, before the second."""
    for root in (folder, folder / "ner"):
        for path in sorted(root.glob("*/*.conll")):
            if _CODE.fullmatch(path.parent.name) and path.parent.name != "btc":
                yield path, path.parent.name, (0, 100)
        for path in sorted(root.glob("wnut17/*.conll")):
            yield path, "en", (0, 1_000 * ("dev" in path.name))
        for path in sorted(root.glob("btc/*.conll")):
            yield path, "en", (0, 100)
        for path in sorted(root.glob("weibo/weiboNER*")):
            yield path, "zh", (200, 400)  # by the other fifths recipes and features were chosen
        for path in sorted(root.glob("msra/*.txt")):
            yield path, "zh", (0, 20)


def _texts(path: Path, glue: str) -> Iterator[tuple[str, tuple[Name, ...]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as UTF-8: {type(error).__name__}") from None
    words: list[tuple[str, str]] = []
    for number, line in enumerate([*lines, ""], 1):
        cells = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        if not line.strip():
            if words:
                yield _joined(words, glue)
            words = []
        elif len(cells) < 2 or not re.fullmatch(r"O|[BI]-.+", cells[-1]):
            raise UsageError(f"{path}, line {number}: write a word, a tab, and a label such as O or B-person")
        else:
            words.append((cells[0] if glue else cells[0][:1], cells[-1]))


def _joined(words: list[tuple[str, str]], glue: str) -> tuple[str, tuple[Name, ...]]:
    """Return the words as one text, and what is marked in it; handles are no names here."""
    text, names = "", list[Name]()
    before = ""
    for word, label in words:
        text += glue if text else ""
        start = len(text) + (len(word) > 1 and word[0] == "#")
        text += word
        kind = _KINDS.get(label[2:])
        if kind is not None and not (len(word) > 1 and word[0] == "@"):
            if label[0] == "I" and names and before == label[2:] and names[-1].end >= start - 1 - len(glue):
                names[-1] = Name(names[-1].start, len(text), kind)
            else:
                names.append(Name(start, len(text), kind))
        before = label[2:]
    return text, tuple(names)


def _apart(texts: list[MarkedText]) -> list[MarkedText]:
    """Return each text once; what is held out is not among the others."""
    held = {one.text for one in texts if one.held}
    chosen = [one for one in texts if one.held or one.text not in held]
    return list({one.text: one for one in chosen}.values())
