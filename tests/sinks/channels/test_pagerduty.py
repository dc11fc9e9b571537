"""PagerDuty's events, on a receiver that stands in for its API: one incident for each episode."""

import json

import pytest
from pydantic import SecretStr

from schemas.clock import ManualClock
from schemas.guard import Guard, Place
from sinks.channel import Notice, Step, Surroundings
from sinks.channels.pagerduty import PagerDuty
from tests.support.episodes import episode
from tests.support.mentions import T0
from tests.support.receivers import receiver

HERE = Surroundings(Guard([Place("127.0.0.1")]), ManualClock(T0))


def notice(step: Step, closed: bool) -> Notice:
    return Notice(
        f"acme-1:{step}", step, "Acme: more", "more", ["more"], episode(closed=closed), "Acme", (), ["https://l"]
    )


def test_an_episode_opens_and_resolves_one_incident() -> None:
    with receiver() as api:
        channel = PagerDuty(HERE, SecretStr("key"), SecretStr(api.url("/v2/enqueue")))
        assert channel.send(notice("opened", closed=False)).outcome == "taken"
        assert channel.send(notice("updated", closed=False)).outcome == "taken"
        assert channel.send(notice("closed", closed=True)).outcome == "taken"
        assert [given.json["event_action"] for given in api.given] == ["trigger", "trigger", "resolve"]
        assert {given.json["dedup_key"] for given in api.given} == {"hearken:acme-1"}
        event = api.given[0].json
        assert (event["routing_key"], event["payload"]["severity"]) == ("key", "error")
        assert event["payload"]["summary"] == "Acme: more. more"
        assert event["links"] == [{"href": "https://l", "text": "look"}]


def test_what_is_over_already_opens_and_resolves_in_one_go() -> None:
    with receiver() as api:
        api.answers = [202, 202]
        assert PagerDuty(HERE, "key", SecretStr(api.url())).send(notice("opened", closed=True)).outcome == "taken"
        assert [given.json["event_action"] for given in api.given] == ["trigger", "resolve"]


def test_what_would_be_sent_is_shown_without_the_key() -> None:
    channel = PagerDuty(HERE, "a secret key")
    for closed, action in ((False, "trigger"), (True, "resolve")):
        event = json.loads("\n".join(channel.shown(notice("opened", closed))))
        assert (event["event_action"], event["dedup_key"]) == (action, "hearken:acme-1")
        assert "secret" not in str(event)


def test_what_the_api_refuses() -> None:
    with receiver() as api:
        api.answers = [400, 429]
        channel = PagerDuty(HERE, "key", SecretStr(api.url()))
        assert channel.send(notice("opened", closed=False)).outcome == "refused"
        assert channel.send(notice("opened", closed=False)).outcome == "later"
    with pytest.raises(ValueError, match="critical"):
        PagerDuty(HERE, "key", severity="loud")
