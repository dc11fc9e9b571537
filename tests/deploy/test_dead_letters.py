"""What is to become of a dead letter, told from the letter alone."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest

from deploy.dead_letters import MOST_ATTEMPTS, Fate, headers_of, read_letter, returnable
from deploy.kafka.superseded import Place
from enrich.runner.worker import Input, Send, read
from schemas.codec import MAX_MESSAGE_BYTES, encode
from schemas.dead_letter import ATTEMPT_HEADER, DeadLetter, attempts_of, dead_letter
from schemas.errors import Poison
from schemas.mention import RawMention
from schemas.topics import HISTORY_HEADER, TOPICS
from tests.support.mentions import T0

NAMES = {name: name for name in TOPICS} | {f"here.{name}": name for name in TOPICS}


def letter(payload: bytes = b"{", **changes: Any) -> DeadLetter:
    given: dict[str, Any] = {
        "origin": "here.mentions.raw.v1", "position": "3:17", "stage": "text", "at": T0, "key": b"k",
    }  # fmt: skip
    return dead_letter(Poison("bad_json", "x"), payload, **given | changes)


def fate(*arguments: Any, **changes: Any) -> Fate:
    return returnable(letter(*arguments, **changes), NAMES).fate


def test_one_from_a_topic_can_be_sent_back() -> None:
    one = returnable(letter(), NAMES)
    assert (one.fate, one.place, one.key) == ("waiting", Place("mentions.raw.v1", 3, 17), "k")
    assert fate(origin="mentions.raw.v1") == "waiting"
    assert fate(b"") == "waiting"


def test_one_that_did_not_come_from_a_topic_cannot() -> None:
    assert fate(origin="posts.ndjson", position="7") == "elsewhere"
    assert fate(origin="there.mentions.raw.v1") == "elsewhere"
    assert fate(origin="here.dead.v1") == "elsewhere"
    assert fate(position="7") == fate(position="-1:7") == fate(position="1:²") == "elsewhere"


def test_one_that_is_cut_or_has_no_key_cannot() -> None:
    assert fate(bytes(MAX_MESSAGE_BYTES + 1)) == "too_large"
    assert fate(bytes(TOPICS["mentions.raw.v1"].max_bytes)) == "too_large"
    assert fate(bytes(TOPICS["mentions.raw.v1"].max_bytes - 5_000)) == "waiting"
    assert fate(key=None) == fate(key=b"\xff") == "keyless"


def test_one_that_fails_again_and_again_is_given_up() -> None:
    attempts = 1
    for _ in range(MOST_ATTEMPTS - 1):
        again = letter(attempts=attempts)
        assert returnable(again, NAMES).fate == "waiting"
        attempts = attempts_of(headers_of(again))
    assert returnable(letter(attempts=attempts), NAMES).fate == "given_up"


@pytest.mark.parametrize(
    ("value", "attempts"),
    [(b"2", 2), (b"0", 1), (b"", 1), (b"-3", 1), (b"9999", 1), (b"x", 1), ("²".encode(), 1), (None, 1)],
)
def test_a_header_is_believed_only_if_it_is_a_small_number(value: bytes | None, attempts: int) -> None:
    assert attempts_of([("other", b"7"), (ATTEMPT_HEADER, value)]) == attempts
    assert attempts_of([]) == 1


def changed(change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> bytes:
    fields = orjson.loads(encode(letter()))
    return orjson.dumps(fields | change(fields))


def test_a_letter_is_read_whole_or_not_at_all() -> None:
    assert read_letter(encode(letter(b"\xff\x00"))).payload == b"\xff\x00"
    for payload in (None, b"", b"[]", changed(lambda _: {"payload_base64": "A"}), changed(lambda _: {"reason": "x"})):
        with pytest.raises(Poison):
            read_letter(payload)


def test_letters_from_before_keys_and_attempts_were_kept_are_read() -> None:
    fields = orjson.loads(encode(letter()))
    del fields["key"], fields["attempts"]
    old = read_letter(orjson.dumps(fields))
    assert (old.key, old.attempts) == (None, 1)


def test_what_told_of_the_past_still_does_when_it_is_sent_back() -> None:
    for history in (True, False):
        buried = read(RawMention, Input("mentions.raw.v1", 3, 17, 0, b"{", b"k", history=history), "text")
        assert isinstance(buried, Send)
        assert ((HISTORY_HEADER, b"1") in headers_of(read_letter(buried.value))) is history
