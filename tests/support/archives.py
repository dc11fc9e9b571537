"""Servers of the past: searches of Bluesky and of Hacker News, and GDELT's files, with their limits."""

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import orjson

from ingest.sources.gdelt_gkg import COLUMNS
from tests.support.http_server import Asked, answer

Params = Mapping[str, str]


def asked_for(asked: Asked) -> tuple[str, Params]:
    """Return the path and the parameters of a request."""
    parts = urlsplit(asked.path)
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


@dataclass
class Bluesky:
    """Posts at moments (ms), newest first; a search goes `depth` deep. Every third answer is a 503 if it is `weak`."""

    moments: Sequence[int]
    depth: int = 300
    weak: bool = False
    requests: int = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.requests += 1
        path, params = asked_for(asked)
        assert path == "/xrpc/app.bsky.feed.searchPosts"
        assert params["sort"] == "latest"
        if self.weak and self.requests % 3 == 0:
            writer.write(answer(503))
            return
        since, until = (datetime.fromisoformat(params[name]).timestamp() * 1000 for name in ("since", "until"))
        found = sorted((at for at in self.moments if since <= at < until), reverse=True)
        first, limit = int(params.get("cursor", "0")), int(params["limit"])
        page, following = found[first : first + limit], first + limit
        body: dict[str, object] = {"posts": [self._post(at) for at in page]}
        if following < min(len(found), self.depth):
            body["cursor"] = str(following)
        writer.write(answer(200, orjson.dumps(body)))

    @staticmethod
    def _post(at: int) -> dict[str, object]:
        moment = f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S.}{at % 1000:03}Z"
        return {
            "uri": f"at://did:plc:ana/app.bsky.feed.post/p{at}", "cid": "c", "indexedAt": moment,
            "author": {"did": "did:plc:ana", "handle": "ana.example"},
            "record": {"$type": "app.bsky.feed.post", "text": f"acme {at}", "createdAt": moment},
            "likeCount": 1, "repostCount": 0, "replyCount": 0, "quoteCount": 0,
        }  # fmt: skip


@dataclass
class Algolia:
    """Items by the seconds in which they were written; a search gives no more than `most` of them."""

    seconds: Sequence[int]
    most: int = 1_000
    asked: list[Params] = field(default_factory=list)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        path, params = asked_for(asked)
        assert path == "/api/v1/search_by_date"
        self.asked.append(params)
        first, last = (int(part.partition("=")[2]) for part in params["numericFilters"].split(","))
        found = sorted(
            ((second, number) for number, second in enumerate(self.seconds) if first <= second <= last), reverse=True
        )
        hits = [self._hit(second, number) for second, number in found[: min(self.most, int(params["hitsPerPage"]))]]
        writer.write(answer(200, orjson.dumps({"hits": hits})))

    @staticmethod
    def _hit(second: int, number: int) -> dict[str, object]:
        return {
            "objectID": str(number + 1), "created_at_i": second, "author": "ben", "story_title": "of phones",
            "comment_text": f"acme {number}", "story_id": 900_000, "parent_id": 900_000, "_tags": ["comment"],
        }  # fmt: skip


@dataclass
class Gdelt:
    """The files of these moments (as fourteen digits), with an article each; all others are missing."""

    files: Sequence[str]

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        stamp, _, ending = asked.path.removeprefix("/").partition(".")
        if ending != "gkg.csv.zip" or stamp not in self.files:
            writer.write(answer(404))
            return
        row = dict.fromkeys(COLUMNS, "") | {
            "gkgrecordid": f"{stamp}-0", "date": stamp, "sourcecollectionidentifier": "1",
            "sourcecommonname": "news.example", "documentidentifier": f"https://news.example/{stamp}",
            "extras": f"<PAGE_TITLE>acme at {stamp}</PAGE_TITLE>",
        }  # fmt: skip
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr(f"{stamp}.gkg.csv", "\t".join(row[column] for column in COLUMNS) + "\n")
        writer.write(answer(200, held.getvalue()))
