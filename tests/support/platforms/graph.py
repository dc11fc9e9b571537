"""Meta's Graph API, as far as listening asks it: an edge of a page, of an account, and of a search."""

from typing import Any, ClassVar

from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged


class Facebook(Platform):
    """A page's feed."""

    name = "facebook-graph"
    at_first = False
    edits = False
    time: ClassVar[str] = "created_time"
    text: ClassVar[str] = "message"

    def options(self, url: str) -> dict[str, Any]:
        return {"pages": ["5"], "access_token": SECRET, "base_url": url}

    def answer(self, question: Question) -> Reply:
        if "ids" in question.params:
            named = [self.posts[int(name.removeprefix("5_"))] for name in question.params["ids"].split(",")]
            return Reply({self.native_id(post): self.node(post) for post in named if not post.gone})
        least = int(question.params.get("since", "0")) * 1000
        most = int(question.params.get("until", 2**40))
        found = [post for post in self.newest() if post.at_ms >= least and post.seconds <= most]
        begin, size = int(question.params.get("after", "0")), int(question.params["limit"])
        page, following = paged(found, begin, size)
        data = [self.node(post) for post in (page[::-1] if self.shuffled else page)]
        cursors = {"cursors": {"after": str(begin + size)}}
        paging = (
            {"paging": {**cursors, **({"next": "https://graph.example/next"} if following else {})}} if page else {}
        )
        return Reply({"data": data, **paging})

    def native_id(self, post: Post) -> str:
        return f"5_{post.number}"

    def node(self, post: Post) -> dict[str, Any]:
        return {"id": self.native_id(post), self.text: post.text, self.time: post.iso.replace("Z", "+0000")}


class Instagram(Facebook):
    """An account's media."""

    name = "instagram-graph"
    at_first = True
    time = "timestamp"
    text = "caption"

    def options(self, url: str) -> dict[str, Any]:
        return {"user": "178", "access_token": SECRET, "base_url": url}

    def node(self, post: Post) -> dict[str, Any]:
        return {**super().node(post), "media_type": "IMAGE", "comments_count": self.now_ms % 7}


class Threads(Facebook):
    """What a search finds."""

    name = "threads"
    time = "timestamp"
    text = "text"

    def options(self, url: str) -> dict[str, Any]:
        return {"access_token": SECRET, "base_url": url, "searches": 100_000}

    def node(self, post: Post) -> dict[str, Any]:
        return {**super().node(post), "media_type": "TEXT_POST", "username": "ann"}
