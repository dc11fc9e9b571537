import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.plain_posts import plain_post
from ingest.records import Record
from ingest.source import source
from ingest.sources.stdin import Stdin
from schemas.clock import ManualClock
from schemas.codec import encode
from schemas.errors import Poison
from schemas.post import PostEvent, post_id
from schemas.wire import from_ms, ms

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LEAST: dict[str, Any] = {
    "source": "forum", "native_id": "t-17", "text": "A kettle", "published_at": "2024-03-01T12:00:00Z",
}  # fmt: skip


def ndjson(fields: object) -> PostEvent:
    [event] = source("ndjson").parse(Record(1, orjson.dumps(fields)))
    assert isinstance(event, PostEvent)
    return event


def test_the_least_that_is_enough_is_filled_in() -> None:
    event = ndjson(LEAST)
    assert event.model_dump(exclude_none=True, exclude={"schema_version", "links", "media", "flags"}) == {
        "id": post_id("forum", "t-17"), "source": "forum", "native_id": "t-17", "op": "create", "kind": "post",
        "version": ms(NOON), "published_at": NOON, "observed_at": NOON, "text": "A kettle",
    }  # fmt: skip


def test_our_own_post_events_come_back_as_they_were() -> None:
    event = plain_post(
        {
            **LEAST, "observed_at": "2024-03-01T12:00:05Z", "author": {"id": "1", "handle": "mia"}, "lang": "en",
            "native_refs": {"parent": "t-16"}, "counts": {"likes": 0}, "media": [{"kind": "image"}], "mood": ["x"],
        },
        "ndjson",
    )  # fmt: skip
    assert ndjson(orjson.loads(encode(event))) == event


def test_ids_of_other_posts_may_be_the_networks_own() -> None:
    event = ndjson({**LEAST, "parent_id": "t-16", "root_id": post_id("forum", "t-1")})
    assert (event.kind, event.parent_id, event.root_id) == (
        "reply", post_id("forum", "t-16"), post_id("forum", "t-1"),
    )  # fmt: skip
    assert event.native_refs
    assert event.native_refs.parent == "t-16"


def test_without_an_id_the_content_makes_one() -> None:
    first, again = ndjson({"text": "a", "published_at": 1709294400}), ndjson({"text": "a", "published_at": 1709294400})
    other = ndjson({"text": "b", "published_at": 1709294400})
    assert (first.source, first.id) == ("ndjson", again.id)
    assert first.id != other.id
    assert ndjson({**LEAST, "native_id": None, "id": 17}).native_id == "17"


def test_versions_of_updates_and_deletions_are_not_the_time_of_publication() -> None:
    seen = {"observed_at": "2024-03-01T13:00:00Z"}
    assert ndjson({**LEAST, **seen}).version == ms(NOON)
    assert ndjson({**LEAST, **seen, "op": "update"}).version == ms(NOON) + 3_600_000
    assert ndjson({**LEAST, "op": "delete", "version": 5, "text": None}).version == 5


def test_empty_values_are_none_and_html_is_text_where_it_is_said() -> None:
    event = ndjson({**LEAST, "text": "<p>5 &lt; 6</p>", "markup": "html", "title": "", "lang": "", "author": "Mia"})
    assert (event.text, event.title, event.lang, event.model_extra) == ("5 < 6", None, None, {})
    assert event.author
    assert event.author.name == "Mia"
    assert ndjson({**LEAST, "text": "<p>as it is</p>"}).text == "<p>as it is</p>"


def test_a_claim_is_held_against_the_time_of_the_recording_if_there_is_one() -> None:
    far = {**LEAST, "published_at": "3000-01-01T00:00:00Z"}
    event = ndjson({**far, "observed_at": "2024-03-01T12:00:00Z", "flags": ["mine"]})
    assert (event.published_at, event.flags) == (NOON, ["mine", "time_clamped"])
    with pytest.raises(Poison, match="bad_time"):
        ndjson(far)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "secret"}, "bad_time"),
        ({**LEAST, "published_at": "0001-01-01"}, "bad_time"),
        ({**LEAST, "published_at": "secret"}, "bad_time"),
        ({"published_at": "2024-03-01", "secret": 1}, "bad_shape"),
        ({**LEAST, "text": {"secret": 1}}, "bad_value"),
        ({**LEAST, "text": 5, "markup": "html"}, "bad_shape"),
        ({**LEAST, "source": ["secret"]}, "bad_value"),
        ({**LEAST, "native_id": ["secret"]}, "bad_value"),
        ({**LEAST, "native_refs": "secret"}, "bad_shape"),
        ({**LEAST, "version": 2**42}, "bad_value"),
        ({**LEAST, "schema_version": 9}, "unknown_kind"),
        ({**LEAST, "counts": {"likes": -1}}, "bad_value"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(fields: object, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        ndjson(fields)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


def test_lines_of_text_are_posts_of_the_moment_they_arrive() -> None:
    stdin = Stdin()
    stdin.clock = clock = ManualClock(NOON)
    records = stdin.records(io.BytesIO(b"A kettle\n\nA kettle\n"))
    first = stdin.parse(next(records))[0]
    clock.advance(1)
    second = stdin.parse(next(records))[0]
    assert isinstance(first, PostEvent)
    assert isinstance(second, PostEvent)
    assert (first.text, first.observed_at, first.published_at) == ("A kettle", NOON, None)
    assert second.observed_at == from_ms(ms(NOON) + 1000)
    assert first.id != second.id


def test_lines_of_json_may_say_their_own_time() -> None:
    stdin = Stdin()
    stdin.clock = ManualClock(NOON)
    found = []
    for record in stdin.records(io.BytesIO(b'{"text":"x"}\n{"text":"y","published_at":"2024-01-01"}\n')):
        found += stdin.parse(record)
    assert [event.observed_at for event in found if isinstance(event, PostEvent)] == [NOON, NOON]
    assert isinstance(found[1], PostEvent)
    assert found[1].published_at == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b'{"text":', "truncated"), (b"caf\xff\xfe", "bad_encoding"), (b"x" * 10_000_000, "too_large")],
)
def test_bad_lines_of_standard_input(line: bytes, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        Stdin().parse(Record(1, line, ms(NOON)))
    assert refused.value.reason == reason
