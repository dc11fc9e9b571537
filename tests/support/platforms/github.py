"""GitHub's interface, as far as listening asks it: a search by the last change."""

import re
from datetime import datetime
from typing import Any

from schemas.wire import ms
from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged


class Github(Platform):
    """Issues that are found."""

    name = "github-webhooks"
    at_first = False

    def options(self, url: str) -> dict[str, Any]:
        return {"token": SECRET, "base_url": url}

    def answer(self, question: Question) -> Reply:
        if between := re.search(r"created:(\S+)\.\.(\S+)$", question.params["q"]):
            assert (question.params["sort"], question.params["order"]) == ("created", "desc")
            found = [post for post in self.newest() if between[1] <= post.iso <= between[2]][:1_000]
        else:
            since = re.search(r"updated:>=(\S+)$", question.params["q"])
            assert since is not None
            least = ms(datetime.fromisoformat(since[1]))
            found = sorted((post for post in self.newest() if _changed(post) >= least), key=_changed)
        size = int(question.params["per_page"])
        page, _ = paged(found, (int(question.params["page"]) - 1) * size, size)
        items = [_issue(post) for post in (page[::-1] if self.shuffled else page)]
        return Reply({"total_count": len(found), "incomplete_results": False, "items": items})

    def native_id(self, post: Post) -> str:
        return f"kettles/kettle#{post.number}"


def _changed(post: Post) -> int:
    return post.changed_ms or post.at_ms


def _issue(post: Post) -> dict[str, Any]:
    return {
        "html_url": f"https://github.com/kettles/kettle/issues/{post.number}", "number": post.number,
        "title": "A kettle", "body": post.text, "created_at": post.iso, "updated_at": post.changed_iso,
        "user": {"id": 7, "login": "ann"}, "state": "open", "comments": 0,
    }  # fmt: skip
