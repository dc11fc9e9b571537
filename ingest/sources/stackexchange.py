"""Stack Exchange as its interface answers: questions, answers and comments of any of its sites."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from ingest.foreign import given, odd_shapes_refused, parsed_page, post_event, whole_number, words
from ingest.listed_past import PastSource
from ingest.markup import pointers
from ingest.options import Options
from ingest.plain_text import html_to_text
from ingest.records import Record, decode
from ingest.revisit import Revisitable
from ingest.search_words import search_words
from ingest.source import Parsed, Skipped
from ingest.stackexchange_lists import StackexchangeSearch
from ingest.stackexchange_single import AT_ONCE, items_by_id
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.times import recorded_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

Item = dict[str, Any]

NETWORK = "stackexchange"

_POSTS = {"question": "question_id", "answer": "answer_id"}
# What is no post, by a field that each of them always has; the first that fits names it.
_OTHERS = {
    "timeline_type": "timeline", "inbox_type": "inbox_item", "notification_type": "notification",
    "revision_guid": "revision", "revision_type": "revision", "is_unread": "inbox_item",
    "reputation_history_type": "reputation_history", "reputation_change": "reputation",
    "event_type": "event", "suggested_edit_id": "suggested_edit", "api_site_parameter": "site", "badge_id": "badge",
    "privilege": "privilege", "access_token": "access_token", "filter_type": "filter", "tag_name": "tag_score",
    "from_tag": "tag_synonym", "excerpt_last_edit_date": "tag_wiki", "article_id": "article",
    "collection_id": "collection", "min_reputation": "privilege", "site_url": "network_user", "user_id": "user",
    "account_id": "network_user", "has_synonyms": "tag", "answers_per_minute": "info", "api_revision": "info",
    "total": "total", "id": "error",
}  # fmt: skip
_NATIVE = re.compile(r"[a-z0-9.:-]+/(?:comment/)?\d+")
_QUESTION = re.compile(r"/questions/(\d+)/")
_CHANGES = ("creation_date", "last_edit_date", "closed_date", "locked_date")
_GONE = "does_not_exist"  # the type of a person who has left
_DAY_S, _WITH_KEY, _WITHOUT = 86_400, 10_000, 300  # questions a day
_SPARED = 0.8  # a part of them is left for what comes in pages


class Stackexchange(PastSource, Revisitable):
    """Answers of the interface of Stack Exchange.

    At-least-once: a page can be asked for again at any time. Ids are those of one site, so a post goes by its site and
    its id, where a page says which site it is from; comments have ids of their own. What is deleted is only missing.
    A version is the time of the last edit or closing; of comments it is not told.

    Listened to are the questions of `sites` with something new, with all that is said below them: those that have one
    of the `tags`, and those that a search finds for each word of the brand queries. All share the day's questions, 300
    or with a `key` 10,000, so the more there are the longer between two rounds, at least `interval_s`. Its past is what
    the same questions hold, with what was said below older ones.
    """

    name = "stackexchange"
    network = NETWORK
    formats = "JSON: answers with their wrapper, or single items; HTTP cassettes"
    credentials = ("key",)
    at_once: ClassVar[int] = AT_ONCE
    hourly: ClassVar[float] = 60  # of 10,000 questions a day, four each

    def __init__(
        self,
        sites: str | Sequence[str] = (),
        tags: str | Sequence[str] = (),
        search: bool = True,
        key: str | SecretStr | None = None,
        interval_s: float = 120,
        base_url: str = "https://api.stackexchange.com/2.3",
    ) -> None:
        """Connect nothing yet. `key` is that of an app at stackapps.com; it goes in the address, which is not shown."""
        options = self._options = Options(self.name)
        self._sites = options.texts("sites", sites, r"[a-z0-9.-]{2,60}", "a site as its address begins")
        self._tags = options.texts("tags", tags, r"[^\s;,]{1,35}", "a tag")
        self._search = options.flag("search", search)
        self._key = options.secret("key", key)
        self._interval_s = options.number("interval_s", interval_s, 10, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer, each before what stands below it; what is no post is skipped by what it is."""
        answer = decode(record)
        with odd_shapes_refused():
            if "error_id" in answer and "items" not in answer:
                return [Skipped("error")]
            items = answer.get("items", [answer])
            site = next(filter(None, map(_site, items)), None)
            found = parsed_page(items, lambda item: _events(item, site, record.seen_at))
            return found or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return a channel for each tag and each word of each site."""
        if not self._sites:
            self._options.needed("sites", '["stackoverflow"]')
        return list(self._asked(brands))

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> StackexchangeSearch:
        """Return the search behind a channel, which is asked for as often as the day's questions allow."""
        asked = self._asked(brands)
        daily = (_WITH_KEY if self._key else _WITHOUT) * _SPARED
        interval_s = max(self._interval_s, _DAY_S * len(asked) / daily)
        key = self._key.get_secret_value() if self._key else None
        return StackexchangeSearch(web, self.name, self._base, key, asked[channel], interval_s)

    def revisits(self, native_id: str) -> bool:
        """Say whether its site is known."""
        return _NATIVE.fullmatch(native_id) is not None

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the posts and comments as they are now."""
        if self._key is None:
            self._options.needed("key", '"...", without which three hundred questions a day are all that there are')
        search = StackexchangeSearch(web, self.name, self._base, self._key.get_secret_value(), {}, self._interval_s)
        return await items_by_id(partial(search.single, self.clock), native_ids)

    def _asked(self, brands: Sequence[Brand]) -> dict[str, dict[str, str]]:
        asked: dict[str, dict[str, str]] = {}
        for site in self._sites:
            asked.update({f"{site} [{tag}]": {"site": site, "tagged": tag} for tag in self._tags})
            words = [word for brand in brands if self._search for word in search_words(brand)]
            asked.update({f"{site} {word}": {"site": site, "q": f'"{word}"'} for word in words})
        return asked


def _site(item: Item) -> str | None:
    """Return the host that the addresses in an item are of."""
    owner = item.get("owner") if isinstance(item.get("owner"), dict) else {}
    for link in (item.get("link"), item.get("share_link"), (owner or {}).get("link")):
        if isinstance(link, str) and link.startswith(("https://", "http://")):
            return urlsplit(link).hostname
    return None


def _events(item: Item, site: str | None, seen_at: datetime | None) -> Iterator[Parsed]:
    kind = _kind(item)
    if kind is None:
        other = next((name for field, name in _OTHERS.items() if field in item), None)
        if other is None:
            raise Poison("unknown_kind", "no item of Stack Exchange")
        yield Skipped(other)
        return
    yield _event(kind, item, site, seen_at)
    question = item.get("question_id")
    for below in [*(item.get("answers") or []), *(item.get("comments") or [])]:
        yield from _events(below | ({} if "question_id" in below else given(question_id=question) or {}), site, seen_at)


def _kind(item: Item) -> str | None:
    if item.keys() & {"timeline_type", "revision_guid", "revision_type", "inbox_type", "is_unread"}:
        return None
    if "comment_id" in item:
        return "comment"
    if "item_type" in item:
        return item["item_type"] if item["item_type"] in _POSTS else None
    if "post_type" in item and "post_id" in item:
        return item["post_type"] if item["post_type"] in _POSTS else None
    if "answer_id" in item:
        return "answer"
    return "question" if "question_id" in item and ("title" in item or "creation_date" in item) else None


def _event(kind: str, item: Item, site: str | None, seen_at: datetime | None) -> Parsed:
    def native(number: object, of: str = "") -> str:
        if isinstance(number, bool) or not isinstance(number, int):
            raise Poison("bad_value", "the id of an item is a whole number")
        return "/".join(filter(None, (site, of, str(number))))

    number = item["comment_id"] if kind == "comment" else item[_POSTS[kind] if _POSTS[kind] in item else "post_id"]
    made = recorded_time(item["creation_date"])
    changed = max(recorded_time(item[name]) for name in _CHANGES if item.get(name))
    active = recorded_time(item["last_activity_date"]) if item.get("last_activity_date") else changed
    markup = words(item.get("body")) or words(item.get("excerpt"))
    links, media = pointers(markup, f"https://{site}/" if site else "") if markup else ([], [])
    parent, root = _above(kind, item)
    return post_event(
        NETWORK,
        native(number, "comment" if kind == "comment" else ""),
        seen_at or max(changed, active),
        made,
        # An excerpt is a moment older than the whole, so that it never takes its place.
        ms(changed) - (1 if item.get("excerpt") and not item.get("body") else 0),
        given(parent=native(parent) if parent else None, root=native(root) if root else None),
        op="update" if changed > made or item.get("edited") is True else "create",
        kind="post" if kind == "question" else "reply",
        title=_plain(item.get("title")) if kind == "question" else None,
        text=(html_to_text(markup) if markup else _plain(item.get("body_markdown"))) or None,
        author=_author(item.get("owner") or {}),
        url=_address(kind, item, site, number),
        links=links,
        media=media,
        counts=_counts(kind, item),
        flags=["closed"] if item.get("closed_date") else [],
    )


def _above(kind: str, item: Item) -> tuple[int | None, int | None]:
    """Return the ids of what an item answers, and of the question that its thread began with."""
    if kind == "question":
        return None, None
    question = item.get("question_id")
    if kind == "answer":
        return question, question
    post = item.get("post_id")
    if question is None and item.get("post_type") == "question":
        question = post
    if question is None and (found := _QUESTION.search(str(item.get("link")))):
        question = int(found[1])
    return post, question


def _counts(kind: str, item: Item) -> dict[str, Any] | None:
    return given(
        likes=whole_number(item.get("score")),
        replies=whole_number(item.get("answer_count" if kind == "question" else "comment_count")),
        views=whole_number(item.get("view_count")),
    )


def _author(owner: Item) -> dict[str, Any] | None:
    known = owner.get("user_id") if owner.get("user_type") != _GONE else None
    return given(id=str(known) if known is not None else None, name=_plain(owner.get("display_name")))


def _address(kind: str, item: Item, site: str | None, number: int) -> str | None:
    given_link = words(item.get("link")) or words(item.get("share_link"))
    if given_link or site is None or kind == "comment":
        return given_link
    return f"https://{site}/{kind[0]}/{number}"


def _plain(text: object) -> str | None:
    """Return a line of text; the interface escapes names, titles and Markdown as HTML."""
    return words(html.unescape(text).strip()) if isinstance(text, str) else None
