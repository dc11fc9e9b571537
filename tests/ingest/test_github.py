"""GitHub's webhooks, golden: threads, comments, reviews, releases, and what is none."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.github_markdown import references, visible
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, NativeRefs, PostEvent, post_id

REPO = "https://github.com/tea/kettle"
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOON_MS = 1709294400000
LATER = "2024-03-01T12:05:00Z"
MIA = {"login": "mia", "id": 7, "type": "User"}
AROUND = {"repository": {"id": 1, "full_name": "tea/kettle"}, "sender": {"login": "bo", "id": 8}}


def thing(path: str = "issues/1", **fields: Any) -> dict[str, Any]:
    return {
        "html_url": f"{REPO}/{path}", "id": 99, "number": 1, "user": MIA, "created_at": "2024-03-01T12:00:00Z",
        "updated_at": "2024-03-01T12:00:00Z", "body": "It hums",
    } | fields  # fmt: skip


def parse(event: Any) -> list[Parsed]:
    return list(source("github-webhooks").parse(Record(1, orjson.dumps(event))))


def posts(action: str, **fields: Any) -> list[PostEvent]:
    found = parse({"action": action, **fields, **AROUND})
    return [one for one in found if isinstance(one, PostEvent)]


def test_an_issue() -> None:
    body = (
        "<!-- tell us more -->\r\nIt hums, see [this](https://a.example/x_(y)).\r\n![a kettle](https://i.example/k.png)"
    )
    issue = thing(title="Loud kettle", body=body, comments=2, reactions={"total_count": 3, "+1": 2, "-1": 1})
    assert posts("opened", issue=issue) == [
        PostEvent(
            id=post_id("github", "tea/kettle#1"), source="github", native_id="tea/kettle#1", version=NOON_MS,
            published_at=NOON, observed_at=NOON, author=Author(id="7", handle="mia"), title="Loud kettle",
            text="It hums, see [this](https://a.example/x_(y)).\n![a kettle](https://i.example/k.png)",
            url=f"{REPO}/issues/1", links=["https://a.example/x_(y)"],
            media=[Media(kind="image", url="https://i.example/k.png", alt="a kettle")],
            counts=Counts(likes=3, replies=2),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "said", "parent", "root"),
    [
        ({"issue": thing(comments=2)}, thing("issues/1#issuecomment-5"), "tea/kettle#1", "tea/kettle#1"),
        ({"issue": thing("pull/2")}, thing("pull/2#issuecomment-5"), "tea/kettle#2", "tea/kettle#2"),
        ({"pull_request": thing("pull/2")}, thing("pull/2#discussion_r5"), "tea/kettle#2", "tea/kettle#2"),
        (
            {"pull_request": thing("pull/2")}, thing("pull/2#discussion_r5", in_reply_to_id=4),
            "tea/kettle#discussion_r4", "tea/kettle#2",
        ),
        (
            {"discussion": thing("discussions/4")}, thing("discussions/4#discussioncomment-5", parent_id=3),
            "tea/kettle#discussioncomment-3", "tea/kettle#4",
        ),
        ({}, thing("commit/6113728f27ae#commitcomment-5"), None, "tea/kettle@6113728f27ae"),
    ],
)  # fmt: skip
def test_comments_know_their_thread(event: Any, said: Any, parent: str | None, root: str) -> None:
    (comment,) = posts("created", comment=said, **event)
    assert comment.native_refs == NativeRefs(parent=parent, root=root)
    assert comment.kind == ("reply" if parent else "post")
    assert (comment.op, comment.text, comment.title, comment.url) == ("create", "It hums", None, said["html_url"])
    assert comment.native_id == f"tea/kettle#{said['html_url'].partition('#')[2]}"


def test_a_comment_shows_the_totals_of_its_thread() -> None:
    event = {
        "action": "created",
        "comment": thing("issues/1#issuecomment-5"),
        "issue": thing(comments=2, updated_at=LATER),
    }
    _, counted = parse(event)
    assert isinstance(counted, Engagement)
    assert (counted.mention_id, counted.kind) == (post_id("github", "tea/kettle#1"), "counts")
    assert (counted.counts, counted.at) == (Counts(replies=2), datetime(2024, 3, 1, 12, 5, tzinfo=UTC))


def test_an_edit_and_other_later_states() -> None:
    (edited,) = posts("edited", issue=thing(title="Loud", updated_at=LATER), changes={"body": {"from": "x"}})
    assert (edited.op, edited.version, edited.published_at) == ("update", NOON_MS + 300_000, NOON)
    (closed,) = posts("closed", pull_request=thing("pull/2", title="Fix"))
    assert (closed.op, closed.native_id) == ("update", "tea/kettle#2")


def test_a_deleted_comment_is_as_old_as_the_change_of_its_thread() -> None:
    (gone,) = posts("deleted", comment=thing("issues/1#issuecomment-5"), issue=thing(updated_at=LATER))
    assert (gone.op, gone.version, gone.text, gone.author) == ("delete", NOON_MS + 300_000, None, None)


@pytest.mark.parametrize("kind", ["issue", "discussion"])
def test_what_is_transferred_goes_here_and_comes_there(kind: str) -> None:
    path = f"{kind}s/1"
    there = thing(title="Loud") | {"html_url": f"https://github.com/tea/pot/{path}"}
    gone, new = posts("transferred", **{kind: thing(path, title="Loud")}, changes={f"new_{kind}": there})
    assert (gone.op, gone.native_id) == ("delete", "tea/kettle#1")
    assert (new.op, new.native_id, new.title) == ("create", "tea/pot#1", "Loud")


def test_a_chosen_answer_comes_with_its_discussion() -> None:
    answer = thing("discussions/4#discussioncomment-5", parent_id=None, child_comment_count=1)
    asked, answered = posts("answered", discussion=thing("discussions/4", title="Why?"), answer=answer)
    assert (asked.op, asked.native_id) == ("update", "tea/kettle#4")
    assert (answered.op, answered.parent_id, answered.counts) == ("create", asked.id, Counts(replies=1))


def test_a_review_with_words_and_one_without() -> None:
    review = {"html_url": f"{REPO}/pull/2#pullrequestreview-5", "user": MIA, "body": "Quiet now", "state": "approved",
              "submitted_at": "2024-03-01T12:00:00Z"}  # fmt: skip
    (found,) = posts("submitted", review=review, pull_request=thing("pull/2"))
    assert (found.native_id, found.text) == ("tea/kettle#pullrequestreview-5", "Quiet now")
    assert found.native_refs == NativeRefs(parent="tea/kettle#2", root="tea/kettle#2")
    silent = {"action": "submitted", "review": review | {"body": None}, "pull_request": thing("pull/2")}
    assert parse(silent) == [Skipped("pull_request_review")]


def test_a_release_is_as_old_as_its_publication() -> None:
    release = {
        "html_url": f"{REPO}/releases/tag/v1.0/rc", "author": MIA, "tag_name": "v1.0/rc", "name": None, "body": "New",
        "created_at": "2024-02-01T12:00:00Z", "published_at": "2024-03-01T12:00:00Z", "draft": False,
    }  # fmt: skip
    (found,) = posts("published", release=release)
    assert (found.native_id, found.title, found.published_at) == ("tea/kettle#release-v1.0/rc", "v1.0/rc", NOON)
    assert found.author == Author(id="7", handle="mia")
    assert parse({"action": "created", "release": release | {"draft": True}}) == [Skipped("draft")]


def test_an_author_who_has_left_is_nobody() -> None:
    (issue,) = posts("opened", issue=thing(user=None, body=None))
    assert (issue.author, issue.text) == (None, None)


def test_what_only_says_when_it_changed_is_as_old_as_that() -> None:
    (issue,) = posts("opened", issue=thing(created_at=None))
    assert issue.published_at == NOON


def test_named_webhooks_events_and_objects_of_the_interface() -> None:
    event = {"action": "opened", "issue": thing(title="Loud")}
    (expected,) = parse(event)
    assert parse({"event": "issues", "payload": event}) == [expected]
    assert parse({"type": "IssuesEvent", "payload": event, "created_at": LATER}) == [expected]
    assert parse(thing(title="Loud")) == [expected]
    assert parse({"total_count": 1, "items": [thing(title="Loud")]}) == [expected]
    assert parse({"type": "WatchEvent", "payload": {"action": "started"}}) == [Skipped("WatchEvent")]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"action": "created", "starred_at": None}, "star"),
        ({"action": "started"}, "watch"),
        ({"forkee": {}}, "fork"),
        ({"ref": "refs/heads/main", "commits": []}, "push"),
        ({"zen": "x", "hook": {}}, "ping"),
        ({"ref": "v1", "ref_type": "tag", "master_branch": "main"}, "create"),
        ({"ref": "v1", "ref_type": "tag"}, "delete"),
        ({"action": "completed", "check_run": {}}, "check_run"),
        ({"action": "created", "label": {}}, "label"),
        ({"action": "resolved", "thread": {}, "pull_request": thing("pull/2")}, "thread"),
        ({"action": "renamed", "changes": {}}, "repository"),
        ({"action": "archived"}, "repository"),
        ({}, "public"),
    ],
)
def test_what_is_no_post_is_skipped_by_its_name(event: Any, kind: str) -> None:
    assert parse(event | AROUND) == [Skipped(kind)]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        ({"issue": thing(html_url="https://secret.example/")}, "bad_value"),
        ({"issue": thing(created_at="secret")}, "bad_time"),
        ({"issue": thing(user="secret")}, "bad_shape"),
        ({"issue": {"html_url": f"{REPO}/issues/1"}}, "bad_time"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(event: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(event)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


def test_what_a_body_points_to() -> None:
    assert references("https://a.example/b. <https://c.example/> (see https://d.example/e) `https://f.example/`") == (
        ["https://a.example/b", "https://c.example/", "https://d.example/e", "https://f.example/"], [],
    )  # fmt: skip
    assert references('<img src="https://i.example/k.png" alt="k"> ![](https://i.example/l.png)') == (
        [], [{"kind": "image", "url": "https://i.example/k.png", "alt": "k"},
             {"kind": "image", "url": "https://i.example/l.png"}],
    )  # fmt: skip
    assert visible("<!-- only this") is None
