"""YouTube's Data API, as far as listening asks it: a search by date."""

from datetime import datetime
from typing import Any

from schemas.wire import ms
from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged


class Youtube(Platform):
    """Videos that are found; no one has commented on them."""

    name = "youtube-data-api"
    edits = False
    at_first = False
    page_size = 50
    searched = 500  # results of one search

    def options(self, url: str) -> dict[str, Any]:
        return {"key": SECRET, "base_url": url, "searches": 5_000, "threads": 2}

    def admits(self, question: Question) -> bool:
        return question.headers.get("x-goog-api-key") == self.token

    def answer(self, question: Question) -> Reply:
        if question.path == "/commentThreads":
            return Reply({"kind": "youtube#commentThreadListResponse", "items": []})
        after = ms(datetime.fromisoformat(question.params["publishedAfter"]))
        before = question.params.get("publishedBefore")
        found = [post for post in self.newest() if post.at_ms >= after and (before is None or post.iso <= before)]
        found = found[: self.searched]
        page, following = paged(found, int(question.params.get("pageToken", "0")), self.page_size)
        items = [_result(post) for post in (page[::-1] if self.shuffled else page)]
        token = {"nextPageToken": str(following)} if following else {}
        return Reply({"kind": "youtube#searchListResponse", "items": items, **token})

    def native_id(self, post: Post) -> str:
        return f"v{post.number:010}"


def _result(post: Post) -> dict[str, Any]:
    snippet = {"publishedAt": post.iso, "channelId": "UCa", "title": post.text, "description": "A kettle"}
    return {
        "kind": "youtube#searchResult",
        "id": {"kind": "youtube#video", "videoId": f"v{post.number:010}"},
        "snippet": {**snippet, "channelTitle": "Ann"},
    }
