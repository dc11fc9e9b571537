"""Whatever becomes of a payload, a source gives events that can be, skipped things with a name, or one reason."""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from ingest.parsing import Outcome, ParseReport, parse_recording, parse_stream, parsed
from ingest.records import Record
from ingest.source import Skipped, source, sources
from schemas.codec import decode, encode
from schemas.errors import Poison
from schemas.post import AHEAD, EARLIEST, Counts, PostEvent
from schemas.times import LATEST
from tests.support.recordings import EXAMPLES, WHOLE

NAMES = sorted(sources().keys() - {"clicks"})
DOCUMENTS = {"feeds", "podcast", "youtube-atom", "ptt", "csv", "gdelt-gkg", "gdelt-mentions"}  # not of JSON
TIMES = 120  # payloads of each source
LARGEST, OF_DOCUMENT = 30_000, 5_000  # bytes of a payload that is mangled
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, -(2**62), 1e300, -0.5, "", " ", "0", "-7", "x", "null", "9" * 40,
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "Mon Jan 01 00:00:00 +0000 1900", "💥" * 3,
    "javascript:alert(1)", "http://[", "<p", [], [None], [[]], ["x"], {}, {"id": None}, {"x": {"x": []}}, {"$type": 5},
]  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place inside a value, as what holds it and the key or number there."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            if isinstance(node[key], (dict, list)):
                waiting.append(node[key])


def mangled(payload: bytes, random: Random) -> bytes:
    """Return JSON in which some values are gone, of another kind, cut, doubled or nested."""
    value = orjson.loads(payload)
    for _ in range(random.choice((1, 1, 2, 5))):
        found = list(places(value)) if isinstance(value, (dict, list)) else []
        if not found:
            break
        node, key = random.choice(found)
        match random.randrange(6):
            case 0:
                del node[key]
            case 1 if isinstance(node[key], str):
                node[key] = node[key][: random.randrange(len(node[key]) + 1)]
            case 2:
                node[key] = [node[key]]
            case 3:
                node[key] = {str(key): node[key]}
            case 4:
                other, where = random.choice(found)
                node[key] = orjson.loads(orjson.dumps(other[where]))
            case _:
                node[key] = random.choice(ODD)
    return orjson.dumps(value)


def torn(payload: bytes, random: Random) -> bytes:
    """Return a document of which a part is gone, doubled or other bytes."""
    begin = random.randrange(len(payload) + 1)
    end = min(len(payload), begin + random.choice((1, 3, 40, 400)))
    filling = random.choice((b"", b"", payload[begin:end] * 2, b"\xff", b"\0", b"<", b"\t", b'"', b"9" * 30, b"&#0;"))
    return payload[:begin] + filling + payload[end:]


def check(outcome: Outcome) -> None:
    report = ParseReport()
    report.add(outcome)
    assert orjson.loads(report.json()).keys() == {"events", "skipped", "bad"}
    if isinstance(outcome, Poison):
        assert "\n" not in str(outcome)
        assert len(str(outcome)) < 200
        return
    for found in outcome:
        if isinstance(found, Skipped):
            assert isinstance(found.kind, str)
            assert 0 < len(found.kind) <= 300
        elif isinstance(found, PostEvent):
            check_event(found)


def check_event(event: PostEvent) -> None:
    assert event.native_id
    assert EARLIEST <= event.observed_at <= LATEST
    assert EARLIEST <= (event.published_at or event.observed_at) <= event.observed_at + AHEAD
    assert all((getattr(event.counts, name, None) or 0) >= 0 for name in Counts.model_fields)
    if event.place is not None:
        assert abs(event.place.lat or 0) <= 90
        assert abs(event.place.lon or 0) <= 180
    assert encode(decode(PostEvent, encode(event))) == encode(event)


def payloads(name: str) -> list[bytes]:
    example = EXAMPLES[name]
    whole = WHOLE.get(name, []) if name not in DOCUMENTS else []
    return [example.head + example.good(1), *whole]


def try_all(name: str, whole: list[bytes], times: int) -> None:
    random, found = Random(name), source(name)
    for number in range(times):
        payload = whole[number % len(whole)]
        if name in DOCUMENTS:
            for _, outcome in parse_stream(found, io.BytesIO(torn(payload, random))):
                check(outcome)
        else:
            check(parsed(found, Record(1, mangled(payload, random))))


@pytest.mark.parametrize("name", NAMES)
def test_invented_payloads(name: str) -> None:
    try_all(name, payloads(name), TIMES)


@pytest.mark.parametrize("name", NAMES)
def test_real_payloads(name: str, shared: Path) -> None:
    folder = shared / "samples" / name
    whole: list[bytes] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name == "SOURCE.txt":
            continue
        if name in DOCUMENTS:
            whole.append(path.read_bytes()[:OF_DOCUMENT])
        else:
            whole += [record.payload for record, _ in islice(parse_recording(source(name), path), 8)]
    try_all(name, [payload for payload in whole if len(payload) <= LARGEST] or payloads(name), TIMES)
