import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.event_stream import EventStream, ServerEvent, event_records, is_event_stream, server_events
from ingest.records import MAX_RECORD_BYTES, decode
from schemas.errors import Poison

STREAM = (
    b"\xef\xbb\xbf:)\n"
    b'event: update\ndata: {"id":"1"}\n\n'
    b":thump\r\n\r\n"
    b"event:delete\r\ndata:1\r\n\r\n"
    b"id: 7\rdata: first\rdata:\rdata:  third\r\r"
    b"retry: 10\nunknown: x\nno colon\n\n"
    b"event: filters_changed\n\n"
    b"data\n\n" + "data: 茶壺\n\n".encode()
)
EVENTS = [
    ServerEvent("update", b'{"id":"1"}'),
    ServerEvent("delete", b"1"),
    ServerEvent("message", b"first\n\n third", "7"),
    ServerEvent("message", b"", "7"),
    ServerEvent("message", "茶壺".encode(), "7"),
]  # fmt: skip


def test_events_come_whole_whatever_their_lines_end_in() -> None:
    assert list(server_events(io.BytesIO(STREAM))) == EVENTS


@given(st.lists(st.integers(0, len(STREAM))))
def test_any_cuts_give_the_same_events(cuts: list[int]) -> None:
    stream = EventStream()
    found = []
    for start, end in pairwise([0, *sorted(cuts), len(STREAM)]):
        found += stream.feed(STREAM[start:end])
    assert found == EVENTS
    assert stream.rest() is None


@given(st.binary(max_size=200) | st.text("de:\n\r ataevn", max_size=60).map(str.encode))
def test_any_bytes_are_read_and_no_cut_matters(content: bytes) -> None:
    stream = EventStream()
    found = [event for byte in content for event in stream.feed(bytes([byte]))]
    if (last := stream.rest()) is not None:
        found.append(last)
    assert found == list(server_events(io.BytesIO(content)))


def test_the_last_event_of_a_recording_needs_no_end() -> None:
    for end in (b"", b"\n"):
        assert list(server_events(io.BytesIO(b'event: update\ndata: {"id":' + end))) == [
            ServerEvent("update", b'{"id":')
        ]


def test_records_are_what_a_websocket_would_carry() -> None:
    records = list(event_records(io.BytesIO(STREAM)))
    assert [record.number for record in records] == [1, 2, 3, 4, 5]
    assert decode(records[0]) == {"event": "update", "payload": '{"id":"1"}'}
    assert records[0].payload == b'{"event":"update","payload":"{\\"id\\":\\"1\\"}"}'


@pytest.mark.parametrize(
    ("data", "reason"), [(b"a\xff\xfe", "bad_encoding"), (b"9" * MAX_RECORD_BYTES * 2, "too_large")]
)
def test_data_that_no_record_may_hold_are_refused_alone(data: bytes, reason: str) -> None:
    before, bad, after = event_records(io.BytesIO(b"data: {}\n\ndata: " + data + b"\n\ndata: {}\n\n"))
    assert decode(before) == decode(after)
    with pytest.raises(Poison) as refused:
        decode(bad)
    assert refused.value.reason == reason


def test_an_endless_event_is_not_kept() -> None:
    stream = EventStream()
    for _ in range(3000):
        assert stream.feed(b"data: " + b"x" * 9_000 + b"\n") == []
    [event] = stream.feed(b"\n")
    assert MAX_RECORD_BYTES < len(event.data) < 2 * MAX_RECORD_BYTES


@pytest.mark.parametrize("head", [b":)\n", b"event: x", b"\xef\xbb\xbf\n\ndata:x", b"retry: 5\n"])
def test_an_event_stream_is_told_by_its_beginning(head: bytes) -> None:
    assert is_event_stream(head)


@pytest.mark.parametrize("head", [b"", b'{"event": 1}', b"[]", b"events: 1", b"text"])
def test_other_content_is_none(head: bytes) -> None:
    assert not is_event_stream(head)
