"""A Discourse forum, as far as listening asks it: the newest posts."""

from typing import Any

from tests.support.platform import SECRET, Platform, Post, Question, Reply


class Discourse(Platform):
    """A forum for members."""

    name = "discourse"

    def options(self, url: str) -> dict[str, Any]:
        return {"site": url, "api_key": SECRET}

    def answer(self, question: Question) -> Reply:
        shown = self.newest()
        newest = int(question.params.get("before", max((post.number for post in shown), default=0)))
        page = [post for post in shown if newest - 50 < post.number <= newest]
        return Reply({"latest_posts": [_post(post) for post in (page[::-1] if self.shuffled else page)]})

    def native_id(self, post: Post) -> str:
        return f"{post.number}/1"


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.number, "topic_id": post.number, "post_number": 1, "post_type": 1, "username": "ann", "user_id": 7,
        "created_at": post.iso, "updated_at": post.changed_iso, "cooked": f"<p>{post.text}</p>", "raw": post.text,
        "version": 2 if post.changed_ms else 1, "topic_slug": "kettles", "topic_title": "Kettles",
    }  # fmt: skip
