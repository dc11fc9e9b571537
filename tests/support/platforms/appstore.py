"""The App Store's feed of reviews."""

from typing import Any

from tests.support.platform import Platform, Post, Question, Reply, paged


class Appstore(Platform):
    """The reviews of one app."""

    name = "appstore-reviews"
    is_open = True
    depth = 500

    def options(self, url: str) -> dict[str, Any]:
        return {"apps": ["123"], "countries": ["tw"], "base_url": url}

    def answer(self, question: Question) -> Reply:
        beginning, _, rest = question.path.partition("page=")
        assert beginning == "/tw/rss/customerreviews/"
        assert rest.endswith("/id=123/sortby=mostrecent/json")
        page, _ = paged(self.newest(), (int(rest.partition("/")[0]) - 1) * 50, 50)
        entries = [_review(post) for post in (page[::-1] if self.shuffled else page)]
        return Reply({"feed": {"entry": entries[0] if len(entries) == 1 else entries} if entries else {}})

    def native_id(self, post: Post) -> str:
        return str(post.number)


def _review(post: Post) -> dict[str, Any]:
    labels = {"id": str(post.number), "title": "A kettle", "im:rating": "4", "updated": post.changed_iso}
    content = {"label": post.text, "attributes": {"type": "text"}}
    return {**{name: {"label": label} for name, label in labels.items()}, "content": content}
