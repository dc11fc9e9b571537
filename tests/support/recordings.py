"""What a recording of each source may hold: good records and every kind of bad one. All of it is invented."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.support.forum_recordings import FORUM_RECORDS, FORUM_WHOLE, gkg_row, mention_row, row_faults
from tests.support.network_recordings import NETWORK_RECORDS, NETWORK_WHOLE
from tests.support.platform_recordings import PLATFORM_RECORDS, PLATFORM_WHOLE

CANARY = "tarantella"  # stands in every text, and must not stand in any message about it

_LONG = 10_000_000


def _json_faults(good: bytes) -> dict[str, bytes]:
    return {
        "malformed": b'{"text" "' + CANARY.encode() + b'"}',
        "no JSON": CANARY.encode(),
        "cut": good[: len(good) // 2],
        "unknown kind": b'{"' + CANARY.encode() + b'":{"x":1}}',
        "ten megabytes": good.replace(CANARY.encode(), CANARY.encode() * (_LONG // len(CANARY))),
        "invalid UTF-8": good.replace(CANARY.encode(), CANARY.encode() + b"\xff\xfe"),
        "not a number": good.replace(f'"{CANARY}"'.encode(), b"NaN"),
        "deep": b'{"a":' * 100 + b"1" + b"}" * 100,
        "very deep": b"[" * 100_000,
    }


@dataclass(frozen=True)
class Example:
    """A source's recording: its `head` if it has one, good records by number, bad ones by what is wrong.

    A good record says nothing of followers, counts or place, and has the CANARY for its text, or for what else `says`
    names. `dated` makes a record whose time is in that year.
    """

    good: Callable[[int], bytes]
    dated: Callable[[int], bytes]
    head: bytes = b""
    faults: Mapping[str, bytes] = field(default_factory=dict)
    says: str = "text"

    @property
    def bad(self) -> dict[str, bytes]:
        """Every bad record, by what is wrong with it."""
        years = {f"year {year}": self.dated(year) for year in (1, 3000)}
        return {**years, **(self.faults or _json_faults(self.good(7)))}


def _x_v1_1(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"created_at":"Fri Mar 01 12:00:00 +0000 {year:04}","id_str":"{number}","text":"{CANARY}",'
        f'"user":{{"id_str":"7"}}}}'
    ).encode()


def _x_v2(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"data":{{"id":"{number}","text":"{CANARY}","author_id":"7","created_at":"{year:04}-03-01T12:00:00Z"}}}}'
    ).encode()


def _jetstream(number: int, year: int = 2024) -> bytes:
    time_us = 1709294400000000 + (year - 2024) * 31_556_952_000_000
    return (
        f'{{"did":"did:plc:a","time_us":{time_us},"kind":"commit","commit":{{"operation":"create","collection":'
        f'"app.bsky.feed.post","rkey":"3k{number}","record":{{"text":"{CANARY}","createdAt":"2024-03-01T12:00:00Z"}}}}}}'
    ).encode()


def _hackernews_firebase(number: int, year: int = 2024) -> bytes:
    time_s = 1709294400 + (year - 2024) * 31_556_952
    return f'{{"id":{number},"type":"comment","by":"a","time":{time_s},"text":"{CANARY}","parent":5}}'.encode()


def _hackernews_algolia(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"objectID":"{number}","author":"a","created_at":"{year:04}-03-01T12:00:00Z","comment_text":"{CANARY}",'
        f'"title":null,"points":null,"parent_id":5,"story_id":4,"_tags":["comment"]}}'
    ).encode()


def _mastodon(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"id":"{number}","created_at":"{year:04}-03-01T12:00:00.000Z","visibility":"public","account":{{"id":"7",'
        f'"acct":"a"}},"content":"{CANARY}"}}'
    ).encode()


def _json_feed(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{{"id":"{number}","content_text":"{CANARY}",'
        f'"date_published":"{year:04}-03-01T12:00:00Z"}}]}}'
    ).encode()


def _bluesky_rest(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"posts":[{{"uri":"at://did:plc:a/app.bsky.feed.post/3k{number}","author":{{"did":"did:plc:a"}},"record":'
        f'{{"text":"{CANARY}","createdAt":"2024-03-01T12:00:00Z"}},"indexedAt":"{year:04}-03-01T12:00:00Z"}}]}}'
    ).encode()


def _ndjson(number: int, year: int = 2024) -> bytes:
    return (
        f'{{"source":"forum","native_id":"{number}","text":"{CANARY}","published_at":"{year:04}-03-01T12:00:00Z"}}'
    ).encode()


def _line(number: int, year: int = 2024) -> bytes:
    return (f'{{"native_id":"{number}","text":"{CANARY}","observed_at":"{year:04}-03-01T12:00:00Z"}}').encode()


def _row(number: int, year: int = 2024) -> bytes:
    return f"{number},{CANARY},{year:04}-03-01".encode()


_STDIN_FAULTS = _json_faults(_line(7))
# Without a brace in front a line is no broken JSON but a text.
for _text in ("no JSON", "very deep"):
    del _STDIN_FAULTS[_text]


def _made(
    make: Callable[[int, int, str], bytes], says: str = "text", faults: Mapping[str, bytes] | None = None
) -> Example:
    return Example(
        lambda number: make(number, 2024, CANARY), lambda year: make(7, year, CANARY), faults=faults or {}, says=says
    )


EXAMPLES: dict[str, Example] = {
    "bluesky-jetstream": Example(_jetstream, lambda year: _jetstream(7, year)),
    "bluesky-rest": Example(_bluesky_rest, lambda year: _bluesky_rest(7, year)),
    "csv": Example(
        _row,
        lambda year: _row(7, year),
        head=b"id,text,published_at\n",
        faults={
            "malformed": f'7,"a "{CANARY}" b",2024-03-01'.encode(),
            "too many cells": f"7,{CANARY},and,more".encode(),
            "cut": f"7,{CANARY}".encode(),
            "ten megabytes": b"7," + CANARY.encode() * (_LONG // len(CANARY)) + b",2024-03-01",
            "invalid UTF-8": b"7," + CANARY.encode() + b"\xff\xfe,2024-03-01",
        },
    ),
    "feeds": Example(_json_feed, lambda year: _json_feed(7, year)),
    "hackernews-algolia": Example(_hackernews_algolia, lambda year: _hackernews_algolia(7, year)),
    "hackernews-firebase": Example(_hackernews_firebase, lambda year: _hackernews_firebase(7, year)),
    "mastodon-rest": Example(_mastodon, lambda year: _mastodon(7, year)),
    "mastodon-stream": Example(_mastodon, lambda year: _mastodon(7, year)),
    "ndjson": Example(_ndjson, lambda year: _ndjson(7, year)),
    "podcast": Example(_json_feed, lambda year: _json_feed(7, year)),
    "stdin": Example(_line, lambda year: _line(7, year), faults=_STDIN_FAULTS),
    "x-v1.1": Example(_x_v1_1, lambda year: _x_v1_1(7, year)),
    "x-v2-stream": Example(_x_v2, lambda year: _x_v2(7, year)),
    "youtube-atom": Example(_json_feed, lambda year: _json_feed(7, year)),
    **{name: _made(make) for name, make in {**NETWORK_RECORDS, **FORUM_RECORDS, **PLATFORM_RECORDS}.items()},
    "gdelt-gkg": _made(gkg_row, "title", row_faults(gkg_row(7, 2024, CANARY), CANARY)),
    "gdelt-mentions": _made(mention_row, "author.handle", row_faults(mention_row(7, 2024, CANARY), CANARY)),
}

# Records in which nearly everything is there, so that an odd value can stand in every place.
WHOLE = {
    **FORUM_WHOLE,
    **NETWORK_WHOLE,
    **PLATFORM_WHOLE,
    "bluesky-rest": [
        b'{"feed":[{"post":{"uri":"at://did:plc:a/app.bsky.feed.post/3a","author":{"did":"did:plc:a","handle":"a.example",'
        b'"verification":{"verifiedStatus":"valid"}},"record":{"$type":"app.bsky.feed.post","text":"x","createdAt":'
        b'"2024-03-01T12:00:00Z"},"embed":{"record":{"value":{"text":"x"}}},"likeCount":1,"indexedAt":'
        b'"2024-03-01T12:00:00Z"},"reason":{"by":{"did":"did:plc:b"},"uri":"at://did:plc:b/app.bsky.feed.repost/3b",'
        b'"indexedAt":"2024-03-01T12:00:00Z"}}]}',
        b'{"thread":{"post":{"uri":"u","author":{"did":"d"},"record":{"text":"x"},"indexedAt":"2024-03-01T12:00:00Z"},'
        b'"parent":{"$type":"app.bsky.feed.defs#notFoundPost","uri":"u"},"replies":[{"$type":"x#blockedPost"}]}}',
        b'{"uri":"at://did:plc:a/app.bsky.feed.like/3a","value":{"$type":"app.bsky.feed.like","createdAt":'
        b'"2024-03-01T12:00:00Z","subject":{"uri":"at://did:plc:b/app.bsky.feed.post/3b"}}}',
    ],
    "feeds": [
        b'{"version":"https://jsonfeed.org/version/1.1","title":"t","home_page_url":"https://a.example/","feed_url":"u",'
        b'"language":"en","authors":[{"name":"A","url":"u"}],"items":[{"id":1,"url":"/1","external_url":"u","title":"x",'
        b'"content_html":"<p>x</p>","summary":"x","image":"/i.png","date_published":"2024-03-01T12:00:00Z","language":"en",'
        b'"author":{"name":"B"},"attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg"}]}]}',
        b'{"polled":{"url":"https://a.example/feed","content_type":"text/xml","body":"<rss><channel><item><title>x</title>'
        b'</item></channel></rss>","seen_at":"2024-03-01T12:00:00Z","items":{"0":1709294400000}}}',
    ],
    "x-v1.1": [
        b'{"created_at":"Fri Mar 01 12:00:00 +0000 2024","id_str":"1","full_text":"RT @a: x","lang":"en",'
        b'"truncated":true,"timestamp_ms":"1709294400000","user":{"id_str":"7","name":"A","screen_name":"a","followers_count":1},'
        b'"place":{"full_name":"P","country_code":"TW"},"coordinates":{"coordinates":[1.5,2.5]},"favorite_count":1,'
        b'"entities":{"urls":[{"expanded_url":"u"}]},"extended_entities":{"media":[{"type":"photo"}]},'
        b'"in_reply_to_status_id_str":"2","quoted_status":{"id_str":"3","text":"q"}}',
        b'{"created_at":"Fri Mar 01 12:00:00 +0000 2024","id_str":"1","text":"RT @a: x","retweeted_status":'
        b'{"created_at":"Fri Mar 01 12:00:00 +0000 2024","id_str":"2","text":"x","user":{"screen_name":"a"}}}',
        b'{"delete":{"status":{"id_str":"1"},"timestamp_ms":"1709294400000"}}',
    ],
    "x-v2-stream": [
        b'{"data":{"id":"1","text":"x","author_id":"7","created_at":"2024-03-01T12:00:00Z","conversation_id":"2",'
        b'"referenced_tweets":[{"type":"retweeted","id":"2"}],"attachments":{"media_keys":["m"]},"geo":{"place_id":"p"},'
        b'"public_metrics":{"like_count":1},"note_tweet":{"text":"x"},"edit_history_tweet_ids":["1"]},'
        b'"includes":{"users":[{"id":"7","username":"a"}],"tweets":[{"id":"2","text":"x"}],"media":[{"media_key":"m"}],'
        b'"places":[{"id":"p"}]},"__twarc":{"retrieved_at":"2024-03-01T12:00:00Z"}}',
        b'{"data":[{"id":"1","text":"x"}],"errors":[{"type":"t"}],"meta":{}}',
    ],
    "bluesky-jetstream": [
        b'{"did":"did:plc:a","time_us":1709294400000000,"kind":"commit","commit":{"rev":"3kmmztx5zfr22","operation":'
        b'"create","collection":"app.bsky.feed.post","rkey":"3a","record":{"text":"x","createdAt":"2024-03-01T12:00:00Z",'
        b'"langs":["en"],"reply":{"root":{"uri":"r"},"parent":{"uri":"p"}},"facets":[{"features":[{"$type":"t"}]}],'
        b'"embed":{"$type":"app.bsky.embed.recordWithMedia","record":{"record":{"uri":"u"}},'
        b'"media":{"$type":"app.bsky.embed.images","images":[{"alt":"x"}]}}}}}',
        b'{"did":"did:plc:a","time_us":1709294400000000,"kind":"commit","commit":{"operation":"create","collection":'
        b'"app.bsky.feed.like","rkey":"3a","record":{"subject":{"uri":"at://did:plc:b/app.bsky.feed.post/3b"}}}}',
        b'{"did":"did:plc:a","time_us":1709294400000000,"kind":"account","account":{"active":false,"status":"deleted",'
        b'"did":"did:plc:a","time":"2024-03-01T12:00:00Z"}}',
        b'{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":1,"did":"did:plc:a",'
        b'"time":"2024-03-01T12:00:00.000001Z","rev":"3kmmztx5zfr22","operation":"create","collection":'
        b'"app.bsky.feed.post","rkey":"3a","record":{"text":"x","createdAt":"2024-03-01T12:00:00Z"}}}',
    ],
    "hackernews-algolia": [
        b'{"url":"u","reply":{"hits":[{"objectID":"9","author":"a","created_at":"2024-03-01T12:00:00Z","created_at_i":'
        b'1709294400,"updated_at":"2024-03-01T13:00:00Z","title":"x","url":"https://a.example/","story_text":"x","points":1,'
        b'"num_comments":1,"_tags":["story"],"_highlightResult":{"title":{"value":"x"}}}]}}',
        b'{"id":1,"created_at_i":1709294400,"type":"poll","author":"a","text":"x","parent_id":null,"story_id":1,"options":'
        b'[{"id":2,"created_at_i":1709294400,"type":"pollopt","author":"a","text":"x","parent_id":1}],"children":[]}',
    ],
    "hackernews-firebase": [
        b'{"id":1,"type":"story","by":"a","time":1709294400,"title":"x","text":"<a href=\\"https://a.example/\\">x</a>",'
        b'"url":"https://a.example/","score":1,"descendants":1,"kids":[2],"parent":5,"poll":6,"dead":false}',
        b'{"edited":{"id":1,"deleted":true,"type":"comment","time":1709294400}}',
    ],
    "mastodon-rest": [
        b'{"id":"1","created_at":"2024-03-01T12:00:00.000Z","edited_at":"2024-03-01T12:05:00.000Z","in_reply_to_id":"2",'
        b'"sensitive":true,"spoiler_text":"x","visibility":"unlisted","language":"en","uri":"u","url":"https://a.example/1",'
        b'"replies_count":1,"content":"<p>x <a href=\\"https://b.example/\\">x</a></p>","account":{"id":"7","acct":"a",'
        b'"display_name":"A :a:","url":"https://a.example/@a","followers_count":1,"emojis":[{"shortcode":"a"}]},'
        b'"media_attachments":[{"type":"image","url":"u","description":"x"}],"mentions":[{"url":"u"}],"tags":[{"url":"u"}],'
        b'"card":{"url":"https://b.example/"},"poll":{"options":[{"title":"x"}]},"quote":{"state":"accepted",'
        b'"quoted_status":{"id":"3","visibility":"public","content":"<p>x</p>"}}}',
        b'{"id":"1","created_at":"2024-03-01T12:00:00.000Z","visibility":"public","reblog":{"id":"2","content":"x",'
        b'"created_at":"2024-03-01T11:00:00.000Z","visibility":"public","account":{"id":"7"}},"account":{"id":"8"}}',
        b'{"statuses":[{"id":"1","created_at":"2024-03-01T12:00:00.000Z","content":"x"}],"accounts":[{}],"hashtags":[]}',
    ],
    "mastodon-stream": [
        b'{"server":"a.example","event":"status.update","payload":{"id":"1","created_at":"2024-03-01T12:00:00.000Z",'
        b'"edited_at":"2024-03-01T12:05:00.000Z","content":"x","account":{"id":"7","acct":"a"}}}',
        b'{"event":"delete","payload":"111337272989523541"}',
    ],
    "ndjson": [
        b'{"source":"forum","native_id":"1","op":"update","kind":"reply","version":5,"published_at":"2024-03-01",'
        b'"observed_at":"2024-03-01","author":{"id":"7"},"text":"x","title":"x","lang":"en","links":["u"],'
        b'"media":[{"kind":"image"}],"parent_id":"2","native_refs":{"root":"3"},"counts":{"likes":1},"place":{"name":"P"},'
        b'"markup":"html","flags":["f"],"schema_version":1}'
    ],
}
