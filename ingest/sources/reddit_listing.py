"""Reddit as its interface answers: listings of posts and comments, threads, searches, mentions."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from pydantic import SecretStr

from ingest.access import Access
from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.listing import ListedSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.reddit_lists import PAGE, RedditList
from ingest.reddit_things import COMMENT, NETWORK, POST, Thing, thing_events
from ingest.revisit import Revisitable
from ingest.search_words import groups, quoted, search_words
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison

if TYPE_CHECKING:
    from ingest.web import Web

_LONGEST_SEARCH = 512

_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

# What an object without a kind is: the first whose names it all has.
_SHAPES = tuple(
    (kind, frozenset(names.split()))
    for kind, names in (
        ("error", "error"),
        ("error", "reason message"),
        ("access_token", "access_token"),
        (COMMENT, "body link_id"),
        (COMMENT, "body parent_id"),
        (POST, "title created_utc subreddit"),
        ("t2", "name link_karma"),
        ("t5", "display_name subreddit_type"),
        ("flair", "flair_text"),
        ("flair", "text text_editable"),
        ("rule", "rules"),
        ("modmail", "conversations"),
        ("traffic", "day hour"),
        ("widget", "items layout"),
        ("collection", "collection_id"),
        ("success", "success"),
    )
)


class RedditListing(ListedSource, Revisitable):
    """Listings as Reddit's interface gives them, with the replies below comments; bare posts and comments, too.

    At-least-once: a listing can be asked for again at any time. A body that was deleted or removed is a deletion of
    the post or comment. What is neither is skipped by the kind that Reddit gives it (`more`, `t5`, ...).

    Listened to are the new posts and comments of `subreddits`, and what a search for each brand finds among the posts
    of all. Reddit shows a thousand of each; the last thousand that were taken are looked at again, a hundred a round.
    """

    name = "reddit-listing"
    network = NETWORK
    formats = "JSON: listings, threads, single things; HTTP cassettes"
    credentials = ("client_id", "client_secret")
    at_once: ClassVar[int] = PAGE
    hourly: ClassVar[float] = 3_000  # Reddit allows a client 100 in a minute
    forget_after: ClassVar[timedelta | None] = timedelta(hours=48)  # what its terms give to whoever keeps posts

    def __init__(
        self,
        subreddits: str | Sequence[str] = (),
        search: bool = True,
        client_id: str | SecretStr | None = None,
        client_secret: str | SecretStr | None = None,
        interval_s: float = 60,
        base_url: str = "https://oauth.reddit.com",
        token_url: str = "https://www.reddit.com/api/v1/access_token",  # noqa: S107 - an address
    ) -> None:
        """Connect nothing yet. `client_id` and `client_secret` are those of an app at reddit.com/prefs/apps."""
        options = self._options = Options(self.name)
        self._subreddits = options.texts("subreddits", subreddits, r"[A-Za-z0-9_]{2,21}", "the name of a subreddit")
        self._search = options.flag("search", search)
        self._id, self._secret = options.secret("client_id", client_id), options.secret("client_secret", client_secret)
        self._interval_s = options.number("interval_s", interval_s, 2, 86_400)
        self._base = options.address("base_url", base_url)
        pair = f"{self._id.get_secret_value()}:{self._secret.get_secret_value()}" if self._id and self._secret else ""
        self._access = Access(
            self.name, options.address("token_url", token_url), {"grant_type": "client_credentials"},
            {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}, self.clock,
        )  # fmt: skip

    def parse(self, record: Record) -> list[Parsed]:
        """Return every post and comment of an answer, each before its replies; the rest is skipped by its kind."""
        answer = decode(record)
        with odd_shapes_refused():
            found = list(_things(_unpacked(answer)))
            if not found:
                return [Skipped("empty")]
            return parsed_page(found, lambda thing: _parsed(thing, record))

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return two channels for each subreddit, and one for each brand that is searched for, or more."""
        if not (self._id and self._secret):
            self._options.needed("client_id and client_secret", '"...", those of an app at reddit.com/prefs/apps')
        return list(self._lists(brands))

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> RedditList:
        """Return the list behind a channel."""
        path, params = self._lists(brands)[channel]
        return RedditList(web, self.name, self._base, self._access, path, params, self._interval_s)

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the posts and comments as they are now."""
        found = await RedditList(web, self.name, self._base, self._access, "", {}, self._interval_s).named(native_ids)
        return [orjson.dumps({"kind": "Listing", "data": {"children": found}})] if found else []

    def _lists(self, brands: Sequence[Brand]) -> dict[str, tuple[str, dict[str, str]]]:
        lists: dict[str, tuple[str, dict[str, str]]] = {}
        for subreddit in self._subreddits:
            lists[f"r/{subreddit}"] = f"/r/{subreddit}/new", {}
            lists[f"r/{subreddit} comments"] = f"/r/{subreddit}/comments", {}
        for brand in brands if self._search else ():
            for number, words in enumerate(groups([*map(quoted, search_words(brand))], _LONGEST_SEARCH, 4), 1):
                asked = {"q": " OR ".join(words), "sort": "new", "type": "link", "t": "month"}
                lists[f"search {brand.id}" + (f" {number}" if number > 1 else "")] = "/search", asked
        return lists


def _unpacked(answer: Thing) -> Thing:
    """Return the listing or thing that an answer is, without the envelope that answers to a form have."""
    if "json" in answer:
        answer = answer["json"]
        if answer.get("errors"):
            return {"error": "json"}
        return {"kind": "Listing", "data": {"children": (answer.get("data") or {}).get("things")}}
    if "kind" not in answer and isinstance(answer.get("data"), list):  # archives answer without kinds
        return {"kind": "Listing", "data": {"children": answer["data"]}}
    return answer


def _things(thing: Any) -> Iterator[Thing]:
    """Yield every thing below a listing, each before its replies. Depth is no concern: too deep JSON is refused."""
    data = thing.get("data") if isinstance(thing, dict) else None
    if not isinstance(data, dict):
        if thing != {}:
            yield thing
        return
    if "children" in data and thing.get("kind", "Listing") == "Listing":
        for child in data["children"] or []:
            yield from _things(child)
        return
    yield thing
    if isinstance(data.get("replies"), dict):
        yield from _things(data["replies"])


def _parsed(thing: Thing, record: Record) -> Iterator[Parsed]:
    if "kind" in thing and "data" in thing:
        kind, data = thing["kind"], thing["data"]
    else:
        kind, data = next((kind for kind, names in _SHAPES if names <= thing.keys()), None), thing
    if kind in (COMMENT, POST):
        yield from thing_events(kind, data, record.seen_at)
    elif isinstance(kind, str) and _KIND.fullmatch(kind):
        yield Skipped(kind)
    else:
        raise Poison("unknown_kind", "neither a listing nor a thing of Reddit")
