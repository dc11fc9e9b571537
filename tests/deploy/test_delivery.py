"""Delivery beside the embedded pipeline: alerts of a store to receivers of this machine."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.delivery import Delivery
from deploy.telling import open_lines
from schemas.alert import Alert
from schemas.clock import SystemClock
from schemas.errors import UsageError
from schemas.settings import Settings
from sinks.delivery.silence import Silence
from sinks.sqlite.notices import SqliteBook
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.episodes import episode
from tests.support.mentions import T0, author, mention
from tests.support.receivers import Receiver, mailbox, receiver, wait_for

ACME = {"name": "Acme", "query": "acme"}
NOW_H = (datetime.now(UTC) - T0) / timedelta(hours=1)


def hook(server: Receiver, name: str = "hook", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "webhook", "url": server.url(), "secret": "sixteen letters!", **more}


def settings(*channels: dict[str, Any], **alerts: Any) -> Settings:
    return Settings.model_validate(
        {"brands": [ACME], "outbound": {"allow": ["127.0.0.1"]}, "alerts": {"channels": channels, **alerts}}
    )


def live(name: str = "1", **fields: Any) -> Alert:
    """An alert of this moment."""
    return episode(name, hours=NOW_H, **fields)


def write(path: Path, *alerts: Alert, posts: Sequence[Any] = ()) -> None:
    with SqliteStore(path) as store:
        store.write(Write(mentions=list(posts), alerts=list(alerts)))


def deliver(path: Path, chosen: Settings, **more: Any) -> None:
    delivery = Delivery(chosen, path, SystemClock(), **more)
    delivery.start()
    delivery.finish()


def test_each_step_goes_to_every_channel_once_over_restarts(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with receiver() as server, mailbox() as box:
        mail = f"mailto://127.0.0.1:{box.port}/?from=a@b.example&to=c@d.example&mode=insecure"
        chosen = settings(hook(server), {"name": "mail", "url": mail}, links=["https://k.example/?b={brand}&a={alert}"])
        post = mention("p", text="Acme is <b>broken</b> @everyone", url="https://a.example/1", author=author("ana"))
        write(path, live(drivers={"posts": [{"id": post.id, "copies": 4}]}), posts=[post])
        for _ in range(3):
            deliver(path, chosen)
        write(path, live(revision=2, closed=True), live("2"))
        for _ in range(2):
            deliver(path, chosen)
    assert [given.headers["webhook-id"] for given in server.given] == [
        "acme-1:opened",
        "acme-1:closed",
        "acme-2:opened",
    ]
    data = server.given[0].json["data"]
    assert data["brand"] == "Acme"
    assert data["posts"][0]["text"] == "Acme is <b>broken</b> @everyone"
    assert data["links"] == ["https://k.example/?b=acme&a=acme-1"]
    assert sorted(str(mail["subject"]) for mail in box.mails) == [
        "Acme: much more is said than usual",
        "Acme: much more is said than usual",
        "Acme: much more is said than usual (over)",
    ]
    assert "ana" in box.texts()[0]


def test_it_tells_while_the_store_is_written(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with receiver() as server, SqliteStore(path) as store:
        delivery = Delivery(settings(hook(server)), path, SystemClock())
        delivery.start()
        for number in range(20):
            store.write(Write(alerts=[live(str(number))]))
        wait_for(lambda: len(server.given) == 20)
        delivery.stop()
        delivery.check()
    assert len({given.headers["webhook-id"] for given in server.given}) == 20


def test_a_receiver_that_is_down_gets_it_when_it_is_up(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with receiver() as gone:
        pass
    write(path, live())
    chosen = settings(hook(gone))
    delivery = Delivery(chosen, path, SystemClock())
    delivery.start()
    wait_for(lambda: delivery.told.outcomes["later"] > 0)
    with receiver(gone.port) as server:
        wait_for(lambda: bool(server.given))
        delivery.stop()
    assert delivery.told.outcomes["taken"] == 1


def test_a_slow_receiver_holds_up_neither_the_store_nor_the_others(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with receiver() as slow, receiver() as quick, SqliteStore(path) as store:
        slow.slow_s = 3
        delivery = Delivery(settings(hook(slow), hook(quick, "other")), path, SystemClock())
        delivery.start()
        store.write(Write(alerts=[live("1")]))
        wait_for(lambda: bool(slow.given))
        began = datetime.now(UTC)
        store.write(Write(alerts=[live("2")]))
        wait_for(lambda: len(quick.given) == 2)
        assert datetime.now(UTC) - began < timedelta(seconds=2)
        assert len(slow.given) == 1
        delivery.stop()


def test_alerts_of_a_replay_are_told_only_when_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    write(path, episode(replayed=True))
    with receiver() as server:
        deliver(path, settings(hook(server)))
        assert server.given == []
        write(path, episode(revision=2, closed=True, replayed=True))
        deliver(path, settings(hook(server)), with_replayed=True)
    assert [given.headers["webhook-id"] for given in server.given] == ["acme-1:opened"]


def test_what_is_silenced_while_it_runs_is_told_no_more(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with receiver() as server, SqliteStore(path) as store:
        with SqliteBook(path) as book:
            book.silence(Silence(kind="muted", about="acme", at=T0, until=datetime.now(UTC) + timedelta(hours=1)))
        store.write(Write(alerts=[live()]))
        deliver(path, settings(hook(server)))
    assert server.given == []


def test_the_store_has_to_be_there(tmp_path: Path) -> None:
    with receiver() as server:
        delivery = Delivery(settings(hook(server)), tmp_path / "none.db", SystemClock())
        delivery.start()
        with pytest.raises(UsageError, match="there is no store"):
            delivery.finish()


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ({"type": "pigeon"}, "alerts.channels (x): unknown type 'pigeon'; there are: apprise, pagerduty, webhook"),
        ({"url": "nonsense://hidden"}, "alerts.channels (x): its url is none that apprise knows"),
        ({}, "alerts.channels (x): type apprise needs 'url'"),
        ({"type": "webhook", "url": "https://a.example/hidden"}, "alerts.channels (x): type webhook needs 'secret'"),
        ({"type": "webhook", "url": "https://a.example", "secret": "short"}, "its secret is shorter than 16 bytes"),
        ({"url": "json://a.example", "colour": "hidden"}, "type apprise has no 'colour'"),
        ({"url": "json://a.example", "brands": ["Other"]}, "alerts.channels (x): there is no brand 'Other'"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_with_one_line(channel: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_lines(settings({"name": "x", **channel}), SystemClock())
    assert said in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_brands_of_a_channel_go_by_name_or_id() -> None:
    for name in ("Acme", "acme"):
        [line] = open_lines(settings({"name": "x", "url": "json://a.example", "brands": [name]}), SystemClock())
        assert line.settings.brands == ("acme",)
