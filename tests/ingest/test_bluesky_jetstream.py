from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import AuthorPause, AuthorRemoval, Parsed, Skipped, source
from schemas.engagement import Engagement, engagements_of
from schemas.errors import Poison
from schemas.post import EARLIEST, PostEvent, post_id

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
SEEN_US = 1_709_294_400_250_999
SEEN = datetime(2024, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
POST = "app.bsky.feed.post"
URI = f"at://did:plc:mia/{POST}/3abc"


def rev(at_us: int) -> str:
    number, digits = at_us << 10, ""
    for _ in range(13):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


def event(operation: str = "create", collection: str = POST, rkey: str = "3abc", **fields: Any) -> dict[str, Any]:
    commit = {"rev": rev(SEEN_US - 500_000), "operation": operation, "collection": collection, "rkey": rkey, **fields}
    return {"did": "did:plc:mia", "time_us": SEEN_US, "kind": "commit", "commit": commit}


def record(**fields: Any) -> dict[str, Any]:
    return {
        "$type": POST,
        "createdAt": "2024-03-01T11:59:59.1Z",
        "text": "A kettle",
        "langs": ["en-GB", "de"],
        **fields,
    }


def parse(message: object) -> Parsed:
    [parsed] = source("bluesky-jetstream").parse(Record(1, orjson.dumps(message)))
    return parsed


def post(message: object) -> PostEvent:
    parsed = parse(message)
    assert isinstance(parsed, PostEvent)
    return parsed


@pytest.mark.parametrize(("label", "flags"), [("nudity", ["sensitive"]), ("!no-unauthenticated", [])])
def test_what_an_author_warns_of(label: str, flags: list[str]) -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}
    assert post(event(record=record(labels=labels))).flags == flags


def test_a_post() -> None:
    assert post(event(record=record())).model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("bluesky", URI),
        "source": "bluesky",
        "native_id": URI,
        "op": "create",
        "kind": "post",
        "version": (SEEN_US - 500_000) // 1000,
        "published_at": datetime(2024, 3, 1, 11, 59, 59, 100_000, tzinfo=UTC),
        "observed_at": SEEN,
        "author": {"id": "did:plc:mia"},
        "text": "A kettle",
        "lang": "en-GB",
        "url": "https://bsky.app/profile/did:plc:mia/post/3abc",
        "links": [],
        "media": [],
        "flags": [],
    }


def test_the_version_is_the_same_whichever_server_sends_the_event() -> None:
    again = event(record=record()) | {"time_us": SEEN_US + 90_000_000}
    assert post(again).version == post(event(record=record())).version
    for odd in (rev(SEEN_US - 700_000_000), "short", None, "1" * 13):
        assert post(event(record=record(), rev=odd)).version == SEEN_US // 1000


def test_references_links_and_media() -> None:
    other = f"at://did:plc:bo/{POST}/3root"
    facets = [
        {
            "index": {"byteStart": 0, "byteEnd": 9},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}],
        },
        {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "kettle"}]},
    ]
    images = {"$type": "app.bsky.embed.images", "images": [{"alt": "steam", "image": {}}, {"alt": "", "image": {}}]}
    embed = {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": other}}, "media": images}
    answered = {"root": {"uri": other}, "parent": {"uri": URI}}
    event_ = post(event(record=record(text="", facets=facets, embed=embed, reply=answered)))
    assert event_.text is None
    assert event_.kind == "reply"
    assert (event_.parent_id, event_.root_id) == (post_id("bluesky", URI), post_id("bluesky", other))
    assert (event_.quote_of, event_.links) == (post_id("bluesky", other), ["https://a.example"])
    assert [(item.kind, item.alt) for item in event_.media] == [("image", "steam"), ("image", None)]


def test_other_things_that_a_post_carries() -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://b.example", "title": "x"}}
    assert post(event(record=record(embed=card))).links == ["https://b.example"]
    film = {"$type": "app.bsky.embed.video", "alt": "it boils"}
    assert post(event(record=record(embed=film))).media[0].alt == "it boils"
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": URI}}
    assert post(event(record=record(embed=quote))).kind == "quote"
    feed = {"$type": "app.bsky.embed.record", "record": {"uri": "at://did:plc:bo/app.bsky.feed.generator/x"}}
    assert post(event(record=record(embed=feed))).kind == "post"


@pytest.mark.parametrize(
    ("created_at", "published_at"),
    [("3000-01-01T00:00:00Z", SEEN), ("0001-01-01T00:00:00Z", EARLIEST), ("2024-03-01T12:20:00Z", SEEN)],
)
def test_a_claim_that_cannot_be_is_clamped_and_flagged(created_at: str, published_at: datetime) -> None:
    found = post(event(record=record(createdAt=created_at)))
    assert (found.published_at, found.flags) == (published_at, ["time_clamped"])


@pytest.mark.parametrize("created_at", ["yesterday", None, True, {}])
def test_an_unreadable_claim_is_none(created_at: object) -> None:
    assert post(event(record=record(createdAt=created_at))).published_at is None


def test_edits_and_deletions() -> None:
    assert post(event("update", record=record(text="A better kettle"))).op == "update"
    gone = post(event("delete"))
    assert (gone.op, gone.id, gone.text, gone.published_at) == ("delete", post_id("bluesky", URI), None, None)


def test_a_repost_is_a_post_and_its_engagement_follows_from_it() -> None:
    subject = {"subject": {"uri": URI, "cid": "x"}, "createdAt": "2024-03-01T12:00:00Z"}
    repost = post(event(collection="app.bsky.feed.repost", record=subject))
    assert (repost.kind, repost.text, repost.repost_of) == ("repost", None, post_id("bluesky", URI))
    assert [deed.mention_id for deed in engagements_of(repost)] == [post_id("bluesky", URI)]
    assert post(event("delete", "app.bsky.feed.repost")).id == repost.id


def test_a_like_is_engagement_and_taking_it_back_is_skipped() -> None:
    subject = {"subject": {"uri": URI, "cid": "x"}, "createdAt": "3000-01-01T00:00:00Z"}
    like = parse(event(collection="app.bsky.feed.like", record=subject))
    assert isinstance(like, Engagement)
    assert (like.kind, like.mention_id, like.at) == ("like", post_id("bluesky", URI), SEEN)
    assert parse(event("delete", "app.bsky.feed.like")) == Skipped("app.bsky.feed.like delete")
    feed = {"subject": {"uri": "at://did:plc:bo/app.bsky.feed.generator/x"}, "createdAt": "2024-03-01T12:00:00Z"}
    assert parse(event(collection="app.bsky.feed.like", record=feed)) == Skipped("app.bsky.feed.like")


def account(
    active: object, status: object = None, said: object = "2024-03-01T11:59:58.5Z", **fields: Any
) -> dict[str, Any]:
    about = {"active": active, "status": status, "did": "did:plc:mia", "seq": 7, "time": said}
    return {"did": "did:plc:mia", "time_us": SEEN_US, "kind": "account", "account": about} | fields


@pytest.mark.parametrize("status", ["deleted", "takendown"])
def test_an_account_that_is_gone_takes_its_posts_with_it(status: str) -> None:
    at = SEEN - timedelta(milliseconds=1750)
    assert parse(account(False, status)) == AuthorRemoval("account", "bluesky", "did:plc:mia", at)
    never: tuple[object, ...] = (None, "yesterday", "1999-01-01T00:00:00Z", "2124-03-01T12:00:00Z", {})
    for odd in never:
        assert parse(account(False, status, odd)) == AuthorRemoval("account", "bluesky", "did:plc:mia", SEEN)


@pytest.mark.parametrize("status", ["suspended", "deactivated", None, "retired", ["deleted"]])
def test_an_account_that_is_not_active_is_paused_until_it_is(status: object) -> None:
    at = SEEN - timedelta(milliseconds=1750)
    assert parse(account(False, status)) == AuthorPause("account", "bluesky", "did:plc:mia", at, over=False)
    assert parse(account(True, status)) == AuthorPause("account", "bluesky", "did:plc:mia", at, over=True)


@pytest.mark.parametrize(
    ("active", "status"), [(False, "desynchronized"), (False, "throttled"), (None, "deleted"), (0, "deleted")]
)
def test_other_news_of_accounts_are_skipped(active: object, status: object) -> None:
    assert parse(account(active, status)) == Skipped("account")
    assert parse(account(active, status, time_us="secret")) == Skipped("account")


def framed(kind: str, **fields: Any) -> dict[str, Any]:
    at = "2024-03-01T12:00:00.250999Z"
    message = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": 9, "did": "did:plc:mia", "time": at}
    return {"$type": "message", "payload": message | fields}


def test_the_second_wire_says_the_same() -> None:
    first = event(record=record())
    assert parse(framed("commit", **first["commit"])) == parse(first)
    assert parse(framed("commit", **event("delete")["commit"])) == parse(event("delete"))
    gone = account(False, "deleted")
    assert parse(framed("account", account=gone["account"])) == parse(gone)
    for kind in ("identity", "sync", "info"):
        assert parse(framed(kind)) == Skipped(kind)
    assert parse({"$type": "error", "error": "ConsumerTooSlow", "message": "secret"}) == Skipped("error")


def test_what_is_no_post_is_skipped_by_its_kind() -> None:
    assert parse(event(collection="app.bsky.graph.follow", record={})) == Skipped("app.bsky.graph.follow")
    for kind in ("identity", "account"):
        assert parse({"did": "x", "time_us": SEEN_US, "kind": kind, kind: {}}) == Skipped(kind)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"kind": "parade", "did": "x", "time_us": SEEN_US}, "unknown_kind"),
        ({"kind": ["secret"], "did": "x"}, "unknown_kind"),
        (event("secret"), "unknown_kind"),
        ({}, "bad_shape"),
        (event(), "bad_shape"),
        (event() | {"did": {"secret": 1}}, "bad_shape"),
        (event() | {"commit": {"operation": "create", "collection": ["secret"], "rkey": "3a"}}, "bad_shape"),
        (event(record="secret"), "bad_shape"),
        (event(record=record(text={"secret": 1}, embed=["secret"])), "bad_shape"),
        (event(record=record()) | {"time_us": "secret"}, "bad_time"),
        (event(record=record()) | {"time_us": 5}, "bad_time"),
        (account(False, "deleted", time_us="secret"), "bad_time"),
        ({"$type": "message", "payload": "secret"}, "bad_shape"),
        ({"$type": "message"}, "bad_shape"),
        (framed("secret"), "unknown_kind"),
        (framed("commit"), "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(message: object, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(message)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


def test_the_first_wire_wrote_kinds_and_operations_short() -> None:
    full = event(record=record())
    short = {**full["commit"], "type": "c"}
    del short["operation"]
    first = {"did": full["did"], "time_us": full["time_us"], "type": "com", "commit": short}
    assert post(first) == post(full)
    gone = {"active": False, "status": "deleted", "time": "2024-03-01T12:00:00Z"}
    assert isinstance(parse({**first, "type": "acc", "account": gone}), AuthorRemoval)
    assert parse({**first, "type": "id"}) == Skipped("identity")
    assert parse({"error": "CursorTooOld", "message": "x"}) == Skipped("error")
