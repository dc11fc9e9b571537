"""The signed webhook, on a real receiver: what it gets, how it is signed, and what its answers mean."""

import base64
import hmac
from collections.abc import Iterator
from hashlib import sha256

import pytest
from pydantic import SecretStr

from schemas.alert import Alert
from schemas.clock import ManualClock
from schemas.guard import Guard, Place
from sinks.channel import Notice, Surroundings
from sinks.channels.webhook import Webhook
from tests.support.episodes import episode
from tests.support.mentions import T0, author, mention, stub
from tests.support.receivers import Receiver, receiver

SECRET = SecretStr("a secret that nobody knows")
HERE = Surroundings(Guard([Place("127.0.0.1")]), ManualClock(T0))


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def notice() -> Notice:
    posts = [mention("1", text="so @everyone <b>", author=author("ana"), url="https://a.example/1"), stub("2")]
    return Notice("acme-1:opened", "opened", "Acme: more", "more", ["more", "still"], episode(), "Acme", posts, ["l"])


def test_it_is_signed_and_says_all_of_it(hook: Receiver) -> None:
    assert Webhook(HERE, SecretStr(hook.url("/in?x=1")), SECRET).send(notice()).outcome == "taken"
    [given] = hook.given
    assert given.path == "/in?x=1"
    assert given.headers["webhook-id"] == "acme-1:opened"
    assert given.headers["content-type"] == "application/json"
    second = given.headers["webhook-timestamp"]
    assert second == str(int(T0.timestamp()))
    signed = f"acme-1:opened.{second}.".encode() + given.body
    mac = base64.b64encode(hmac.new(SECRET.get_secret_value().encode(), signed, sha256).digest()).decode()
    assert given.headers["webhook-signature"] == f"v1,{mac}"
    body = given.json
    assert (body["type"], body["timestamp"]) == ("alert.opened", "2024-03-04T00:00:00Z")
    assert Alert.model_validate(body["data"]["alert"]) == episode()
    assert body["data"]["text"] == "more\nstill"
    assert [post["text"] for post in body["data"]["posts"]] == ["so @everyone <b>"]  # data, and nothing of what is gone
    assert SECRET.get_secret_value().encode() not in given.body


def test_a_published_example_of_the_signature() -> None:
    from sinks.channels.webhook import _key, signature

    key = _key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "taken"), (202, "taken"), (204, "taken"), (301, "refused"), (307, "refused"), (400, "refused"),
        (401, "refused"), (404, "refused"), (410, "gone"), (408, "later"), (429, "later"), (500, "later"),
        (503, "later"),
    ],
)  # fmt: skip
def test_what_an_answer_means(hook: Receiver, status: int, outcome: str) -> None:
    hook.answers, hook.headers = [status], {"retry-after": "7", "location": hook.url("/elsewhere")}
    answer = Webhook(HERE, SecretStr(hook.url()), SECRET).send(notice())
    assert answer.outcome == outcome
    assert answer.retry_after_s == (7 if outcome == "later" else None)
    assert len(hook.given) == 1  # no redirect is followed


@pytest.mark.parametrize(("date", "wait_s"), [({}, 90), ({"date": "Mon, 04 Mar 2024 00:01:10 GMT"}, 20)])
def test_a_date_to_come_back_at_is_held_against_the_server_s_own(
    hook: Receiver, date: dict[str, str], wait_s: int
) -> None:
    hook.answers, hook.headers = [503], {"retry-after": "Mon, 04 Mar 2024 00:01:30 GMT", **date}
    assert Webhook(HERE, SecretStr(hook.url()), SECRET).send(notice()).retry_after_s == wait_s


def test_nobody_there() -> None:
    with receiver() as gone:
        url = gone.url("/secret-path")
    answer = Webhook(HERE, SecretStr(url), SECRET).send(notice())
    assert answer.outcome == "later"
    assert "secret" not in answer.detail


def test_a_private_address_is_not_spoken_to_unless_it_is_allowed(hook: Receiver) -> None:
    guarded = Surroundings(Guard(), ManualClock(T0))
    answer = Webhook(guarded, SecretStr(hook.url()), SECRET).send(notice())
    assert (answer.outcome, hook.given) == ("later", [])
    assert "[outbound] allow" in answer.detail


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("ftp://a.example", "x" * 16, "http"),
        ("wss://a.example", "x" * 16, "https"),
        ("https://a.example:22/hidden", "x" * 16, "no port of the web"),
        ("https://ana:hidden@a.example/", "x" * 16, "settings"),
        ("https://a.example", "hidden", "16 bytes"),
        ("https://a.example", "whsec_hidden!", "base64"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(url: str, secret: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        Webhook(HERE, SecretStr(url), SecretStr(secret))
    assert "hidden" not in str(refused.value)
