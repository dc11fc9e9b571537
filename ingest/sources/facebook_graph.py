"""Facebook as the Graph API answers: posts of pages and groups, comments, pictures, films."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from ingest.facebook_posts import NETWORK, node_events
from ingest.graph_answers import graph_events
from ingest.graph_lists import Graph, GraphEdge
from ingest.listed_past import PastSource
from ingest.options import Options, bearer
from ingest.records import Record, decode
from ingest.source import Parsed
from schemas.brand import Brand

if TYPE_CHECKING:
    from ingest.web import Web

_COMMENT = "id,message,created_time,from,permalink_url,parent{id},attachment,like_count,comment_count"
_FIELDS = (
    "id,message,story,created_time,updated_time,from,permalink_url,status_type,attachments,shares,place,"
    f"reactions.summary(true).limit(0),comments.summary(true).filter(stream).limit(50){{{_COMMENT}}}"
)
_EDGES = {"posts": "feed", "tagged": "tagged"}


class FacebookGraph(PastSource):
    """Pages of nodes, nodes, and nodes by their ids, with the comments that were asked for.

    At-least-once: an answer can be read again from any record. Pages, people, groups and the like are skipped by what
    they are, errors by their type.

    Listened to are `pages`, by their numbers: what is posted there and what they are tagged in, from now on, with the
    newest comments below it; some of the known posts are looked at again each round, for further comments. Its past is
    what the same channels hold.
    """

    name = "facebook-graph"
    network = NETWORK
    formats = "JSON: answers one a line, one document or an array; HTTP cassettes"
    credentials = ("access_token",)

    def __init__(
        self,
        pages: str | Sequence[str] = (),
        access_token: str | SecretStr | None = None,
        interval_s: float = 120,
        base_url: str = "https://graph.facebook.com/v21.0",
    ) -> None:
        """Connect nothing yet. `access_token` is one that may read the pages."""
        options = self._options = Options(self.name)
        self._pages = options.texts("pages", pages, r"[\w.-]{1,80}", "the number or name of a page")
        self._token = options.secret("access_token", access_token)
        self._interval_s = options.number("interval_s", interval_s, 10, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts and comments of an answer, in order, each before the comments below it."""
        return graph_events(decode(record), record, node_events)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return two channels for each page."""
        if not self._pages:
            self._options.needed("pages", '["1234567890"]')
        if self._token is None:
            self._options.needed("access_token", '"...", one that may read the pages')
        return [f"{page} {edge}" for page in self._pages for edge in _EDGES]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> GraphEdge:
        """Return the edge behind a channel."""
        page, _, edge = channel.partition(" ")
        graph = Graph(web, self.name, self._base, bearer(self._token))
        return GraphEdge(
            graph, f"/{page}/{_EDGES[edge]}", {"fields": _FIELDS}, self._interval_s,
            time="created_time", dated=True, looks=_FIELDS,
        )  # fmt: skip
