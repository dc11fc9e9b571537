"""Texts as NDJSON in, what the chain says of them as NDJSON out: the inside of `hearken analyze`."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import orjson

from enrich.chain import Chain
from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.mention import Analysis, Entity
from schemas.wire import plain

_BATCH = 256
_MAX_BYTES = 10_000_000


class _Request(NamedTuple):
    """One line: its id as given (any JSON value), its text and language, and what is wrong with it if anything is."""

    id: object
    text: str = ""
    lang: str | None = None
    error: str | None = None


def analyze_lines(chain: Chain, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one line of JSON, without its line end, for each line `{"id","text"[,"lang"]}`, in order.

    A line that is no such object, or holds no text, is answered in the same shape with an `error` that says why.
    Offsets count the code points of the text as it was given. Lines are read in batches of 256.
    """
    waiting = iter(lines)
    while batch := [_request(line) for line in islice(waiting, _BATCH)]:
        analyses = chain.analyse([Analysis(text=request.text, lang=request.lang) for request in batch])
        for request, analysis in zip(batch, analyses, strict=True):
            yield _encoded(_answer(request, analysis))


def _request(line: bytes) -> _Request:
    try:
        value = json_value(line.strip(), _MAX_BYTES)
    except Poison as error:
        return _Request(None, error=str(error))
    if rb"\ud" in line.lower():
        value = json.loads(line)  # keeps half surrogate pairs, which offsets count
    if not isinstance(value, dict):
        return _Request(None, error="bad_shape: not an object")
    given, text, lang = value.get("id"), value.get("text"), value.get("lang")
    if not isinstance(text, str):
        return _Request(given, error="bad_shape: text is missing or no text")
    if lang is not None and not isinstance(lang, str):
        return _Request(given, text, error="bad_shape: lang is no text")
    return _Request(given, text, lang, None if text.strip() else "bad_value: text is empty")


def _answer(request: _Request, analysis: Analysis) -> dict[str, object]:
    answer = analysis.model_dump(mode="json", exclude={"text", "lang", "entities"})
    answer = {"id": request.id, **answer, "entities": _entities(request.text, analysis)}
    if request.error is not None:
        answer["error"] = request.error
    return answer


def _entities(text: str, analysis: Analysis) -> list[dict[str, object]]:
    """Return the entities with offsets into `text` as given: the analysis knows it without unsafe code points."""
    if text == analysis.text or not analysis.entities:
        return [_entity(text, entity, entity.start, entity.end) for entity in analysis.entities]
    kept = [
        at for at, c in enumerate(text) if plain(c) and not (c == "\r" and text[at + 1 : at + 2] == "\n")
    ]  # a line end of two characters becomes one, the second
    return [_entity(text, entity, kept[entity.start], kept[entity.end - 1] + 1) for entity in analysis.entities]


def _entity(text: str, entity: Entity, start: int, end: int) -> dict[str, object]:
    return {"text": text[start:end], "label": entity.label, "start": start, "end": end, "name": entity.name}


def _encoded(answer: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(answer)
    except TypeError:  # half a surrogate pair in the text or the id, which only an escape can carry
        return json.dumps(answer).encode()
