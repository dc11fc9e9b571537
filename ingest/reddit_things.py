"""Posts and comments of Reddit, which calls both things: what one of them says, whatever answer it stands in.

A thing goes by its full name (`t1_` and a comment's id, `t3_` and a post's): so others refer to it, and a post and a
comment can have the same id. Reddit does not say when something was deleted: a deletion is as old as the thing's last
change, and wins over it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ingest.foreign import given, objects, post_event, whole_number, words
from ingest.hyperlinks import text_links
from ingest.markup import pointers
from ingest.plain_text import html_to_text
from ingest.reddit_media import media
from ingest.source import Parsed
from ingest.x_posts import unescaped
from schemas.errors import Poison
from schemas.post import AHEAD, PostEvent
from schemas.times import read_time, recorded_time
from schemas.wire import ms

NETWORK = "reddit"
COMMENT, POST = "t1", "t3"
_SITE = "https://www.reddit.com"
_NAME = re.compile(r"t[13]_[0-9a-z]{1,13}")
_THREAD = re.compile(r"/comments/([0-9a-z]{1,13})/")
_GONE = {"[removed]", "[ Removed by Reddit ]", "[deleted by user]"}  # an author may write "[deleted]", so see below
_DELETED = "[deleted]"

Thing = dict[str, Any]


def thing_events(kind: str, data: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    """Yield the post of a comment (`t1`) or post (`t3`); before a crosspost without words of its own, the original.

    `seen_at`: when a live source gave it; a recording says only when it was made and last edited. Raises Poison, and
    whatever odd shapes raise.
    """
    originals = objects(data.get("crosspost_parent_list"))
    original = originals[0] if originals and not (_is_gone(POST, data) or _is_gone(POST, originals[0])) else None
    if original is not None and _repeats(data, original):
        yield _event(POST, original, seen_at, via="repost")
    yield _event(kind, data, seen_at, original)


def _event(
    kind: str,
    data: Thing,
    seen_at: datetime | None,
    original: Thing | None = None,
    via: Literal["repost"] | None = None,
) -> PostEvent:
    name, times = _name(kind, data), _times(data, seen_at)
    refs = _references(kind, data, original)
    if _is_gone(kind, data):
        return post_event(
            NETWORK, name, times.seen, times.made, times.version, refs, op="delete",
            kind="reply" if kind == COMMENT else "post",
        )  # fmt: skip
    shown = original if original is not None and "repost_of" in (refs or {}) else data
    return post_event(
        NETWORK, name, times.seen, times.made, times.version, refs,
        op="update" if data.get("edited") else "create",
        title=_plain(data, "title") if kind == POST else None,
        text=_text(shown),
        quoted_text=_said(original) if original is not None and "quote_of" in (refs or {}) else None,
        author=_author(data),
        url=_address(kind, data),
        links=_links(shown),
        media=media(shown),
        counts=_counts(kind, data),
        flags=["sensitive"] if kind == POST and data.get("over_18") is True else [],
        via=via,
        **({"kind": "reply"} if kind == COMMENT else {}),
    )  # fmt: skip


def _name(kind: str, data: Thing) -> str:
    name = data["name"] if _NAME.fullmatch(str(data.get("name"))) else "_".join((kind, data["id"]))
    if not _NAME.fullmatch(name) or not name.startswith(kind):
        raise Poison("bad_value", "the full name of a thing is t1_ or t3_ and its id")
    return str(name)


@dataclass(frozen=True, slots=True)
class _Times:
    """When a thing was made and when it was seen; `version` is when it was last edited, in ms, None if never."""

    made: datetime
    seen: datetime
    version: int | None


def _times(data: Thing, seen_at: datetime | None) -> _Times:
    """Read the times of a thing. `edited` is no, a yes of old things that does not say when, or the time."""
    made, edited = read_time(data["created_utc"]), data.get("edited")
    changed = made if not edited or edited is True else max(made, read_time(edited))
    seen = seen_at or recorded_time(changed)
    return _Times(made, seen, ms(changed) if made < changed <= seen + AHEAD else None)


def _references(kind: str, data: Thing, original: Thing | None) -> dict[str, str] | None:
    if kind == COMMENT:
        thread = _THREAD.search(str(data.get("permalink") or data.get("context") or data.get("link_permalink")))
        return given(
            parent=_reference(data.get("parent_id")) or _reference(data.get("link_id")),
            root=_reference(data.get("link_id")) or (f"{POST}_{thread[1]}" if thread else None),
        )
    source = _reference(data.get("crosspost_parent")) or (_name(POST, original) if original is not None else None)
    if source is None:
        return None
    return {"repost_of" if original is None or _repeats(data, original) else "quote_of": source}


def _reference(value: object) -> str | None:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def _repeats(crosspost: Thing, original: Thing) -> bool:
    """Say whether a crosspost has no other title than what it repeats."""
    return (_plain(crosspost, "title") or "").strip() == (_plain(original, "title") or "").strip()


def _is_gone(kind: str, data: Thing) -> bool:
    """Say whether a thing was deleted by its author, or removed from the eyes of the public."""
    said = str(data.get("body" if kind == COMMENT else "selftext")).strip()
    if said in _GONE or (said == _DELETED and data.get("author") in (None, "", _DELETED)):
        return True
    return kind == POST and (bool(data.get("removed_by_category")) or data.get("title") in _GONE)


def _author(data: Thing) -> dict[str, Any] | None:
    """Return who wrote a thing; whoever has deleted the account is nobody."""
    if data.get("author") == _DELETED:
        return None
    return given(id=words(data.get("author_fullname")), handle=words(data.get("author")))


def _counts(kind: str, data: Thing) -> dict[str, Any] | None:
    """Return the totals of a thing. The score of a comment that still hides it is 1 for all."""
    if kind == COMMENT:  # its num_comments is that of the whole thread
        return None if data.get("score_hidden") is True else given(likes=_score(data))
    return given(
        likes=_score(data),
        reposts=whole_number(data.get("num_crossposts")),
        replies=whole_number(data.get("num_comments")),
        views=whole_number(data.get("view_count")),
    )


def _score(data: Thing) -> int | None:
    """Return the points of a thing; old dumps have only those given, and none taken away."""
    return whole_number(data["score"] if data.get("score") is not None else data.get("ups"))


def _address(kind: str, data: Thing) -> str:
    path = words(data.get("permalink")) or words((data.get("context") or "").partition("?")[0])
    if path is not None:
        return path if path.startswith("http") else _SITE + path
    name, link, thread = _name(kind, data)[3:], _reference(data.get("link_id")), words(data.get("link_permalink"))
    if thread and _THREAD.search(thread):
        return f"{thread}{name}/"
    return f"{_SITE}/comments/{link[3:]}/_/{name}/" if link else f"{_SITE}/comments/{name}/"


def _links(data: Thing) -> list[str]:
    """Return where a thing points to: a post that is a link to it, but for its own pictures; and by its text."""
    target = words(_plain(data, "url_overridden_by_dest") or _plain(data, "url"))
    own = data.get("is_self") is True or "is_self" not in data or (target or "").startswith(("/", f"{_SITE}/gallery/"))
    found = [] if own or target is None else [target]
    markup = _markup(data)
    if markup is None:  # archives keep the source alone
        found += text_links(_source(data))
    elif "<a" in markup:
        found += pointers(markup, "")[0]
    pictures = {item.get("url") for item in media(data) if item["kind"] in ("image", "gif")}
    return [link for link in dict.fromkeys(found) if link not in pictures and not link.startswith("https://v.redd.it/")]


def _markup(data: Thing) -> str | None:
    markup = words(data.get("body_html")) or words(data.get("selftext_html"))
    return html.unescape(markup) if markup and markup.startswith("&lt;") else markup


def _source(data: Thing) -> str:
    """Return the Markdown of a thing."""
    source = words(data.get("body")) or words(data.get("selftext"))
    return html.unescape(unescaped(source) or "").strip()


def _text(data: Thing) -> str | None:
    """Return what a thing says, without Markdown where Reddit has the HTML too, and below it a poll's answers."""
    markup = _markup(data)
    said = html_to_text(markup) if markup else _source(data)
    options = [words(option.get("text")) for option in objects((data.get("poll_data") or {}).get("options"))]
    return "\n".join(filter(None, (said, *options))) or None


def _said(data: Thing) -> str | None:
    return "\n".join(filter(None, (_plain(data, "title"), _text(data)))) or None


def _plain(data: Thing, name: str) -> str | None:
    """Return a line of text as it was written: without `raw_json` Reddit escapes the three characters of HTML."""
    markup = data.get("body_html") or data.get("selftext_html")
    raw = isinstance(markup, str) and markup.startswith("<")
    return words(data.get(name)) if raw else unescaped(data.get(name))
