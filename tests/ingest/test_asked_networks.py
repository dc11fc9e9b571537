"""What Meta's networks, Dcard and PTT do in their own way when they are asked."""

from typing import Any

import pytest

from schemas.errors import Refused, Transient
from schemas.wire import from_ms
from tests.support.asking import MINUTE_MS, asked, instead, listening
from tests.support.platform import NOON_MS, SECRET, Question, Reply
from tests.support.platforms.forums import Dcard, Ptt
from tests.support.platforms.graph import Facebook, Instagram


def test_a_hashtag_is_asked_for_by_its_number_and_shows_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hashtag(Instagram):
        channel = 2

        def options(self, url: str) -> dict[str, Any]:
            return {**super().options(url), "hashtags": ["#愛客美"]}

        def answer(self, question: Question) -> Reply:
            if question.path == "/ig_hashtag_search":
                return Reply({"data": [{"id": "99"}] if question.params["q"] == "愛客美" else []})
            assert question.path == "/99/recent_media"
            return super().answer(question)

    platform = Hashtag()
    with listening(platform, monkeypatch) as listener:
        platform.publish(1, "acme", NOON_MS)
        listener.listen()
        platform.delete(1, NOON_MS)
        platform.publish(2, "acme", NOON_MS + MINUTE_MS)
        listener.clock.advance(3_600)
        listener.listen()
        assert listener.gaps == []
        listener.clock.advance(30 * 3_600)
        listener.listen()
    assert len(listener.heard) == 2
    assert len(listener.gaps) == 1
    assert listener.gaps[0].until == from_ms(NOON_MS + 7 * 3_600_000)


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [(190, 400, Refused), (10, 403, Refused), (4, 400, Transient), (613, 400, Transient), (2, 400, Transient)],
)
def test_what_meta_refuses_is_told_by_its_number(
    number: int, status: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Facebook()
    instead(platform, "/5/feed", Reply({"error": {"code": number, "message": SECRET}}, status))
    with listening(platform, monkeypatch) as listener, pytest.raises(error, match=f"error {number}") as told:
        listener.listen()
    assert SECRET not in str(told.value)


def test_one_post_that_is_gone_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Facebook()
    node = {"id": "5_1", "message": "acme", "created_time": "2024-03-01T12:00:00+0000"}
    comment = {"id": "1_9", "message": "acme too", "created_time": "2024-03-01T12:05:00+0000", "comment_count": 0}
    instead(platform, "/", Reply({"error": {"code": 100}}, 400))
    instead(platform, "/5_1", Reply({**node, "comments": {"data": [comment]}}))
    instead(platform, "/5_2", Reply({"error": {"code": 100}}, 400))
    with listening(platform, monkeypatch) as listener:
        platform.publish(1, "acme", NOON_MS)
        platform.publish(2, "acme", NOON_MS)
        listener.listen()
    assert {one.text for one in listener.heard} == {"acme", "acme too"}


def test_comments_come_with_the_posts_of_a_forum(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Dcard()
    post = {"id": 1, "title": "A kettle", "excerpt": "acme", "content": "acme", "createdAt": "2024-03-01T12:00:00Z"}
    instead(platform, "/posts/1", Reply({**post, "commentCount": 130}))
    comment = {"id": "u-1", "postId": 1, "floor": 130, "content": "acme too", "createdAt": "2024-03-01T12:01:00Z"}
    instead(platform, "/posts/1/comments", Reply([comment]))
    with listening(platform, monkeypatch) as listener:
        platform.publish(1, "acme", NOON_MS)
        listener.listen(rounds=2)
    assert [one.native_id for one in listener.heard] == ["1", "u-1"]
    assert asked(platform, "/posts/1/comments")[0].params == {"limit": "100", "after": "30"}


def test_a_board_that_is_none_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Ptt()
    instead(platform, "/bbs/Kettle/index.html", Reply(b"not found", 404))
    with (
        listening(platform, monkeypatch) as listener,
        pytest.raises(Refused, match="boards: PTT shows no board Kettle"),
    ):
        listener.listen()
