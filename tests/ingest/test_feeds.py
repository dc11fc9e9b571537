"""Feeds of every format: what their items say, field by field, and which post an item is."""

from datetime import UTC, datetime

import pytest

from ingest.records import Record
from ingest.source import Skipped, source
from schemas.errors import Poison
from schemas.post import EARLIEST, PostEvent, post_id
from schemas.wire import from_ms

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:georss="http://www.georss.org/georss">
<channel><title>Acme watch</title><link>https://news.example/</link><language>en-gb</language><ttl>60</ttl>
<item><title>AT&amp;amp;T &amp; Acme</title><link>/2024/acme</link><guid isPermaLink="false">p-17</guid>
<pubDate>Fri, 01 Mar 2024 13:00:00 +0100</pubDate><dc:creator>Ann Example</dc:creator>
<description>Short.</description>
<content:encoded><![CDATA[<p>The <b>Acme</b> phone.</p><p>See
<a href="/shop">shop</a>.<img src="a.png" alt="a phone">]]></content:encoded>
<enclosure url="https://news.example/a.mp3" type="audio/mpeg" length="1"/><slash:comments>12</slash:comments>
<georss:point>24.15 120.67</georss:point></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="zh-TW">
<id>tag:blog.example,2024:feed</id><title>部落格</title><author><name>王小明</name><uri>https://blog.example/wang</uri></author>
<updated>2024-03-02T00:00:00Z</updated>
<entry><id>tag:blog.example,2024:1</id><title type="text">a &lt; b</title><link href="https://blog.example/1"/>
<published>2024-03-01T20:00:00.250+08:00</published><updated>2024-03-01T13:00:00Z</updated>
<content type="html">&lt;p&gt;愛客美手機&lt;/p&gt;</content>
<thr:in-reply-to ref="tag:blog.example,2024:0"/></entry></feed>"""


def read(document: str | bytes, name: str = "feeds", seen_at: datetime | None = None) -> list[PostEvent]:
    payload = document.encode() if isinstance(document, str) else document
    parsed = source(name).parse(Record(1, payload, seen_at=seen_at))
    return [one for one in parsed if isinstance(one, PostEvent)]


def item(content: str, channel: str = "<link>https://news.example/</link>") -> PostEvent:
    return read(f"<rss version='2.0'><channel>{channel}<item>{content}</item></channel></rss>")[0]


def test_an_item_of_rss() -> None:
    (event,) = read(RSS)
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert (event.source, event.kind, event.native_id) == ("feeds", "article", "news.example#p-17")
    assert (event.published_at, event.observed_at, event.version) == (noon, noon, 1_709_294_400_000)
    assert (event.title, event.text) == ("AT&T & Acme", "The Acme phone.\n\nSee shop.")
    assert event.author is not None
    assert (event.author.name, event.author.id) == ("Ann Example", None)
    assert (event.url, event.lang) == ("https://news.example/2024/acme", "en-gb")
    assert event.links == ["https://news.example/shop"]
    assert [(one.kind, one.url, one.alt) for one in event.media] == [
        ("audio", "https://news.example/a.mp3", None),
        ("image", "https://news.example/2024/a.png", "a phone"),
    ]
    assert event.counts is not None
    assert event.counts.model_dump(exclude_none=True) == {"replies": 12}
    assert event.place is not None
    assert (event.place.lat, event.place.lon) == (24.15, 120.67)


def test_an_entry_of_atom_that_answers_another() -> None:
    (event,) = read(ATOM)
    assert (event.native_id, event.kind, event.title) == ("tag:blog.example,2024:1", "reply", "a < b")
    assert (event.text, event.lang) == ("愛客美手機", "zh-TW")
    assert event.parent_id == post_id("feeds", "tag:blog.example,2024:0")
    assert event.native_refs is not None
    assert event.native_refs.parent == "tag:blog.example,2024:0"
    assert event.author is not None
    assert (event.author.name, event.author.id) == ("王小明", "https://blog.example/wang")
    assert event.published_at == datetime(2024, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    assert event.version == 1_709_298_000_000  # when it was updated


def test_an_item_of_rdf() -> None:
    (event,) = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://old.example/"><title>t</title></channel>'
        '<item rdf:about="https://old.example/1"><title>Acme</title><link>https://old.example/1</link>'
        "<description>An old format</description><dc:date>2004-03-01</dc:date></item></rdf:RDF>"
    )
    assert (event.native_id, event.title, event.text) == ("https://old.example/1", "Acme", "An old format")
    assert event.published_at == datetime(2004, 3, 1, tzinfo=UTC)


def test_an_item_of_cdf() -> None:
    (event,) = read(
        '<CHANNEL HREF="https://old.example/" BASE="https://old.example/"><ITEM HREF="/1" '
        'LASTMOD="2004-03-01T12:00:00Z">'
        "<TITLE>Acme</TITLE><ABSTRACT>an older one</ABSTRACT></ITEM></CHANNEL>"
    )
    assert (event.url, event.title, event.text) == ("https://old.example/1", "Acme", "an older one")


def test_an_item_of_json_feed() -> None:
    (event,) = read(
        '{"version":"https://jsonfeed.org/version/1.1","title":"t","feed_url":"https://j.example/feed.json",'
        '"home_page_url":"https://j.example/","language":"de","authors":[{"name":"A"},{"name":"B"}],"items":[{"id":17,'
        '"url":"/17","external_url":"https://other.example/","title":"Acme","content_html":"<p>Ein <i>Telefon</i></p>",'
        '"date_published":"2024-03-01T12:00:00Z","date_modified":"2024-03-01T13:00:00Z","image":"/p.jpg",'
        '"attachments":[{"url":"https://j.example/a.m4a","mime_type":"audio/x-m4a"}]}]}'
    )
    assert (event.native_id, event.url) == ("j.example/feed.json#17", "https://j.example/17")
    assert (event.title, event.text, event.lang) == ("Acme", "Ein Telefon", "de")
    assert event.author is not None
    assert event.author.name == "A, B"
    assert event.links == ["https://other.example/"]
    assert [(one.kind, one.url) for one in event.media] == [
        ("audio", "https://j.example/a.m4a"), ("image", "https://j.example/p.jpg"),
    ]  # fmt: skip
    assert event.version == 1_709_298_000_000


def test_an_episode_of_a_podcast() -> None:
    (event,) = read(
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Talk</title>'
        "<link>https://pod.example/</link><item><title>Acme?</title><itunes:author>Host</itunes:author>"
        "<itunes:summary>About a phone</itunes:summary><itunes:image href='https://pod.example/1.jpg'/>"
        "<pubDate>Fri, 01 Mar 2024 12:00:00 GMT</pubDate>"
        "<enclosure url='https://pod.example/1.mp3' type='audio/mpeg'/></item></channel></rss>",
        "podcast",
    )
    assert (event.source, event.kind, event.title, event.text) == ("podcast", "post", "Acme?", "About a phone")
    assert event.author is not None
    assert event.author.name == "Host"
    assert [one.kind for one in event.media] == ["audio", "image"]
    assert event.url is None


YOUTUBE = """<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
<entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId><yt:channelId>UC1</yt:channelId><title>Acme</title>
<link rel="alternate" href="https://www.youtube.com/watch?v=abc"/><author><name>Chan</name></author>
<published>2024-03-01T12:00:00+00:00</published><updated>2024-03-01T13:00:00+00:00</updated>
<media:group><media:title>Acme</media:title><media:description>one
two</media:description><media:community><media:statistics views="36"/></media:community></media:group></entry>
<at:deleted-entry ref="yt:video:gone" when="2024-03-01T14:00:00+00:00">
<at:by><name>Chan</name></at:by></at:deleted-entry>
</feed>"""


def test_a_video_and_a_deleted_one() -> None:
    event, deleted = read(YOUTUBE, "youtube-atom")
    assert (event.id, event.kind) == (post_id("youtube", "abc"), "post")
    assert (event.title, event.text) == ("Acme", "one\ntwo")
    assert event.counts is not None
    assert event.counts.views == 36
    assert event.author is not None
    assert (event.author.id, event.author.name) == ("UC1", "Chan")
    assert (deleted.id, deleted.op, deleted.version) == (post_id("youtube", "gone"), "delete", 1_709_301_600_000)


def test_a_feed_cannot_delete_what_is_of_others() -> None:
    refs = ("tag:a.example,2024:1", "https://www.a.example/2", "https://b.example/3", "tag:b.example,2024:4", "5")
    gone = "".join(f'<x:deleted-entry ref="{ref}" when="2024-03-01T14:00:00Z"/>' for ref in refs)
    events = read(f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="x"><id>tag:a.example,2024:f</id>{gone}</feed>')
    assert [event.native_id for event in events] == [*refs[:2], "tag:a.example,2024:f#5"]
    assert {event.op for event in events} == {"delete"}


@pytest.mark.parametrize(
    ("content", "native_id"),
    [
        ("<guid>https://news.example/1</guid><title>t</title>", "https://news.example/1"),
        ("<guid isPermaLink='false'>https://news.example/?p=1</guid>", "https://news.example/?p=1"),
        ("<guid isPermaLink='false'>urn:uuid:1-2-3</guid><title>t</title>", "urn:uuid:1-2-3"),
        ("<guid isPermaLink='false'>1</guid><link>https://news.example/x</link>", "news.example#1"),
        ("<title>t</title><link>https://news.example/x</link>", "https://news.example/x"),
    ],
)
def test_which_post_an_item_is(content: str, native_id: str) -> None:
    assert item(content).native_id == native_id


def test_an_item_without_id_and_address_is_known_by_title_and_time() -> None:
    dated = "<title>t</title><pubDate>Fri, 01 Mar 2024 12:00:00 GMT</pubDate><description>{}</description>"
    assert item(dated.format("one")).id == item(dated.format("two")).id
    assert item(dated.format("one")).id != item(dated.format("one"), "<link>https://other.example/</link>").id
    assert item("<description>one</description>").id != item("<description>two</description>").id


def test_one_id_at_several_addresses_is_none() -> None:
    same = "<item><guid>https://news.example/</guid><link>https://news.example/{}</link></item>"
    events = read(f"<rss version='2.0'><channel>{same.format(1)}{same.format(2)}</channel></rss>")
    assert [event.native_id for event in events] == ["https://news.example/1", "https://news.example/2"]


def test_an_item_without_any_time_says_so_and_a_live_one_has_the_time_it_was_seen() -> None:
    document = "<rss version='2.0'><channel><item><title>t</title></item></channel></rss>"
    (recorded,) = read(document)
    assert recorded.flags == ["time_unknown"]
    assert recorded.published_at is None
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    (live,) = read(document, seen_at=noon)
    assert (live.flags, live.observed_at, live.version) == ([], noon, 1_709_294_400_000)


def test_a_time_that_cannot_be_is_clamped_where_the_feed_says_another() -> None:
    built = "<lastBuildDate>Fri, 01 Mar 2024 12:00:00 GMT</lastBuildDate>"
    for date in ("Fri, 01 Mar 3000 12:00:00 GMT", "0001-03-01T12:00:00Z"):
        event = item(f"<title>t</title><pubDate>{date}</pubDate>", built)
        assert event.flags == ["time_clamped"]
        assert EARLIEST <= from_ms(event.version) <= event.observed_at


def test_one_bad_item_does_not_take_the_others_with_it() -> None:
    bad = '{"id":"1","title":"t","date_published":"3000-01-01"}'
    good = '{"id":"2","title":"t"}'
    document = f'{{"version":"https://jsonfeed.org/version/1","items":[{bad},7,{good}]}}'
    parsed = source("feeds").parse(Record(1, document.encode(), seen_at=None))
    assert [one.kind for one in parsed if isinstance(one, Skipped)] == ["empty", "bad_time"]
    assert len([one for one in parsed if isinstance(one, PostEvent)]) == 1


def test_a_web_page_is_no_feed() -> None:
    with pytest.raises(Poison, match="neither RSS, Atom, RDF nor CDF"):
        read("<!doctype html><html><head><title>Acme</title></head><body><p>no feed</p></body></html>")
