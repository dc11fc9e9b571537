"""Items of RSS, Atom, RDF and CDF, as feedparser reads them: well-formed or not."""

import io
import re
from typing import Any

import feedparser  # type: ignore[import-untyped]

from ingest.feed.item import Feed, FeedItem
from ingest.feed.place import place_of
from ingest.feed.safe_xml import safe_xml
from ingest.feed.times import feed_time
from ingest.foreign import given, language_tag, odd_shapes_refused, whole_number, words
from ingest.hyperlinks import text_links
from ingest.markup import address, medium, plain_words, pointers
from schemas.errors import Poison

_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_FEED = re.compile(r"(?i)^<(\w+:)?(rss|feed|rdf|channel|entry|item)\b")
_DELETED = re.compile(r"<(?:[\w.-]+:)?deleted-entry\s([^<>]{1,2000})>")
_ATTRIBUTE = re.compile(r"""\b(ref|when)\s*=\s*("[^"]*"|'[^']*')""")
_NAMED_HOST = re.compile(r"(?i)(?:https?://(?:www\.)?|tag:)([^/:,?#\s]+)")
_NOT_WORDS = ("image/", "audio/", "video/")


def read_xml_feed(text: str, url: str = "") -> Feed:
    """Return the items of a feed that was found at `url`.

    Broken XML is read as far as feedparser can. Raises Poison: unknown_kind for what is no feed (a web page), and as
    `safe_xml` does for what is dangerous.
    """
    safe = safe_xml(text)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        read = feedparser.parse(
            io.BytesIO(safe.encode("utf-8", "replace")),
            response_headers=headers, resolve_relative_uris=False, sanitize_html=False,
        )  # fmt: skip
    except Exception as error:  # of the two parsers behind it each has errors of its own
        raise Poison("bad_shape", f"feedparser gives up: {type(error).__name__}") from None
    body = safe.partition("\n")[2]
    with odd_shapes_refused():
        if not (read.version or read.entries or _FEED.match(body)):
            raise Poison("unknown_kind", "neither RSS, Atom, RDF nor CDF")
        return _feed(read, url, _deletions(body))


def _feed(read: Any, url: str, deleted: list[FeedItem]) -> Feed:
    """Return the feed; of others' entries it cannot say that they were deleted."""
    feed, rss = read.feed, not read.version.startswith("atom")
    own = [link.get("href") for link in feed.get("links", []) if link.get("rel") == "self"]
    known = (feed.get("id"), feed.get("link"), *own, url, feed.get("title"))
    return Feed(
        items=[_item(entry, feed, rss, url) for entry in read.entries]
        + [item for item in deleted if _host(item.guid) in {"", *map(_host, known)}],
        identity=next((name for name in known if words(name)), ""),
        updated=_time(feed, "updated") or _time(feed, "published"),
        ttl_s=_ttl_s(feed),
    )


def _item(entry: Any, feed: Any, rss: bool, url: str) -> FeedItem:
    detail = _fullest(entry)
    markup = str(detail.get("value") or "") if _is_markup(detail, rss) else ""
    link = address(entry.get("link"), address(feed.get("link")) or url)
    links, media = pointers(markup, detail.get("base") or link or url)
    for other in entry.get("links", []):
        if other.get("rel") in ("related", "via") and (target := address(other.get("href"), url)):
            links.append(target)
    title, text = entry.get("title_detail") or {}, plain_words(detail.get("value"), _is_markup(detail, rss))
    languages = (detail.get("language"), title.get("language"), entry.get("language"), feed.get("language"))
    return FeedItem(
        guid=words(entry.get("id")),
        published=_time(entry, "published") or _time(entry, "created"),
        updated=_time(entry, "updated"),
        parent=_parent(entry),
        fields=given(
            title=plain_words(title.get("value"), _is_markup(title, rss)),
            text=text,
            author=_author(entry) or _author(entry.get("source") or {}) or (None if rss else _inherited(entry, feed)),
            lang=next((tag for language in languages if (tag := language_tag(language))), None),
            url=link,
            links=[found for found in dict.fromkeys(links or text_links(text or "")) if found != link] or None,
            media=_media(entry, media, url) or None,
            counts=given(
                replies=_number(entry.get("slash_comments"))
                if "slash_comments" in entry
                else _number(entry.get("thr_total")),
                views=_number((entry.get("media_statistics") or {}).get("views")),
            ),
            place=place_of(entry.get("where")),
        )
        or {},
    )


def _fullest(entry: Any) -> Any:
    """Return the content of an entry: the longest of what is text, else its summary."""
    contents = [c for c in entry.get("content") or [] if not str(c.get("type")).startswith(_NOT_WORDS)]
    fullest = max(contents, key=lambda content: len(content.get("value") or ""), default=None)
    if fullest and fullest.get("value"):
        return fullest
    summary = entry.get("summary_detail")
    return summary if summary and summary.get("value") else {"value": entry.get("summary"), "type": "text/html"}


def _is_markup(detail: Any, rss: bool) -> bool:
    """Say whether a text may hold markup: in Atom its type says so, in RSS it may at all places but plain titles."""
    return rss or str(detail.get("type") or "") != "text/plain"


def _author(of: Any) -> dict[str, Any] | None:
    """Return the authors as one; an address of e-mail stands for a name only where there is no other."""
    authors = [author for author in of.get("authors") or [] if author]
    names = [name for a in authors if (name := words(a.get("name")) or words(a.get("email")))]
    name = ", ".join(dict.fromkeys(names)) or words(of.get("author"))
    href = authors[0].get("href") if len(authors) == 1 else None
    return given(id=words(of.get("yt_channelid")) or address(href), name=name)


def _inherited(entry: Any, feed: Any) -> dict[str, Any] | None:
    """Return the author of the whole feed, who is that of every entry in which there is anything."""
    return _author(feed) if any(entry.get(name) for name in ("id", "title", "summary", "content", "link")) else None


def _media(entry: Any, found: list[dict[str, Any]], url: str) -> list[dict[str, Any]]:
    media = [
        medium(address(link.get("href"), url), link.get("type"))
        for link in entry.get("links", [])
        if link.get("rel") == "enclosure"
    ]
    media += [
        medium(address(one.get("url"), url), one.get("type"), one.get("medium"))
        for one in entry.get("media_content") or []
    ]
    if entry.get("yt_videoid") and not any(one and one["kind"] == "video" for one in media):
        media.append(medium(address(entry.get("link"), url), "video"))  # a push names the film by its page alone
    pictures = [*(entry.get("media_thumbnail") or []), entry.get("image") or {}]
    media += [medium(address(one.get("url") or one.get("href"), url), "image") for one in pictures]
    return list({one["url"]: one for one in [*media, *found] if one}.values())


def _parent(entry: Any) -> str | None:
    """Return the id of the entry that this one answers (RFC 4685)."""
    thread = entry.get("thr_in-reply-to")
    return words(thread.get("ref")) if isinstance(thread, dict) else None


def _deletions(body: str) -> list[FeedItem]:
    """Return the entries that an Atom feed says were deleted (RFC 6721)."""
    found = [{name: value[1:-1] for name, value in _ATTRIBUTE.findall(tag)} for tag in _DELETED.findall(body)]
    return [FeedItem(one["ref"], updated=feed_time(one.get("when")), deleted=True) for one in found if one.get("ref")]


def _host(name: object) -> str:
    """Return the host that an id or an address names, "" for none."""
    found = _NAMED_HOST.match(name) if isinstance(name, str) else None
    return found[1].lower() if found else ""


def _time(of: Any, name: str) -> Any:
    return feed_time(of.get(name), of.get(f"{name}_parsed")) if name in of else None


def _ttl_s(feed: Any) -> float | None:
    """Return how long the feed asks to be left alone: RSS's `ttl` in minutes, or the syndication module's period."""
    if (minutes := _number(feed.get("ttl"))) is not None:
        return minutes * 60.0
    period = _PERIODS_S.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    return period / max(1, _number(feed.get("sy_updatefrequency")) or 1) if period else None


def _number(value: object) -> int | None:
    text = value.strip() if isinstance(value, str) else ""
    return whole_number(int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else None
