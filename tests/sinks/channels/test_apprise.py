"""Apprise's own plugins on receivers of this machine: words of posts stay words in every dialect, secrets stay in."""

import html
import logging
import re
import smtplib
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.google_chat import NotifyGoogleChat
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram
from pydantic import SecretStr

from schemas.clock import ManualClock
from schemas.guard import Guard
from sinks.channel import Notice, Surroundings
from sinks.channels.apprise import Apprise
from sinks.delivery.wording import compose
from tests.support.episodes import NASTY, episode
from tests.support.mentions import T0, author, mention
from tests.support.receivers import Receiver, mailbox, receiver

HERE = Surroundings(Guard(), ManualClock(T0))
TOKEN = "3ccdd113474722377935511fc85d3dd4"

# What any of the dialects would act on, after all that a plugin does; tags and entities of its own apart.
ALIVE = re.compile(
    r"[@＠]|<(?!/?(br|p|b|html|body|head|meta|title)\b)|[*_~|]{2}|`|\]\(|!\[|\[click|&#|:[a-z_]+:|"
    r"evil\.example|^\s*(#+ (?!Acme)|> |1\. |- )|[\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\x07\x1b]",
    re.MULTILINE,
)

LINK = re.compile(r"https://a\.example/[\w/?=&%+,;.-]*")  # the address of a post, as it is made safe


def nasty(text: str) -> Notice:
    """A notice in which a stranger's words stand in all places that they can get to."""
    drivers = {
        "posts": [{"id": mention("1").id, "copies": 2}],
        "authors": [{"value": text, "count": 1}],
        "hashtags": [{"value": text, "count": 1}],
        "links": [{"value": text, "count": 1}],
    }
    post = mention("1", text=text, author=author(text or "x"), url=f"https://a.example/{text}")
    alert = episode(drivers=drivers, summary=f"Acme: {text}", rule=text, source=text)
    return compose(alert, "opened", "k", brand_name=f"Acme {text}", zone=ZoneInfo("UTC"), posts=[post])


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    """Takes what is meant for the services, which have fixed addresses."""
    with receiver() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(NotifySlack, "webhook_url", running.url("/slack"))
        patch.setattr(NotifyDiscord, "notify_url", running.url("/discord"))
        patch.setattr(NotifyTelegram, "notify_url", running.url("/bot"))
        patch.setattr(NotifyGoogleChat, "notify_url", running.url("/chat"))
        yield running


SERVICES: dict[str, tuple[Callable[[int], str], str]] = {
    "slack": (lambda port: f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/{'%23'}room", "text"),
    "discord": (lambda port: "discord://1234567890123456789/abcdefghijklmnopqrstuvwxyz", "content"),
    "telegram": (lambda port: "tgram://123456789:abcdefg_hijklmnop/12315544/", "text"),
    "google": (lambda port: "gchat://workspace/key/token", "text"),
    "mattermost": (lambda port: f"mmost://127.0.0.1:{port}/{TOKEN}", "text"),
    "ntfy": (lambda port: f"ntfy://127.0.0.1:{port}/topic", "message"),
    "gotify": (lambda port: f"gotify://127.0.0.1:{port}/token", "message"),
    "json": (lambda port: f"json://127.0.0.1:{port}/", "message"),
}


@pytest.mark.parametrize("service", SERVICES)
def test_words_of_posts_stay_words(server: Receiver, service: str) -> None:
    url, field = SERVICES[service]
    for text in NASTY:
        server.given.clear()
        Apprise(HERE, SecretStr(url(server.port))).send(nasty(text))
        body = server.given[0].json
        told = body["attachments"][0] if service == "slack" else body
        shown = "\n".join(str(told.get(name, "")) for name in ("title", field))
        shown = LINK.sub("", shown)
        assert "Acme" in shown
        assert ALIVE.search(shown) is None, (text, shown)


def test_words_of_posts_stay_words_in_a_mail() -> None:
    with mailbox() as box:
        for text in NASTY:
            url = f"mailto://127.0.0.1:{box.port}/?from=a@b.example&to=c@d.example&mode=insecure"
            assert Apprise(HERE, SecretStr(url)).send(nasty(text)).outcome == "taken"
        assert len(box.mails) == len(NASTY)
        for mail, shown in zip(box.mails, box.texts(), strict=True):
            assert str(mail["subject"]).startswith("Acme")
            assert set(mail.keys()) >= {"Subject", "From", "To"}
            assert ALIVE.search(str(mail["subject"])) is None
            text = html.unescape(shown.replace("<br/>", "\n").replace("&nbsp;", " "))
            assert ALIVE.search(LINK.sub("", text)) is None, shown


@pytest.mark.parametrize(
    ("scheme", "longest"), [("json", 32_768), ("mmost", 4_000), ("discord", 2_000), ("ntfy", 7_800)]
)
def test_a_long_notice_is_one_message_that_is_taken(server: Receiver, scheme: str, longest: int) -> None:
    posts = [mention(str(number), text="word " * 200, url="https://a.example/" + "x" * 1_500) for number in range(3)]
    alert = episode(drivers={"posts": [{"id": post.id} for post in posts]})
    notice = compose(alert, "opened", "k", brand_name="Acme", zone=ZoneInfo("UTC"), posts=posts)
    url = {"json": "json://127.0.0.1:{}/", "mmost": "mmost://127.0.0.1:{}/" + TOKEN, "ntfy": "ntfy://127.0.0.1:{}/t"}
    server.given.clear()
    Apprise(HERE, SecretStr(url.get(scheme, SERVICES["discord"][0](0)).format(server.port))).send(notice)
    [given] = server.given
    told = next(given.json[name] for name in ("message", "content", "text") if name in given.json)
    assert len(told) <= longest
    assert alert.summary in told


def test_who_does_not_take_it_is_told_later_and_nothing_of_it_is_logged(
    server: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # as in every log of ours
    server.answers = [403]
    url = f"jsons://user:hidden-word@127.0.0.1:{server.port}/hidden-path?verify=no"
    refused = Apprise(HERE, SecretStr(url.replace("jsons", "json"))).send(nasty("words of a post"))
    assert (refused.outcome, refused.detail) == ("later", "it answers 403")
    with receiver() as gone:
        nobody = f"json://user:hidden-word@127.0.0.1:{gone.port}/hidden-path"
    assert Apprise(HERE, SecretStr(nobody)).send(nasty("words of a post")).outcome == "later"
    with mailbox() as box:
        box.refuse = True
        mail = f"mailto://127.0.0.1:{box.port}/?from=a@b.example&to=hidden@d.example&mode=insecure"
        assert Apprise(HERE, SecretStr(mail)).send(nasty("words of a post")).outcome == "later"
    said = [record.getMessage() for record in caplog.records if record.name not in ("asyncio", "mail.log")]
    assert said == []


def test_an_address_that_apprise_does_not_know(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="none that apprise knows") as refused:
        Apprise(HERE, SecretStr("nonsense://hidden"))
    assert "hidden" not in str(refused.value) + caplog.text


def test_the_mail_server_of_these_tests_is_real() -> None:
    with mailbox() as box, smtplib.SMTP("127.0.0.1", box.port) as client:
        client.sendmail("a@b.example", ["c@d.example"], "Subject: hello\r\n\r\nthere")
        assert box.mails[0]["subject"] == "hello"
