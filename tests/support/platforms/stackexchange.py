"""Stack Exchange's interface, as far as listening asks it: a search by activity."""

from typing import Any

from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged


class Stackexchange(Platform):
    """The questions of one site."""

    name = "stackexchange"
    is_open = True
    at_first = False
    key_in_path = True

    def options(self, url: str) -> dict[str, Any]:
        return {"sites": ["kettles"], "key": SECRET, "base_url": url}

    def answer(self, question: Question) -> Reply:
        assert question.params["key"] == SECRET
        if question.path == "/filters/create":
            return Reply({"items": [{"filter": "!abc"}], "has_more": False, "quota_remaining": 99})
        least = int(question.params["min"])
        asked_before = int(question.params.get("todate", 2**40))
        found = sorted(
            (post for post in self.newest() if _active(post) >= least and post.seconds <= asked_before), key=_active
        )
        size = int(question.params["pagesize"])
        page, following = paged(found, (int(question.params["page"]) - 1) * size, size)
        items = [_question(post) for post in (page[::-1] if self.shuffled else page)]
        return Reply({"items": items, "has_more": following is not None, "quota_remaining": 99})

    def native_id(self, post: Post) -> str:
        return f"kettles.example/{post.number}"


def _active(post: Post) -> int:
    return (post.changed_ms or post.at_ms) // 1000


def _question(post: Post) -> dict[str, Any]:
    return {
        "question_id": post.number, "title": "A kettle", "body": f"<p>{post.text}</p>", "creation_date": post.seconds,
        "last_activity_date": _active(post), "link": f"https://kettles.example/questions/{post.number}/a-kettle",
        **({"last_edit_date": post.changed_ms // 1000} if post.changed_ms else {}),
    }  # fmt: skip
