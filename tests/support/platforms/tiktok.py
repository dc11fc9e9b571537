"""TikTok's Research API, as far as listening asks it: a search that is kept while its pages are read."""

from datetime import datetime
from typing import Any

from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged


class Tiktok(Platform):
    """Videos that are found."""

    name = "tiktok-research"
    renews = True
    at_first = False
    edits = False

    def options(self, url: str) -> dict[str, Any]:
        return {"client_key": "key", "client_secret": SECRET, "base_url": url, "interval_s": 60}

    def is_token(self, question: Question) -> bool:
        return question.path == "/v2/oauth/token/"

    def answer(self, question: Question) -> Reply:
        if self.is_token(question):
            assert question.form["client_secret"] == SECRET
            return Reply({"access_token": self.token, "expires_in": 7200, "token_type": "Bearer"})
        asked = question.json
        assert asked["start_date"] <= asked["end_date"]
        days = [datetime.strptime(asked[name], "%Y%m%d") for name in ("start_date", "end_date")]
        assert (days[1] - days[0]).days <= 30
        found = [post for post in self.newest() if asked["start_date"] <= f"{post.at:%Y%m%d}" <= asked["end_date"]]
        begin = asked.get("cursor", 0)
        if begin and asked["search_id"] != "s1":
            return Reply({"error": {"code": "invalid_params"}}, 400)
        page, following = paged(found[::-1] if self.shuffled else found, begin, asked["max_count"])
        data = {"videos": [_video(post) for post in page], "has_more": following is not None, "search_id": "s1"}
        return Reply({"data": {**data, "cursor": begin + len(page)}, "error": {"code": "ok"}})

    def native_id(self, post: Post) -> str:
        return str(post.number)


def _video(post: Post) -> dict[str, Any]:
    return {"id": post.number, "video_description": post.text, "create_time": post.seconds, "username": "ann"}
