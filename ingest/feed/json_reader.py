"""Items of a JSON Feed, versions 1.0 and 1.1."""

from typing import Any

from ingest.feed.item import Feed, FeedItem
from ingest.feed.times import feed_time
from ingest.foreign import given, language_tag, odd_shapes_refused, words
from ingest.markup import address, medium, plain_words, pointers
from schemas.errors import Poison


def read_json_feed(feed: dict[str, Any], url: str = "") -> Feed:
    """Return the items of a JSON Feed that was found at `url`.

    What has another kind of value than the format says is taken as not said. Raises Poison: unknown_kind for JSON that
    is no feed, bad_shape where `items` is no list of objects.
    """
    if "jsonfeed.org/version" not in str(feed.get("version")) and not isinstance(feed.get("items"), list):
        raise Poison("unknown_kind", "JSON that is no JSON Feed")
    base = address(feed.get("home_page_url")) or address(feed.get("feed_url")) or url
    identity = words(feed.get("feed_url")) or words(feed.get("home_page_url")) or url or words(feed.get("title")) or ""
    with odd_shapes_refused():
        return Feed(
            [_item(item, feed, base) if isinstance(item, dict) else FeedItem() for item in feed["items"]], identity
        )


def _item(item: dict[str, Any], feed: dict[str, Any], base: str) -> FeedItem:
    url = address(item.get("url"), base)
    markup = words(item.get("content_html"))
    links, media = pointers(markup, url or base) if markup else ([], [])
    if external := address(item.get("external_url"), base):
        links = [external, *links]
    carried = [
        *(medium(address(one.get("url"), base), one.get("mime_type")) for one in _objects(item.get("attachments"))),
        *(medium(address(item.get(name), base), "image") for name in ("image", "banner_image")),
    ]
    guid = item.get("id")
    return FeedItem(
        guid=str(guid) if isinstance(guid, (str, int, float)) and not isinstance(guid, bool) and guid != "" else None,
        published=feed_time(item.get("date_published")),
        updated=feed_time(item.get("date_modified")),
        fields=given(
            title=plain_words(item.get("title"), markup=False),
            text=plain_words(item.get("content_text"), markup=False)
            or plain_words(markup, markup=True)
            or plain_words(item.get("summary"), markup=False),
            author=_author(item) or (_author(feed) if item else None),
            lang=language_tag(item.get("language")) or language_tag(feed.get("language")),
            url=url,
            links=[link for link in dict.fromkeys(links) if link != url] or None,
            media=list({one["url"]: one for one in [*carried, *media] if one}.values()) or None,
        )
        or {},
    )


def _author(of: dict[str, Any]) -> dict[str, Any] | None:
    """Return the authors as one; 1.0 has `author`, 1.1 `authors`."""
    authors = _objects(of.get("authors")) or _objects([of.get("author")])
    names = [name for author in authors if (name := words(author.get("name")))]
    return given(id=words(authors[0].get("url")) if len(authors) == 1 else None, name=", ".join(names) or None)


def _objects(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
