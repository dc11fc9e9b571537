"""Doors of platforms: what is signed comes in under a key that stays, and nothing else does."""

import asyncio
from datetime import timedelta
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.door import Admitted, Door, Knock, Said, door
from ingest.doors.websub import WebSub
from ingest.web import Web
from schemas.errors import UsageError
from tests.support.pushers import NOON, SECRET, Headers, hexed, knock, standard

BODY = b'{"object": "page", "entry": []}'
META: dict[str, object] = {"app_secret": SECRET, "verify_token": "the word"}
WORD = {"x-telegram-bot-api-secret-token": SECRET}


def judged(opened: Door, asked: Knock) -> Admitted | Said:
    return asyncio.run(opened.judge(asked, Web()))


def status(opened: Door, asked: Knock) -> int:
    said = judged(opened, asked)
    return said.status if isinstance(said, Said) else 200


def github(body: bytes, delivery: str = "d-1") -> Headers:
    return {"x-hub-signature-256": hexed(body), "x-github-event": "issues", "x-github-delivery": delivery}


def forum(body: bytes) -> Headers:
    return {
        "x-discourse-event-signature": hexed(body), "x-discourse-event": "post_created", "x-discourse-event-id": "12",
    }  # fmt: skip


CASES: list[tuple[str, dict[str, object], Headers]] = [
    ("ndjson", {"secret": SECRET}, standard(BODY)),
    ("facebook-webhooks", META, {"x-hub-signature-256": hexed(BODY)}),
    ("instagram-webhooks", META, {"x-hub-signature-256": hexed(BODY)}),
    ("threads", META, {"x-hub-signature-256": hexed(BODY)}),
    ("github-webhooks", {"secret": SECRET}, github(BODY)),
    ("discourse", {"secret": SECRET}, forum(BODY)),
    ("telegram-bot-api", {"secret_token": SECRET}, WORD),
]


@pytest.mark.parametrize(("name", "options", "headers"), CASES, ids=[case[0] for case in CASES])
def test_what_is_signed_comes_in_under_the_same_key_each_time(
    name: str, options: dict[str, object], headers: Headers
) -> None:
    opened = door(name, options)
    first = judged(opened, knock(BODY, headers))
    assert isinstance(first, Admitted)
    assert first.known_for_s > 0
    assert judged(opened, knock(BODY, headers, at=NOON + timedelta(seconds=60))) == first


@pytest.mark.parametrize(("name", "options", "headers"), CASES, ids=[case[0] for case in CASES])
def test_nothing_else_does(name: str, options: dict[str, object], headers: Headers) -> None:
    opened = door(name, options)
    assert status(opened, knock(BODY)) in (400, 401)
    for header, value in headers.items():
        if header in ("x-github-event", "x-discourse-event", "x-github-delivery", "x-discourse-event-id"):
            continue  # the platforms do not sign these
        for wrong in ("", value[:-1], value[:-4] + "AAA=", value.swapcase(), value + "x", "ü" * 8):
            if wrong.lower() != value.lower():
                assert status(opened, knock(BODY, headers | {header: wrong})) in (400, 401), (header, wrong)
    if name != "telegram-bot-api":  # which signs nothing
        assert status(opened, knock(BODY + b" ", headers)) == 401


def test_our_own_signature_is_good_for_five_minutes_and_for_each_of_our_secrets() -> None:
    opened = door("ndjson", {"secret": ["the one of last year, still", SECRET]})
    for seconds, expected in ((299, 200), (-299, 200), (301, 401), (-301, 401)):
        assert status(opened, knock(BODY, standard(BODY), at=NOON + timedelta(seconds=seconds))) == expected
    several = standard(BODY)
    several["webhook-signature"] = f"v2,abc v1,wrong {several['webhook-signature']}"
    assert status(opened, knock(BODY, several)) == 200


def test_two_messages_with_one_id_are_two() -> None:
    opened, other = door("ndjson", {"secret": SECRET}), b"[]"
    assert judged(opened, knock(BODY, standard(BODY))) != judged(opened, knock(other, standard(other)))


def handshake(challenge: str, word: str = "the+word", mode: str = "subscribe") -> Knock:
    query = f"hub.mode={mode}&hub.verify_token={word}&hub.challenge={challenge}"
    return knock(method="GET", target=f"/push/threads?{query}")


def test_the_handshake_of_meta_is_answered_with_its_challenge() -> None:
    opened = door("threads", META)
    assert judged(opened, handshake("1158201444")) == Said(200, "1158201444")
    assert status(opened, handshake("1158201444", word="another")) == 403
    assert status(opened, handshake("1158201444", mode="unsubscribe")) == 403
    assert status(opened, handshake("%3Cscript%3E")) == 400


def test_a_hub_is_told_that_we_meant_it_and_signs_with_the_secret_of_the_topic() -> None:
    opened = door("feeds", {"secret": SECRET})
    assert isinstance(opened, WebSub)
    topic = "https://news.example/feed?a=1&b=2"
    token, secret = opened.token(topic), opened.topic_secret(topic)
    asked = "/push/feeds/x?hub.mode={}&hub.challenge=c1&hub.lease_seconds=9&hub.topic=" + quote(topic, safe="")
    for mode, expected in (("subscribe", Said(200, "c1")), ("unsubscribe", Said(200, "c1")), ("denied", Said(200))):
        assert judged(opened, knock(method="GET", target=asked.format(mode), rest=token)) == expected
    assert status(opened, knock(method="GET", target=asked.format("subscribe"), rest="0" * 32)) == 404
    assert status(opened, knock(method="GET", target=asked.format("publish"), rest=token)) == 400
    for method in ("sha1", "sha256", "sha384", "sha512"):
        signed = {"x-hub-signature": hexed(b"<rss/>", secret, method)}
        assert status(opened, knock(b"<rss/>", signed, rest=token)) == 200
        assert status(opened, knock(b"<rss/>", signed, rest="0" * 32)) == 401
    assert status(opened, knock(b"<rss/>", {"x-hub-signature": hexed(b"<rss/>", secret, "md5")}, rest=token)) == 401
    assert status(opened, knock(b"<rss/>", rest=token)) == 401


def test_the_name_of_an_event_goes_with_its_body() -> None:
    assert door("github-webhooks", {"secret": SECRET}).payload(knock(headers=github(BODY)), BODY) == (
        b'{"event":"issues","payload":' + BODY + b"}"
    )
    assert door("discourse", {"secret": SECRET}).payload(knock(headers=forum(BODY)), BODY) == (
        b'{"event":"post_created","payload":' + BODY + b"}"
    )


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("nobody", {}, "unknown source"),
        ("ndjson", {}, "secret is missing"),
        ("ndjson", {"secret": "short"}, "16 bytes at least"),
        ("ndjson", {"secret": "whsec_???????????????????"}, "no base64"),
        ("ndjson", {"secret": []}, "a secret is needed"),
        ("ndjson", {"secret": SECRET, "window_s": 0}, "window_s"),
        ("ndjson", {"secret": SECRET, "windows": 1}, "no option 'windows'; there are: secret, window_s"),
        ("threads", {"app_secret": SECRET}, "verify_token is missing"),
        ("telegram-bot-api", {"secret_token": ""}, "secret_token"),
        ("feeds", {"secret": 12}, "secret"),
    ],
)
def test_a_wrong_option_is_one_line_without_its_value(name: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        door(name, options)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


@given(
    st.sampled_from(CASES), st.dictionaries(st.text("abwehook-idx256", max_size=20), st.text(max_size=40)), st.binary()
)
def test_no_request_is_too_odd_for_a_door(
    case: tuple[str, dict[str, object], Headers], headers: Headers, body: bytes
) -> None:
    name, options, good = case
    rng = Random(len(body))
    mixed = {header: rng.choice([value, "", "ü", "\x00"]) for header, value in good.items()} | headers
    assert status(door(name, options), knock(body, mixed)) in (200, 400, 401)
