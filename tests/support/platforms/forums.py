"""Boards of Taiwan and Weibo's timelines, as far as listening asks them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from schemas.wire import from_ms
from tests.support.platform import SECRET, Platform, Post, Question, Reply, paged

_TAIWAN = timezone(timedelta(hours=8))


class Dcard(Platform):
    """A forum of Dcard: excerpts in its list, whole posts by themselves."""

    name = "dcard"
    is_open = True
    most_at_once = 4

    def options(self, url: str) -> dict[str, Any]:
        return {"forums": ["mood"], "base_url": url}

    def answer(self, question: Question) -> Reply:
        if question.path == "/forums/mood/posts":
            before = int(question.params.get("before", "999999999"))
            page = [post for post in self.newest() if post.number < before][: int(question.params["limit"])]
            return Reply([_excerpt(post) for post in (page[::-1] if self.shuffled else page)])
        post = self.posts.get(int(question.path.split("/")[2]))
        if post is None or post.gone:
            return Reply({"error": 1202}, 404)
        return Reply({**_excerpt(post), "content": f"{post.text}, all of it", "commentCount": 0})

    def native_id(self, post: Post) -> str:
        return str(post.number)


def _excerpt(post: Post) -> dict[str, Any]:
    return {
        "id": post.number, "title": "A kettle", "excerpt": post.text[:40], "createdAt": post.iso, "forumAlias": "mood",
        "updatedAt": post.changed_iso, "edited": bool(post.changed_ms), "likeCount": 3,
    }  # fmt: skip


class Ptt(Platform):
    """A board of PTT."""

    name = "ptt"
    is_open = True
    most_at_once = 4
    deletes = True
    page_size = 20

    def options(self, url: str) -> dict[str, Any]:
        return {"boards": ["Kettle"], "base_url": url}

    def answer(self, question: Question) -> Reply:
        assert question.headers["cookie"] == "over18=1"
        name = question.path.removeprefix("/bbs/Kettle/").removesuffix(".html")
        if not name.startswith("index"):
            found = [post for post in self.newest() if self.native_id(post) == f"Kettle/{name}"]
            return Reply(_article(found[0]).encode()) if found else Reply(b"not found", 404)
        shown = self.newest()[::-1]
        last = max(1, -(-len(shown) // self.page_size))
        number = int(name.removeprefix("index") or last)
        page, _ = paged(shown, (number - 1) * self.page_size, self.page_size)
        links = "".join(
            f'<div class="title"><a href="/bbs/{self.native_id(post)}.html">A kettle</a></div>'
            for post in (page[::-1] if self.shuffled else page)
        )
        before = (
            f'<a class="btn wide" href="/bbs/Kettle/index{number - 1}.html">&lsaquo; 上頁</a>' if number > 1 else ""
        )
        return Reply(
            f'<!DOCTYPE html><html><body>{before}<div class="r-list-container">{links}</div></body></html>'.encode()
        )

    def native_id(self, post: Post) -> str:
        return f"Kettle/M.{post.seconds}.A.{post.number:03X}"


def _article(post: Post) -> str:
    at = post.at.astimezone(_TAIWAN)
    edited = ""
    if post.changed_ms:
        edited = f"※ 編輯: ann (1.2.3.4), {from_ms(post.changed_ms).astimezone(_TAIWAN):%m/%d/%Y %H:%M:%S}\n"
    heads = {"作者": "ann (Ann)", "標題": "A kettle", "時間": f"{at:%a %b %d %H:%M:%S %Y}"}
    lines = "".join(
        f'<div class="article-metaline"><span class="article-meta-tag">{label}</span>'
        f'<span class="article-meta-value">{value}</span></div>'
        for label, value in heads.items()
    )
    station = f"\n--\n<span>※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 1.2.3.4 (臺灣)\n{edited}</span>"
    beginning = '<!DOCTYPE html><html><head></head><body><div id="main-content">'
    return f"{beginning}{lines}{post.text}{station}</div></body></html>"


class Weibo(Platform):
    """A timeline of Weibo."""

    name = "weibo-open-api"

    def options(self, url: str) -> dict[str, Any]:
        return {"access_token": SECRET, "timelines": ["mentions"], "base_url": url}

    def answer(self, question: Question) -> Reply:
        size = int(question.params["count"])
        page, _ = paged(self.newest(), (int(question.params["page"]) - 1) * size, size)
        return Reply({"statuses": [_status(post) for post in (page[::-1] if self.shuffled else page)]})

    def native_id(self, post: Post) -> str:
        return str(post.number)


def _status(post: Post) -> dict[str, Any]:
    def written(moment: datetime) -> str:
        return moment.astimezone(UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")

    edited = {"edit_at": written(from_ms(post.changed_ms)), "edit_count": 1} if post.changed_ms else {}
    return {
        "id": post.number, "idstr": str(post.number), "text": post.text, "created_at": written(post.at),
        "user": {"id": 7, "screen_name": "ann"}, "reposts_count": 1, **edited,
    }  # fmt: skip
