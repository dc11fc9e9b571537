"""Reddit's interface, as far as listening asks it."""

from typing import Any

from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged


class Reddit(Platform):
    """A subreddit's new posts, and things by their names."""

    name = "reddit-listing"
    renews = True
    deletes = True
    depth = 1000

    def options(self, url: str) -> dict[str, Any]:
        return {
            "subreddits": ["kettles"], "client_id": "id", "client_secret": SECRET, "base_url": url,
            "token_url": f"{url}/token",
        }  # fmt: skip

    def is_token(self, question: Question) -> bool:
        return question.path == "/token"

    def answer(self, question: Question) -> Reply:
        if self.is_token(question):
            return Reply({"access_token": self.token, "expires_in": 86_400, "token_type": "bearer"})
        if question.path == "/api/info":
            named = [self.posts[int(name[3:], 36)] for name in question.params["id"].split(",")]
            return Reply(_listing(named))
        if question.path != "/r/kettles/new":
            return Reply({"message": "Not Found", "error": 404}, 404)
        shown = self.newest()
        after = question.params.get("after")
        begin = next((place + 1 for place, post in enumerate(shown) if f"t3_{_id(post)}" == after), 0)
        page, following = paged(shown, begin, int(question.params["limit"]))
        return Reply(_listing(page[::-1] if self.shuffled else page, f"t3_{_id(page[-1])}" if following else None))

    def native_id(self, post: Post) -> str:
        return f"t3_{_id(post)}"


def _id(post: Post) -> str:
    digits, number = "", post.number
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _listing(posts: list[Post], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "children": [_thing(post) for post in posts]}}


def _thing(post: Post) -> dict[str, Any]:
    return {
        "kind": "t3",
        "data": {
            "id": _id(post), "name": f"t3_{_id(post)}", "title": "A kettle", "subreddit": "kettles",
            "selftext": "[deleted]" if post.gone else post.text, "author": "[deleted]" if post.gone else "ann",
            "created_utc": float(post.seconds), "edited": post.changed_ms / 1000 if post.changed_ms else False,
            "is_self": True, "permalink": f"/r/kettles/comments/{_id(post)}/a_kettle/",
        },
    }  # fmt: skip
