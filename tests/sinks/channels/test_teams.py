"""Teams and Slack, by apprise's own plugins, on a receiver of this machine: what arrives, and that words stay words."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from apprise.plugins.slack import NotifySlack
from pydantic import SecretStr

from schemas.delivery import Language
from sinks.channel import Notice
from sinks.channels.apprise import Apprise
from sinks.delivery.wording import LANGUAGES, compose
from tests.ingest.test_web_tls import certificate
from tests.sinks.channels.test_apprise import ALIVE, HERE, LINK, nasty
from tests.support.episodes import NASTY, episode
from tests.support.receivers import Receiver, receiver

MENTION = re.compile(r"<at>|<[!@#]|&lt;at|\\u003cat")


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Takes what is meant for a workflow of Teams, over TLS, with a certificate that the plugin has to believe."""
    folder = tmp_path_factory.mktemp("tls")
    served, _ = certificate(folder, "IP:127.0.0.1")
    with receiver(tls=served) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "server.crt"))
        yield running


@pytest.fixture(scope="module")
def slack() -> Iterator[Receiver]:
    with receiver() as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(NotifySlack, "webhook_url", running.url("/services"))
        yield running


def to_teams(server: Receiver) -> Apprise:
    return Apprise(HERE, SecretStr(f"workflows://127.0.0.1:{server.port}/a0b1c2d3/sig-of-it?image=no"))


def to_slack() -> Apprise:
    return Apprise(HERE, SecretStr("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23room"))


def card(server: Receiver) -> tuple[str, str]:
    """Return the heading and the text of the card that came last."""
    [attachment] = server.given[-1].json["attachments"]
    content = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert content["type"] == "AdaptiveCard"
    assert "entities" not in content["msteams"]  # nobody is called
    blocks = {block["id"]: block["text"] for block in content["body"]}
    return blocks["title"], blocks["body"]


def test_teams_gets_a_card_with_the_whole_notice(teams: Receiver) -> None:
    notice = told()
    assert to_teams(teams).send(notice).outcome == "taken"
    given = teams.given[-1]
    place = urlsplit(given.path)
    assert place.path == "/workflows/a0b1c2d3/triggers/manual/paths/invoke"
    assert parse_qs(place.query)["sig"] == ["sig-of-it"]
    title, text = card(teams)
    assert title == notice.subject
    assert text.split("  \n") == list(notice.lines)  # two spaces: a new line in its Markdown


@pytest.mark.parametrize("text", NASTY)
def test_in_teams_words_of_posts_call_nobody_and_are_no_markup(teams: Receiver, text: str) -> None:
    to_teams(teams).send(nasty(text))
    shown = LINK.sub("", "\n".join(card(teams)))
    assert "Acme" in shown
    assert ALIVE.search(shown) is None, shown
    assert MENTION.search(shown) is None, shown


@pytest.mark.parametrize("text", NASTY)
def test_in_slack_words_of_posts_call_nobody_and_are_no_markup(slack: Receiver, text: str) -> None:
    to_slack().send(nasty(text))
    [attachment] = slack.given[-1].json["attachments"]
    shown = LINK.sub("", f"{attachment['title']}\n{attachment['text']}")
    assert "Acme" in shown
    assert ALIVE.search(shown) is None, shown
    assert MENTION.search(shown) is None, shown


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_chinese_arrives_as_it_was_written(teams: Receiver, slack: Receiver, language: Language) -> None:
    notice = told(language)
    to_teams(teams).send(notice)
    to_slack().send(notice)
    [attachment] = slack.given[-1].json["attachments"]
    for title, text in (card(teams), (attachment["title"], attachment["text"])):
        assert LANGUAGES[language].kinds["volume_spike"] in title
        assert notice.short in text


def test_a_notice_that_teams_does_not_take_is_told_later(teams: Receiver) -> None:
    teams.answers = [429]
    answer = to_teams(teams).send(told())
    assert (answer.outcome, answer.detail) == ("later", "it answers 429")


def test_a_server_with_a_certificate_of_its_own_making_gets_nothing(tmp_path: Path) -> None:
    served, _ = certificate(tmp_path, "IP:127.0.0.1")
    with receiver(tls=served) as stranger:
        assert to_teams(stranger).send(told()).outcome == "later"
    assert stranger.given == []


def told(language: Language = "en") -> Notice:
    return compose(episode(), "opened", "k", brand_name="Acme", zone=ZoneInfo("UTC"), language=language)
