"""Instagram as the Graph API answers: media of accounts and hashtags, stories, comments, mentions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from ingest.access import listed
from ingest.graph_answers import graph_events
from ingest.graph_lists import Graph, GraphEdge
from ingest.instagram_media import NETWORK, node_events
from ingest.listing import ListedSource, Page
from ingest.options import Options, bearer
from ingest.records import Record, decode
from ingest.source import Parsed
from ingest.trail import Trail
from schemas.brand import Brand
from schemas.errors import Refused

if TYPE_CHECKING:
    from ingest.web import Web

_HASHTAG_FIELDS = (
    "id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count,children{id,media_type}"
)
_REPLY = "id,text,timestamp,username"
_FIELDS = f"{_HASHTAG_FIELDS},username,comments{{{_REPLY},like_count,replies{{{_REPLY}}}}}"
_DAY_S = 86_400.0  # for so long a hashtag shows a post
_OWN = {"media": "media", "tagged": "tags"}


class InstagramGraph(ListedSource):
    """Pages of nodes, nodes, and nodes by their ids, with the comments that were asked for.

    At-least-once: an answer can be read again from any record. Accounts, hashtags, products and the like are skipped by
    what they are, errors by their type.

    Listened to are, for the professional account `user` of the `access_token`, its media and those it is tagged in,
    with the comments below them, and the media of `hashtags`, which Instagram shows for a day: after a longer break
    there is a Gap. Thirty different hashtags are allowed in a week.
    """

    name = "instagram-graph"
    network = NETWORK
    formats = "JSON: answers one a line, one document or an array; HTTP cassettes"
    credentials = ("access_token",)

    def __init__(
        self,
        user: str = "",
        hashtags: str | Sequence[str] = (),
        access_token: str | SecretStr | None = None,
        interval_s: float = 300,
        base_url: str = "https://graph.facebook.com/v21.0",
    ) -> None:
        """Connect nothing yet. `user` is the number of the account."""
        options = self._options = Options(self.name)
        [self._user] = options.texts("user", [user], r"\d{1,30}", "the number of an account") or [""]
        self._hashtags = options.texts("hashtags", hashtags, r"#?\w{1,100}", "a hashtag")
        self._token = options.secret("access_token", access_token)
        self._interval_s = options.number("interval_s", interval_s, 10, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the media and comments of an answer, in order, each before the comments below it."""
        return graph_events(decode(record), record, node_events)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the channels of the account, and one for each hashtag."""
        if not self._user:
            self._options.needed("user", '"1784...", the number of a professional account')
        if self._token is None:
            self._options.needed("access_token", '"...", one that may read the account')
        return [*_OWN, *(f"#{hashtag.removeprefix('#')}" for hashtag in self._hashtags)]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> GraphEdge:
        """Return the edge behind a channel."""
        graph = Graph(web, self.name, self._base, bearer(self._token))
        if channel in _OWN:
            path = f"/{self._user}/{_OWN[channel]}"
            return GraphEdge(graph, path, {"fields": _FIELDS}, self._interval_s, looks=_FIELDS)
        return _Hashtag(graph, self._user, channel[1:], self._interval_s)


class _Hashtag(GraphEdge):
    """The media of a hashtag, whose number is asked for first."""

    def __init__(self, graph: Graph, user: str, hashtag: str, interval_s: float) -> None:
        super().__init__(graph, "", {"user_id": user, "fields": _HASHTAG_FIELDS}, interval_s, lasts_s=_DAY_S)
        self._asked = {"user_id": user, "q": hashtag}

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page of its media, as of any edge."""
        if not self._path:
            found = listed(await self._graph.asked("/ig_hashtag_search", self._asked), "data")
            if not found or not isinstance(found[0], dict) or "id" not in found[0]:
                raise Refused(f"[sources.{InstagramGraph.name}] hashtags: Instagram knows no #{self._asked['q']}", 404)
            self._path = f"/{found[0]['id']}/recent_media"
        return await super().page(trail, following)
