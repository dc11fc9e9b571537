"""Threads as its Graph API answers, and as its webhooks tell of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from ingest.foreign import odd_shapes_refused
from ingest.graph_answers import graph_events
from ingest.graph_lists import Graph, GraphEdge
from ingest.listed_past import PastSource
from ingest.options import Options, bearer
from ingest.records import Record, decode
from ingest.search_words import search_words
from ingest.source import Parsed
from ingest.threads_posts import NETWORK, change_events, node_events
from schemas.brand import Brand

if TYPE_CHECKING:
    from ingest.web import Web

_FIELDS = (
    "id,text,media_type,media_url,permalink,timestamp,username,shortcode,is_quote_post,is_reply,quoted_post,"
    "reposted_post,replied_to,root_post,link_attachment_url,alt_text,gif_url,poll_attachment"
)
_WEEK_S = 604_800
_OWN = {"mentions": "/me/mentions", "replies": "/me/replies"}


class Threads(PastSource):
    """Posts, replies, mentions and searches of Threads; notifications of replies, mentions and deletions.

    At-least-once: an answer can be read again from any record, and a notification may come twice. Profiles, insights
    and the like are skipped by what they are, errors by their type.

    Listened to is what a search finds for each word of the brand queries, from now on, and what mentions or answers the
    account of the `access_token`. Threads allows `searches` in seven days; the words share them evenly. Its past is
    what the same channels hold.
    """

    name = "threads"
    network = NETWORK
    formats = "JSON: answers or notifications one a line, one document or an array; HTTP cassettes"
    credentials = ("access_token",)

    def __init__(
        self,
        access_token: str | SecretStr | None = None,
        search: bool = True,
        searches: int = 500,
        interval_s: float = 120,
        base_url: str = "https://graph.threads.net/v1.0",
    ) -> None:
        """Connect nothing yet. `access_token` is a user's, with the rights to search and to read what mentions it."""
        options = self._options = Options(self.name)
        self._token = options.secret("access_token", access_token)
        self._search = options.flag("search", search)
        self._searches = options.number("searches", searches, 1, 10_000_000)
        self._interval_s = options.number("interval_s", interval_s, 10, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer or a notification, in order."""
        message = decode(record)
        if "values" in message and "period" not in message:  # those with a period are insights
            with odd_shapes_refused():
                return change_events(message, record)
        return graph_events(message, record, node_events)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return a channel for each word that is searched for, and those of the account."""
        if self._token is None:
            self._options.needed("access_token", '"...", that of an account, from an app at developers.facebook.com')
        return [*self._words(brands), *_OWN]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> GraphEdge:
        """Return the search, or the edge of the account, behind a channel."""
        graph = Graph(web, self.name, self._base, bearer(self._token))
        if channel in _OWN:
            return GraphEdge(graph, _OWN[channel], {"fields": _FIELDS}, self._interval_s, dated=True)
        words = self._words(brands)
        asked = {"q": words[channel], "search_type": "RECENT", "fields": _FIELDS}
        interval_s = max(self._interval_s, _WEEK_S * len(words) / self._searches)
        return GraphEdge(graph, "/keyword_search", asked, interval_s, dated=True)

    def _words(self, brands: Sequence[Brand]) -> dict[str, str]:
        words = [word for brand in brands if self._search for word in search_words(brand)]
        return {f"search {word}": word for word in words}
