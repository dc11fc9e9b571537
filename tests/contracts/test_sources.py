"""The contract of a source: what every one of them does with good, bad and odd recordings."""

import io
import sys
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter
from pathlib import Path
from textwrap import dedent

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.sources
from ingest.parsing import Outcome, ParseReport, parse_recording, parse_stream, parsed
from ingest.records import Record
from ingest.source import Skipped, Source, source, sources
from schemas.codec import decode, encode
from schemas.errors import Poison, UsageError
from schemas.post import PostEvent, post_id
from tests.support.feed_samples import FEED_SAMPLES
from tests.support.forum_samples import FORUM_SAMPLES
from tests.support.network_samples import NETWORK_SAMPLES
from tests.support.platform_samples import PLATFORM_SAMPLES
from tests.support.recordings import CANARY, EXAMPLES, WHOLE, Example

NAMES = sorted(sources().keys() - {"clicks"})  # which is no source of posts: tests/ingest/test_clicks.py
FAULTS = [(name, fault) for name in NAMES if name in EXAMPLES for fault in EXAMPLES[name].bad]

TABLES = {"csv", "gdelt-gkg", "gdelt-mentions"}
NOON_MS = 1_709_294_400_000
ODD_VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 2**63, 1e300, "", "x", "9" * 30, "0001-01-01T00:00:00+09:00"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "uri", "$type"]), inner),
    max_leaves=4,
)
# What the files hold, counted by hand: post events, skipped, bad records. A retweet is two post events.
SAMPLES = {
    **FEED_SAMPLES,
    **FORUM_SAMPLES,
    **NETWORK_SAMPLES,
    **PLATFORM_SAMPLES,
    "hackernews-algolia/fixtures_a.json": (15, {}, 0),
    "hackernews-firebase/items.json": (3, {"updates": 1, "user": 1}, 0),
    "mastodon-rest/account_search.json": (0, {"account": 40}, 0),
    "mastodon-rest/admin_trends_trending_statuses_success.json": (1, {}, 0),
    "mastodon-rest/context.json": (3, {}, 0),
    "mastodon-rest/featured_tags_delete_success.json": (0, {"empty": 1}, 0),
    "mastodon-rest/featured_tags_post_success.json": (0, {"tag": 1}, 0),
    "mastodon-rest/featured_tags_view_suggested_success.json": (0, {"tag": 2}, 0),
    "mastodon-rest/filter_status_deleted.json": (0, {"empty": 1}, 0),
    "mastodon-rest/followed_tags_view_all_followed_tags_success.json": (0, {"tag": 1}, 0),
    "mastodon-rest/grouped_notifications_get_all_success.json": (2, {"account": 4, "notification": 2}, 0),
    "mastodon-rest/notifications.json": (2, {}, 0),
    "mastodon-rest/poll.json": (0, {"poll": 1}, 0),
    "mastodon-rest/push_notification_subscription.json": (0, {"push_subscription": 1}, 0),
    "mastodon-rest/scheduled_status_with_poll.json": (0, {"scheduled_status": 1}, 0),
    "mastodon-rest/scheduled_statuses_get_statuses_success.json": (0, {"scheduled_status": 1}, 0),
    "mastodon-rest/search.json": (2, {"account": 6, "tag": 1}, 0),
    "mastodon-rest/search_only_accounts.json": (0, {"account": 6}, 0),
    "mastodon-rest/status_after_deleting.json": (1, {}, 0),
    "mastodon-rest/status_source.json": (0, {"status_source": 1}, 0),
    "mastodon-rest/status_with_previewcard.json": (1, {}, 0),
    "mastodon-rest/tag.json": (0, {"tag": 1}, 0),
    "mastodon-rest/timelines.json": (1, {}, 0),
    "mastodon-rest/trends_view_trending_statuses_success.json": (1, {}, 0),
    "mastodon-stream/statuses_mastodon_social.ndjson": (48, {}, 0),
    "mastodon-stream/test_stream_user_local.yaml": (2, {"account": 1, "instance": 2, "relationship": 1}, 0),
    "x-v1.1/one_tweet.json": (1, {}, 0),
    "x-v1.1/search_tweets.json": (4, {}, 0),
    "x-v2-stream/stream_a.jsonl": (4, {}, 0),
    "bluesky-rest/getListFeed.json": (13, {}, 0),
    "bluesky-rest/getPostThread.json": (58, {"blockedPost": 1}, 0),
    "bluesky-rest/marshalx_custom_record.json": (0, {"app.bsky.feed.pythonSdkCustomRecordPost": 1}, 0),
    "bluesky-rest/marshalx_extended_like_record.json": (0, {"like": 1}, 0),
    "bluesky-rest/marshalx_feed_record.json": (0, {"app.bsky.feed.generator": 1}, 0),
    "bluesky-rest/marshalx_like_record.json": (0, {"like": 1}, 0),
    "bluesky-rest/marshalx_resolve_handle.json": (0, {"resolveHandle": 1}, 0),
    "bluesky-jetstream/kinds_a.jsonl": (
        1, {"account": 1, "app.bsky.actor.profile": 1, "like": 1, "place.stream.broadcast.origin": 1}, 0,
    ),
    "bluesky-jetstream/window_a.jsonl": (
        10,
        {"app.bsky.actor.status": 1, "app.bsky.graph.block": 1, "app.bsky.graph.follow": 3, "identity": 1, "like": 60},
        0,
    ),
}  # fmt: skip


def parse(name: str, payload: bytes) -> list[tuple[Record, Outcome]]:
    return list(parse_stream(source(name), io.BytesIO(payload)))


def posts(outcome: Outcome) -> list[PostEvent]:
    assert not isinstance(outcome, Poison), outcome.detail
    return [parsed for parsed in outcome if isinstance(parsed, PostEvent)]


def check_description(found: Source) -> None:
    assert found.name in sources()
    assert found.network
    assert found.formats
    assert found.promise in ("at-least-once", "at-most-once")
    assert found.promise.capitalize() in (type(found).__doc__ or ""), "the docstring states the promise"


def check_good(found: Source, example: Example) -> None:
    """Pure, ids by network and native id, nothing made up for what a record does not say, a lossless round trip."""
    records = list(found.records(io.BytesIO(example.head + example.good(1) + b"\n" + example.good(2))))
    outcomes = [list(found.parse(record)) for record in records]
    assert outcomes == [list(found.parse(record)) for record in records]
    events = [event for outcome in outcomes for event in posts(outcome)]
    assert len({event.id for event in events}) == 2
    for event in events:
        assert event.id == post_id(event.source, event.native_id)
        assert attrgetter(example.says)(event) == CANARY
        assert 0 <= event.version < 2**42
        assert event.counts is None
        assert event.place is None
        assert event.author is None or event.author.followers is None
        assert not set(flat(event.model_dump(exclude={"version"}))) & {"", 0}
        assert decode(PostEvent, encode(event)) == event


def check_fault(found: Source, example: Example, fault: str) -> None:
    """One bad record is one reason or one skipped thing; it keeps its bytes; its neighbours are read."""
    bad = example.bad[fault]
    stream = io.BytesIO(example.head + example.good(1) + b"\n" + bad + b"\n" + example.good(2) + b"\n")
    (_, before), (record, refused), (_, after) = parse_stream(found, stream)
    assert [event.native_id for event in posts(before) + posts(after)] == [
        posts(outcome)[0].native_id
        for _, outcome in parse_stream(found, io.BytesIO(example.head + example.good(1) + b"\n" + example.good(2)))
    ]
    assert record.payload == bad
    if isinstance(refused, Poison):
        assert CANARY not in str(refused)
        assert "\n" not in str(refused)
        assert len(str(refused)) < 200
    else:
        assert [type(parsed) for parsed in refused] == [Skipped]


def flat(value: object) -> Iterator[object]:
    """Return every text and number inside a value; flags of yes and no are neither."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from flat(item)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield value


@pytest.mark.parametrize("name", NAMES)
def test_every_source_describes_itself_and_has_an_example(name: str) -> None:
    check_description(source(name))
    assert name in EXAMPLES, f"tests/support/recordings.py needs an example of {name}"


@pytest.mark.parametrize("name", NAMES)
def test_good_records(name: str) -> None:
    check_good(source(name), EXAMPLES[name])


@pytest.mark.parametrize(("name", "fault"), FAULTS)
def test_bad_records(name: str, fault: str) -> None:
    check_fault(source(name), EXAMPLES[name], fault)


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_last_line(name: str) -> None:
    example = EXAMPLES[name]
    *_, (_, good), (_, cut) = parse(name, example.head + example.good(1) + b"\n" + example.good(2)[:-14])
    assert len(posts(good)) == 1
    assert isinstance(cut, Poison)
    assert cut.reason in ("truncated", "bad_time")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "payload", [b"", b"\n\n\r\n", b"\xef\xbb\xbf", b"\0", b"\xff\xfe", b"[]", b"[[[", b"null", b"{}"]
)
def test_no_content_makes_a_source_raise(name: str, payload: bytes) -> None:
    for _, outcome in parse(name, payload):
        assert isinstance(outcome, (list, Poison))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in TABLES])
@given(data=st.data())
def test_any_value_at_any_place_is_parsed_or_poison(name: str, data: st.DataObject) -> None:
    message = orjson.loads(data.draw(st.sampled_from(WHOLE.get(name, [EXAMPLES[name].good(1)]))))
    node, key = message, data.draw(st.sampled_from(sorted(message)))
    while isinstance(node[key], dict) and node[key] and data.draw(st.booleans()):
        node = node[key]
        key = data.draw(st.sampled_from(sorted(node)))
    node[key] = data.draw(ODD_VALUES)
    outcome = parsed(source(name), Record(1, orjson.dumps(message), NOON_MS if name == "stdin" else None))
    if not isinstance(outcome, Poison):
        for event in posts(outcome):
            assert encode(decode(PostEvent, encode(event))) == encode(event)


@pytest.mark.parametrize("sample", SAMPLES)
def test_real_payloads(sample: str, shared: Path) -> None:
    report = ParseReport()
    for _, outcome in parse_recording(source(sample.partition("/")[0]), shared / "samples" / sample):
        report.add(outcome)
    assert (report.events, dict(report.skipped), report.bad) == SAMPLES[sample]


def test_every_real_payload_of_these_sources_is_counted(shared: Path) -> None:
    folders = [shared / "samples" / name for name in NAMES if (shared / "samples" / name).is_dir()]
    found = {f"{path.parent.name}/{path.name}" for folder in folders for path in folder.iterdir()}
    assert {name for name in found if not name.endswith("SOURCE.txt")} == SAMPLES.keys()


def test_packed_real_posts(shared: Path) -> None:
    path = shared / "replay" / "stocknet-tweets" / "tweets_2014-07_2015-08.ndjson.xz"
    report, originals = ParseReport(), 0
    for _, outcome in islice(parse_recording(source("x-v1.1"), path), 2000):
        report.add(outcome)
        originals += sum(event.via == "repost" for event in posts(outcome))
    assert (report.events - originals, dict(report.skipped), report.bad) == (2000, {}, 0)
    assert originals > 200


NEW_SOURCE = '''
    """Shouts, one a line."""

    from ingest.foreign import odd_shapes_refused, post_event
    from ingest.records import decode
    from ingest.source import Source
    from schemas.times import recorded_time


    class Shouting(Source):
        """Shouts. At-least-once: they are repeated."""

        name = "shouting"
        network = "street"
        formats = "JSON: one shout a line"

        def parse(self, record):
            shout = decode(record)
            with odd_shapes_refused():
                at = recorded_time(shout["at"])
                return [post_event(self.network, shout["id"], at, at, text=shout["text"])]
'''


@pytest.fixture
def new_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    (tmp_path / "shouting.py").write_text(dedent(NEW_SOURCE), encoding="utf-8")
    monkeypatch.setattr(ingest.sources, "__path__", [*ingest.sources.__path__, str(tmp_path)])
    sources.cache_clear()
    yield source("shouting")
    sources.cache_clear()
    del sys.modules["ingest.sources.shouting"]


def test_a_new_source_is_one_file(new_source: Source) -> None:
    def shout(number: int, year: int = 2024) -> bytes:
        return f'{{"id":"{number}","text":"{CANARY}","at":"{year:04}-03-01T12:00:00Z"}}'.encode()

    example = Example(shout, lambda year: shout(7, year))
    assert "shouting" in sources()
    check_description(new_source)
    check_good(new_source, example)
    for fault in example.bad:
        check_fault(new_source, example, fault)


def test_an_unknown_source_is_one_line_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"there are: .*csv, .*ndjson, "):
        source("teletext")
