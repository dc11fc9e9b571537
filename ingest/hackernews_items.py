"""Posts of Hacker News, whichever of its two interfaces they were read through."""

import html
import re
from datetime import datetime
from typing import Literal

from ingest.foreign import given, post_event, whole_number, words
from ingest.plain_text import html_to_text
from schemas.post import PostEvent
from schemas.wire import ms

NETWORK = "hackernews"
TYPES = frozenset({"story", "comment", "job", "poll", "pollopt"})

Gone = Literal["deleted", "dead"]
Change = Literal["none", "unsure", "certain"]
"""Whether a state is known to differ from one seen before: then it is newer than any; unsure: than the first."""

_TARGET = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def item_event(
    item_id: int | str,
    *,
    seen: datetime,
    claim: datetime | None,
    author: object,
    title: object = None,
    markup: object = None,
    link: object = None,
    parent: object = None,
    root: object = None,
    points: object = None,
    replies: object = None,
    gone: Gone | None = None,
    change: Change = "none",
) -> PostEvent:
    """Return one state of an item: a story, a comment, a job, a poll, or one of a poll's answers.

    The network does not say when an item was edited. So a state has the time of creation for its version, an update
    one that may have changed, and the moment at which it was seen one that certainly has. What its author deleted is
    deleted for good; a `dead` item is hidden and may be shown again, so it is an update with nothing to be seen in it.
    Raises Poison.
    """
    shown = gone is None
    text = html_to_text(markup) if shown and isinstance(markup, str) else None
    name = words(author) if shown else None
    native = {key: str(ref) for key, ref in (("parent", parent), ("root", root)) if is_id(ref)}
    if native.get("root") == str(item_id):  # a story is the root of others, not of itself
        del native["root"]
    return post_event(
        NETWORK,
        str(item_id),
        seen,
        claim,
        ms(seen) if change == "certain" else None,
        native or None,
        op="delete" if gone == "deleted" else "create" if shown and change == "none" else "update",
        author=given(id=name, handle=name),
        title=words(html.unescape(title)) if shown and isinstance(title, str) else None,
        text=text or None,
        url=f"https://news.ycombinator.com/item?id={item_id}",
        links=_links(words(link), markup) if shown else [],
        counts=given(likes=whole_number(points), replies=whole_number(replies)) if shown else None,
        flags=["dead"] if gone == "dead" else [],
    )


def is_id(value: object) -> bool:
    """Say whether a value is the number of an item, as a number or its digits."""
    if isinstance(value, str):
        return value.isascii() and value.isdigit()
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _links(link: str | None, markup: object) -> list[str]:
    """Return where a post points to; the text of a long link is cut there, its target is not."""
    found = _TARGET.findall(markup) if isinstance(markup, str) else []
    targets = [html.unescape(double or single) for double, single in found]
    return list(dict.fromkeys(target for target in (link, *targets) if target and "://" in target))
