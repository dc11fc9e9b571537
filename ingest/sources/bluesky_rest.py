"""Bluesky's answers over HTTP: posts, searches, threads and feeds, with the totals as they stood."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from ingest.access import object_of
from ingest.bluesky_answers import items_of, kind_of, shown_in
from ingest.bluesky_events import NETWORK, claimed, liked, posted
from ingest.bluesky_records import LIKE, POST, REPOST, is_post, tid_ms
from ingest.bluesky_search import searched
from ingest.foreign import given, odd_shapes_refused, parsed_page, post_event, whole_number, words
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard
from ingest.options import Options
from ingest.records import Record, decode
from ingest.revisit import Revisitable
from ingest.search_words import searches
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.post import AHEAD
from schemas.times import recorded_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_TOTALS = {"likes": "likeCount", "reposts": "repostCount", "replies": "replyCount", "quotes": "quoteCount"}


class BlueskyRest(Historical, Revisitable):
    """Bluesky's XRPC answers: getPosts, searchPosts, getPostThread, feeds, getRecord and listRecords.

    At-least-once: a page may be read again. A post has the same id as in Jetstream; its version is the time in its key,
    no later than that of its first commit, so that what Jetstream says of an edit stands. Totals are an observation at
    the time of the answer, or in a recording, which does not say it, of when the network first saw the post. Its past
    is what a search for the words of each brand finds, at `base_url`.
    """

    name = "bluesky-rest"
    network = NETWORK
    formats = "JSON: one answer a line or document"
    at_once: ClassVar[int] = 25
    hourly: ClassVar[float] = 32_400  # nine in a second

    def __init__(self, base_url: str = "https://api.bsky.app") -> None:
        """Connect nothing yet."""
        self._base = Options(self.name).address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer, in order: of a thread from the first ancestor down, then the replies."""
        answer = decode(record)
        with odd_shapes_refused():
            return parsed_page(
                list(items_of(answer)), lambda item: [_parsed(one, record.seen_at) for one in shown_in(item)]
            ) or [Skipped("empty")]

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the words and phrases that are searched for."""
        return searches(brands)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield the pages of one search, newest first."""
        async for thing in searched(web, self.name, self._base, chapter, stretch, cursor):
            yield thing

    def revisits(self, native_id: str) -> bool:
        """Say whether it is a post: a repost has no counts."""
        return is_post(native_id)

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the posts as they are now; those that are gone are not among them."""
        asked = urlencode([("uris", native_id) for native_id in native_ids])
        answer = await web.get(f"{self._base}/xrpc/app.bsky.feed.getPosts?{asked}", source=self.name)
        return [answer.body] if object_of(answer).get("posts") else []


def _parsed(item: dict[str, Any], seen_at: datetime | None) -> Parsed:
    if "repost_of" in item:
        seen = seen_at or recorded_time(item["indexedAt"])
        claim = claimed(item["indexedAt"])
        refs = {"repost_of": item["repost_of"]}
        return post_event(
            NETWORK, item["uri"], seen, claim, _version(item["uri"], claim or seen), refs, kind="repost",
            author=_author(item["by"]),
        )  # fmt: skip
    if "record" in item and "author" in item:
        return _view(item, seen_at)
    if "value" in item and "uri" in item:
        return _record(item["uri"], item["value"], seen_at)
    kind = kind_of(item)
    if kind is None:
        raise Poison("unknown_kind", "no answer of Bluesky's interface")
    return Skipped(kind)


def _view(view: dict[str, Any], seen_at: datetime | None) -> Parsed:
    """Return a post as the network shows it, with its author and its totals."""
    record, indexed = view["record"], recorded_time(view["indexedAt"])
    if (record.get("$type") or POST) != POST:  # of a notification
        return _record(view["uri"], record, seen_at)
    totals = given(**{name: whole_number(view.get(field)) for name, field in _TOTALS.items()})
    fields = {"counts": totals} if totals else {}
    author, shown = _author(view["author"]), view.get("embed") or {}
    return posted(
        view["uri"], author["id"], _key(view["uri"]), record, claimed(record.get("createdAt")), seen_at or indexed,
        shown, version=_version(view["uri"], indexed), author=author, quoted_text=_quoted(shown), **fields,
    )  # fmt: skip


def _record(uri: str, record: dict[str, Any], seen_at: datetime | None) -> Parsed:
    """Return what a record in a repository is, of which nothing else is known."""
    kind, created = record.get("$type"), record.get("createdAt")
    if kind not in (POST, REPOST, LIKE):
        return Skipped("/".join((kind or "record",)))
    seen, claim = seen_at or recorded_time(created), claimed(created)
    did = uri.split("/")[2]
    if kind == POST:
        return posted(uri, did, _key(uri), record, claim, seen, version=_version(uri, claim or seen))
    subject = record["subject"]["uri"]
    if not is_post(subject):
        return Skipped(kind)
    if kind == LIKE:
        return liked(uri, subject, claim, seen)
    version = _version(uri, claim or seen)
    return post_event(NETWORK, uri, seen, claim, version, {"repost_of": subject}, kind="repost", author={"id": did})


def _author(profile: dict[str, Any]) -> dict[str, Any]:
    state = (profile.get("verification") or {}).get("verifiedStatus")
    return {
        "id": "/".join((profile["did"],)),  # which nothing but a text gets through
        "name": words(profile.get("displayName")),
        "handle": words(profile.get("handle")),
        "verified": state == "valid" if state in ("valid", "invalid") else None,
    }


def _quoted(embed: dict[str, Any]) -> str | None:
    quoted = embed.get("record") or {}
    quoted = quoted.get("record") or quoted  # beside media it lies one deeper
    return words((quoted.get("value") or {}).get("text"))


def _key(uri: str) -> str:
    return uri.rpartition("/")[2]


def _version(uri: str, known: datetime) -> int:
    """Return the time in a record's key in ms, if it can be true by what else is known, else that time."""
    key, known_ms = _key(uri), ms(known)
    try:
        key_ms = tid_ms(key) if len(key) == 13 else -1
    except KeyError:
        key_ms = -1
    return key_ms if abs(key_ms - known_ms) <= AHEAD.total_seconds() * 1000 else known_ms
