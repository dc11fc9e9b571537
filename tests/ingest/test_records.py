import io
from pathlib import Path
from typing import Any

import pytest

from ingest import records
from ingest.records import MAX_RECORD_BYTES, Record, decode, json_records, text_lines
from schemas.errors import Poison


def split(payload: bytes) -> list[Record]:
    return list(json_records(io.BytesIO(payload)))


def values(payload: bytes) -> list[tuple[int, object]]:
    return [(record.number, decode(record)) for record in split(payload)]


TWO = [(1, {"a": 1}), (2, {"a": 2})]


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":1}\n{"a":2}',
        b'{"a":1}\r\n{"a":2}\r\n',
        b'\xef\xbb\xbf{"a":1}\n{"a":2}\n',
        '{"a":1}\n{"a":2}\n'.encode("utf-16"),
        '{"a":1}\r\n{"a":2}\r\n'.encode("utf-16-le"),
        '{"a":1}\n{"a":2}\n'.encode("utf-16-be"),
        b'[{"a":1},{"a":2}]',
        b'\n[{"a":1},{"a":2}]\n\n',
        b'[\n  {"a": 1},\n  {\n"a": 2}\n]',
        '\ufeff[\n{"a":1},{"a":2}\n]'.encode("utf-16-le"),
    ],
)
def test_the_content_says_how_records_are_packed(payload: bytes) -> None:
    assert values(payload) == TWO


def test_blank_lines_are_no_records_but_are_counted() -> None:
    assert values(b'\n\n \t\r\n{"a":1}\n\n{"a":2}\n') == [(4, {"a": 1}), (6, {"a": 2})]
    assert split(b"") == split(b"\n\r\n  ") == []


def test_one_document_is_one_record_with_its_bytes() -> None:
    document = b'{\n  "a": [\n    1\n  ]\n}\n'
    assert split(document) == [Record(1, document.rstrip(), {"a": [1]})]


def test_lines_that_are_arrays_stay_lines() -> None:
    assert [record.payload for record in split(b'["x",1]\n["y",2]\n')] == [b'["x",1]', b'["y",2]']


def test_a_bad_first_line_does_not_hide_the_others() -> None:
    found = split(b'{"a":\n{"a":2}\n{"a":3}')
    assert [record.number for record in found] == [1, 2, 3]
    assert decode(found[1]) == {"a": 2}
    with pytest.raises(Poison, match="truncated"):
        decode(found[0])


def test_lines_are_read_lazily(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b'{"a":1}\n' * 2)
    with path.open("rb", buffering=0) as reading, path.open("ab", buffering=0) as writing:
        found = json_records(reading)
        assert [next(found).number, next(found).number] == [1, 2]
        writing.write(b'{"a":3}\n')  # had it read ahead to the end, it would not come to this
        assert [record.payload for record in found] == [b'{"a":3}']


def test_a_long_line_is_refused_and_keeps_its_bytes() -> None:
    long = b'{"text":"' + b"x" * 10_000_000 + b'"}'
    before, refused, after = split(b'{"a":1}\n' + long + b'\n{"a":2}')
    with pytest.raises(Poison, match="too_large"):
        decode(refused)
    assert refused.payload == long
    assert (decode(before), decode(after)) == ({"a": 1}, {"a": 2})


def test_a_large_element_of_an_array_is_refused_alone() -> None:
    first, second = split(b'[{"text":"' + b"x" * MAX_RECORD_BYTES + b'"},\n{"a":2}]')
    with pytest.raises(Poison, match="too_large"):
        decode(first)
    assert decode(second) == {"a": 2}


def test_no_line_is_held_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "HELD_BYTES", 1000)
    found = list(text_lines(io.BytesIO(b"a" * 5_000_000 + b"\nb\n" + b"c" * 70_000)))
    assert [(line.number, len(line.payload)) for line in found] == [(1, 1004), (2, 1), (3, 1000)]


@pytest.mark.parametrize("payload", [b"[1]", b'"text"', b"null", b"7"])
def test_what_is_no_object_has_a_bad_shape(payload: bytes) -> None:
    with pytest.raises(Poison, match="bad_shape"):
        decode(Record(1, payload))


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        (b'{"a":1}{"a":2}', [{"a": 1}, {"a": 2}]),
        (b'{"a":1},\n{"a":2}', [{"a": 1}, {"a": 2}]),
        (b'[{"a":1},\n{"a":2},]', [{"a": 1}, {"a": 2}]),
        (b'[{"a":1},{"a":[{}]},{"a', [{"a": 1}, {"a": [{}]}, None]),
        (b'[\n  {\n    "a": 1\n  },\n  {\n    "a":', [{"a": 1}, None]),
        (b'[{"a":1},{"a":NaN},{"a":"}{"}]', [{"a": 1}, None, {"a": "}{"}]),
        (b'\x1e{"a":1}\n\x1e{"a":2}\n', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}{"a":2} and more', [None]),
        (b'[[{"a":1}],[{"a":2}]]', [{"a": 1}, {"a": 2}]),
        ('[{"a":1}]'.encode("utf-16-le"), [{"a": 1}]),
    ],
)
def test_values_that_stand_one_after_the_other(recording: bytes, expected: list[Any]) -> None:
    assert [whole(record) for record in split(recording)] == expected


def whole(record: Record) -> Any:
    """Return the object that a record is, None where it is refused."""
    try:
        return decode(record)
    except Poison:
        return None
