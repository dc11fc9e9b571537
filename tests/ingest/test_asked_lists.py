"""What single platforms do in their own way when they are asked: quotas, comments, refusals, changed lists."""

from typing import Any

import orjson
import pytest

from ingest.listing import ListedSource
from ingest.source import source
from schemas.errors import Refused, Transient
from tests.support.asking import BRANDS, asked, instead, listening
from tests.support.platform import NOON_MS, SECRET, Question, Reply
from tests.support.platforms.github import Github
from tests.support.platforms.reddit import Reddit
from tests.support.platforms.stackexchange import Stackexchange
from tests.support.platforms.telegram import Telegram
from tests.support.platforms.youtube import Youtube


def thread(comment: str, *replies: str) -> dict[str, Any]:
    def one(number: str) -> dict[str, Any]:
        said = {"textOriginal": f"acme {number}", "publishedAt": "2024-03-01T12:01:00Z", "videoId": "v0000000001"}
        return {"kind": "youtube#comment", "id": number, "snippet": said}

    snippet = {"videoId": "v0000000001", "topLevelComment": one(comment), "totalReplyCount": len(replies)}
    answers = {"replies": {"comments": [one(f"{comment}.{reply}") for reply in replies]}} if replies else {}
    return {"kind": "youtube#commentThread", "id": comment, "snippet": snippet, **answers}


def test_comments_come_with_the_videos_that_were_found_and_answers_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Youtube()
    instead(
        platform, "/commentThreads", Reply({"items": [thread("c1")]}), Reply({"items": [thread("c1", "r1")]}),
    )  # fmt: skip
    with listening(platform, monkeypatch) as listener:
        platform.publish(1, "acme", NOON_MS)
        listener.listen(rounds=3)
    assert {event.native_id for event in listener.heard} == {"v0000000001", "c1", "c1.r1"}
    assert asked(platform, "/commentThreads")[0].params["videoId"] == "v0000000001"


def test_closed_comments_are_passed_over_and_a_used_up_quota_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(reason: str) -> Reply:
        return Reply({"error": {"code": 403, "errors": [{"reason": reason}]}}, 403)

    platform = Youtube()
    instead(platform, "/commentThreads", refusal("commentsDisabled"), refusal("quotaExceeded"))
    with listening(platform, monkeypatch) as listener:
        platform.publish(1, "acme", NOON_MS)
        listener.listen()
        with pytest.raises(Transient, match="quota") as transient:
            listener.listen(rounds=2)
    assert transient.value.retry_after_s == 3_600
    assert listener.gaps == []


def test_an_update_comes_again_until_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Telegram()
    with listening(platform, monkeypatch) as listener:
        monkeypatch.setattr(type(listener.source), "kept", lambda *_: None)
        platform.publish(1, "acme", NOON_MS)
        listener.listen(things=2)
        again = source("telegram-bot-api", platform.options(listener.source._base))  # type: ignore[attr-defined]
        assert isinstance(again, type(listener.source))
        listener.source = again  # as after a kill
        listener.listen(things=1)
    assert [event.native_id for event in listener.heard] == ["-1001234/1"] * 2
    assert all("offset" not in question.params for question in platform.questions)


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (409, b'{"description":"Conflict: can\'t use getUpdates method while webhook is active"}', Refused),
        (409, b'{"description":"Conflict: terminated by other getUpdates request"}', Transient),
        (404, b'{"description":"Not Found"}', Refused),
    ],
)
def test_a_bot_that_cannot_be_asked(
    status: int, said: bytes, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Telegram()
    instead(platform, f"/bot7:{SECRET}/getUpdates", Reply(said, status))
    with listening(platform, monkeypatch) as listener, pytest.raises(error) as told:
        listener.listen()
    assert SECRET not in str(told.value)


def test_a_backoff_is_kept_and_a_used_up_day_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Stackexchange()
    with listening(platform, monkeypatch) as listener:
        listener.listen()
        message = "too many requests from this IP, more requests available in 70 seconds"
        throttled = {"error_id": 502, "error_message": message}
        instead(
            platform, "/search/advanced", Reply({"items": [], "has_more": False, "backoff": 40, "quota_remaining": 3}),
            Reply(throttled, 400),
        )  # fmt: skip
        listener.clock.advance(300)
        begun = listener.clock.now()
        listener.listen()
        assert (listener.clock.now() - begun).total_seconds() >= 40
        listener.clock.advance(300)
        with pytest.raises(Transient) as transient:
            listener.listen()
    assert transient.value.retry_after_s == 70


def test_the_events_of_a_repository_are_asked_for_only_when_there_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def event(number: int) -> dict[str, Any]:
        issue = {
            "html_url": f"https://github.com/a/b/issues/{number}", "title": "acme", "body": "a",
            "user": {"id": 1},
            "created_at": "2024-03-01T12:00:00Z", "updated_at": "2024-03-01T12:00:00Z",
        }  # fmt: skip
        return {
            "id": str(number), "type": "IssuesEvent", "created_at": "2024-03-01T12:00:00Z", "repo": {"name": "a/b"},
            "payload": {"action": "opened", "issue": issue},
        }  # fmt: skip

    class Repository(Github):
        at_first = True

        def options(self, url: str) -> dict[str, Any]:
            return {"token": SECRET, "base_url": url, "repositories": ["a/b"], "search": False}

        def answer(self, question: Question) -> Reply:
            pace = {"ETag": 'W/"1"', "X-Poll-Interval": "90"}
            if question.headers.get("if-none-match") == 'W/"1"':
                return Reply(b"", 304, pace)
            return Reply([event(2), event(1)], 200, pace)

    platform = Repository()
    with listening(platform, monkeypatch) as listener:
        begun = listener.clock.now()
        listener.listen(rounds=2)
    assert [one.native_id for one in listener.heard] == ["a/b#1", "a/b#2"]
    assert (listener.clock.now() - begun).total_seconds() == 90
    assert [question.headers.get("if-none-match") for question in platform.questions] == [None, 'W/"1"']


def test_discussions_are_searched_for_over_the_other_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    class Discussions(Github):
        channel = 1

        def answer(self, question: Question) -> Reply:
            assert question.path == "/graphql"
            asked = question.json["variables"]
            assert asked["search"].startswith("(acme OR")
            assert asked["search"].endswith("Z sort:updated-asc")
            node = {
                "html_url": "https://github.com/a/b/discussions/3", "title": "A kettle", "body": "acme",
                "created_at": "2024-03-01T12:00:00Z", "updated_at": "2024-03-01T12:00:00Z", "user": {"login": "ann"},
            }  # fmt: skip
            page = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [node, {}]}
            return Reply({"data": {"search": page}})

    with listening(Discussions(), monkeypatch) as listener:
        listener.listen()
    assert [one.native_id for one in listener.heard] == ["a/b#3"]


def test_a_token_is_had_again_before_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Reddit()
    with listening(platform, monkeypatch) as listener:
        listener.listen()
        listener.clock.advance(86_400)
        listener.listen()
    assert len(asked(platform, "/token")) == 2


def test_a_server_that_gives_no_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Reddit()
    instead(platform, "/token", Reply({"error": "invalid_grant"}))
    with listening(platform, monkeypatch) as listener, pytest.raises(Refused, match="no token is given"):
        listener.listen()


def test_brands_are_searched_for_in_all_of_reddit(monkeypatch: pytest.MonkeyPatch) -> None:
    class Search(Reddit):
        channel = 2

    platform = Search()
    instead(platform, "/search", Reply({"kind": "Listing", "data": {"children": []}}))
    with listening(platform, monkeypatch) as listener:
        assert list(listener.source.channels(BRANDS)) == ["r/kettles", "r/kettles comments", "search acme"]
        listener.listen()
    assert asked(platform, "/search")[0].params["q"] == 'acme OR "愛客美" OR "爱客美"'


def test_what_is_no_thing_of_a_list_is_told_once_and_the_others_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Reddit()
    with listening(platform, monkeypatch) as listener:
        platform.publish(1, "acme", NOON_MS)
        usual = platform.answer

        def answer(question: Question) -> Reply:
            reply = usual(question)
            if question.path == "/r/kettles/new":
                reply.content["data"]["children"] += [7, {"kind": "t3"}, {"kind": "t3", "data": {"id": "x"}}]
            return reply

        platform.answer = answer  # type: ignore[method-assign]
        listener.listen(rounds=3)
    assert [one.text for one in listener.heard] == ["acme"]
    assert listener.bad > 0
    assert len(orjson.loads(listener.cursors[-1])["seen"]) == 4
    assert issubclass(type(listener.source), ListedSource)
