import gzip
import io
from pathlib import Path

import pytest

from ingest.parsing import ParseReport, parse_recording, parse_stream
from ingest.source import source
from schemas.errors import Poison, UsageError

LINES = b'{"text":"a","published_at":"2024-03-01"}\noops\n{"text":"b","published_at":"2024-03-01"}\n{"text":"c","publ'


def test_counts_what_comes_out_and_stops_at_nothing(tmp_path: Path) -> None:
    path = tmp_path / "posts"
    path.write_bytes(gzip.compress(LINES))
    report, bad = ParseReport(), {}
    for record, outcome in parse_recording(source("ndjson"), path):
        report.add(outcome)
        if isinstance(outcome, Poison):
            bad[record.number] = (outcome.reason, record.payload)
    assert report.json() == '{"events":2,"skipped":{},"bad":2}'
    assert bad == {2: ("bad_json", b"oops"), 4: ("truncated", b'{"text":"c","publ')}


def test_an_interrupted_reading_goes_on_after_the_records_it_has() -> None:
    [(third, _), (fourth, _)] = parse_stream(source("ndjson"), io.BytesIO(LINES), skip=2)
    assert (third.number, fourth.number) == (3, 4)


def test_likes_and_notices_are_counted_by_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "events"
    like = (
        b'{"did":"did:plc:a","time_us":1709294400000000,"kind":"commit","commit":{"operation":"create","collection":'
        b'"app.bsky.feed.like","rkey":"3a","record":{"subject":{"uri":"at://did:plc:b/app.bsky.feed.post/3b"}}}}\n'
    )
    account = (
        b'{"did":"did:plc:a","time_us":1709294400000000,"kind":"account",'
        b'"account":{"active":false,"did":"did:plc:a","status":"deleted","time":"2024-03-01T12:00:00Z"}}\n'
    )
    path.write_bytes(like * 2 + account)
    report = ParseReport()
    for _, outcome in parse_recording(source("bluesky-jetstream"), path):
        report.add(outcome)
    assert report.json() == '{"events":0,"skipped":{"account":1,"like":2},"bad":0}'


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        list(parse_recording(source("ndjson"), tmp_path / "absent"))
