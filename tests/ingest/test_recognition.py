"""From parsed records to messages: whose mention, whose engagement, and what was said before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.publications import Publications
from ingest.recognition import Heard, Recognition
from ingest.records import Record
from ingest.source import AuthorPause, AuthorRemoval, Parsed, Skipped
from schemas.brand import Brand
from schemas.codec import decode
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.mention import RawMention
from schemas.post import Author, Counts, PostEvent, post_id
from schemas.wire import ms

AT = datetime(2024, 3, 4, tzinfo=UTC)


def post(name: str, text: str | None = "acme again", **fields: Any) -> PostEvent:
    given: dict[str, Any] = {
        "id": post_id("test", name), "source": "test", "native_id": name, "version": 1,
        "published_at": AT, "observed_at": AT, "text": text,
    }  # fmt: skip
    return PostEvent.model_validate(given | fields)


def like(name: str) -> Engagement:
    return Engagement(
        id=f"like-{name}", mention_id=post_id("test", name), source="test", kind="like", at=AT, observed_at=AT
    )


class Listener:
    """A recognition with a record for each call."""

    def __init__(self) -> None:
        self.publications = Publications()
        self.recognition = Recognition([Brand(name="Acme", query="acme")], self.publications)
        self.number = 0

    def hear(self, *parsed: Parsed, payload: bytes | None = None) -> Heard:
        self.number += 1
        return self.recognition.hear(Record(self.number, payload or b"%d" % self.number), parsed, "file")


def topics(heard: Heard) -> list[str]:
    return [message.topic for message in heard.messages]


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_a_post_about_a_brand_is_published_under_its_id(listener: Listener) -> None:
    heard = listener.hear(Skipped("heartbeat"), post("1", counts=Counts(likes=3)))
    assert (heard.matched, heard.mentions) == (True, 1)
    mention, counts = heard.messages
    assert (mention.topic, counts.topic) == ("mentions.raw.v1", "engagement.v1")
    assert mention.key == counts.key == post_id("test", "1")
    read = decode(RawMention, mention.value or b"")
    assert ([brand.id for brand in read.brands], read.raw_ref) == (["acme"], "file#1")
    assert decode(Engagement, counts.value or b"").counts == Counts(likes=3)


def test_a_post_about_none_is_not(listener: Listener) -> None:
    assert listener.hear(post("1", "something else")) == Heard()


def test_deletions_and_edits_go_out_whoever_they_are_about(listener: Listener) -> None:
    assert listener.hear(post("1", None, op="delete")).matched is False
    assert listener.hear(post("2", "no brand", op="update")).mentions == 1
    listener.hear(post("3"))
    gone = listener.hear(post("3", None, op="delete", version=2))
    assert (gone.matched, gone.mentions) == (True, 1)
    assert decode(RawMention, gone.messages[0].value or b"").brands == []


def test_likes_count_only_for_what_was_published(listener: Listener) -> None:
    assert listener.hear(like("1")) == Heard()
    listener.hear(post("1"))
    heard = listener.hear(like("1"))
    assert (topics(heard), heard.matched, heard.mentions) == (["engagement.v1"], True, 0)
    listener.hear(post("1", "something else", op="update", version=2))
    assert listener.hear(like("1")) == Heard()


def test_a_repost_without_words_is_about_the_brands_of_its_original(listener: Listener) -> None:
    again = post("2", None, kind="repost", repost_of=post_id("test", "1"))
    assert listener.hear(again) == Heard()
    heard = listener.hear(post("1"), again)  # the original in the same record, as some sources give it
    assert topics(heard) == ["mentions.raw.v1", "mentions.raw.v1", "engagement.v1"]
    assert heard.messages[2].key == post_id("test", "1")
    assert topics(listener.hear(post("3", None, kind="repost", repost_of=post_id("test", "1")))) == [
        "mentions.raw.v1",
        "engagement.v1",
    ]


def test_a_repost_of_what_was_deleted_is_still_about_its_brands(listener: Listener) -> None:
    listener.hear(post("1"))
    gone = post("1", None, op="delete", version=2)
    assert listener.hear(gone, payload=b"gone").mentions == 1
    assert listener.hear(gone, payload=b"gone").mentions == 0
    again = listener.hear(post("2", None, kind="repost", repost_of=post_id("test", "1")))
    assert topics(again) == ["mentions.raw.v1", "engagement.v1"]
    assert [brand.id for brand in decode(RawMention, again.messages[0].value or b"").brands] == ["acme"]


def test_a_record_heard_before_says_nothing_new(listener: Listener) -> None:
    first = listener.hear(post("1"), payload=b"same")
    assert first.mentions == 1
    again = listener.hear(post("1"), payload=b"same")
    assert (again.matched, again.messages) == (True, [])
    assert listener.hear(post("1", version=2), payload=b"other").mentions == 1


def test_a_record_heard_before_is_published_again_when_the_queries_have_changed(listener: Listener) -> None:
    listener.hear(post("1", "acme and borealis"), payload=b"same")
    other = Recognition([Brand(name="Borealis", query="borealis")], listener.publications)
    assert other.hear(Record(1, b"same"), [post("1", "acme and borealis")], "file").mentions == 1


def test_what_does_not_fit_its_topic_is_refused_whole(listener: Listener) -> None:
    with pytest.raises(Poison, match=r"too_large: a message of \d+ bytes for mentions\.raw\.v1"):
        listener.hear(post("1"), post("2", "acme " * 300_000))
    assert len(listener.publications) == 0


def test_the_latest_event_time_is_known(listener: Listener) -> None:
    later = AT + timedelta(hours=3)
    heard = listener.hear(post("1", published_at=later, observed_at=later), post("2"))
    assert heard.latest_ms == later.timestamp() * 1000


def written(name: str, version: int = 1, who: str = "mia") -> PostEvent:
    return post(name, version=version, author=Author(id=who))


def test_the_removal_of_an_author_deletes_what_was_published_of_hers(listener: Listener) -> None:
    at = ms(AT) + 1000
    listener.hear(written("1"), written("2", at + 1), written("3", who="bo"), post("4"), payload=b"posts")
    removal = AuthorRemoval("account", "test", "mia", AT + timedelta(seconds=1))
    for _ in range(2):
        heard = listener.hear(removal, payload=b"gone")
        deletions = [decode(RawMention, message.value or b"") for message in heard.messages]
        assert [(one.op, one.native_id, one.version, one.text) for one in deletions] == [("delete", "1", at, None)]
        listener.publications.turn_page()
        listener.hear(written("1"), payload=b"late")
    listener.hear(removal, payload=b"gone")
    assert listener.hear(removal, payload=b"gone").messages == []
    assert listener.hear(AuthorRemoval("account", "test", "nobody", AT)) == Heard()


def test_a_pause_and_its_end_are_said_of_each_mention_that_was_published(listener: Listener) -> None:
    listener.hear(written("1"), written("2", ms(AT) + 5_000), written("3", who="bo"), payload=b"posts")
    for number, over in enumerate((False, True)):
        pause = AuthorPause("account", "test", "mia", AT + timedelta(seconds=1 + number), over)
        heard = listener.hear(pause, payload=b"pause %d" % number)
        (said,) = [decode(RawMention, message.value or b"") for message in heard.messages]
        assert (said.op, said.native_id, said.version, said.pauses) == ("update", "1", ms(pause.at), not over)
        assert listener.hear(pause, payload=b"pause %d" % number).messages == []
    assert listener.hear(post("9", None, kind="repost", repost_of=post("1").id)).mentions == 1
    removal = AuthorRemoval("account", "test", "mia", AT + timedelta(seconds=1))
    assert len(listener.hear(removal, payload=b"gone").messages) == 1


def test_deletions_of_what_nobody_published_are_not_remembered(listener: Listener) -> None:
    assert listener.hear(post("9", None, op="delete")).mentions == 1
    assert len(listener.publications) == 0
