"""`hearken alerts test / ack / mute / preview` and `hearken replay --deliver`, as people type them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.cli import main
from deploy.listening.embedded import StoreTaker
from schemas.clock import SystemClock
from schemas.settings import load
from sinks.sqlite.notices import SqliteBook
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.episodes import episode
from tests.support.mentions import T0, mention
from tests.support.receivers import Receiver, receiver, wait_for


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def configured(tmp_path: Path, server: Receiver) -> Path:
    path = tmp_path / "hearken.toml"
    path.write_text(
        f"""
        store = "{tmp_path / "store.db"}"
        [[brands]]
        name = "Acme"
        query = "acme"
        [outbound]
        allow = ["127.0.0.1"]
        [[alerts.channels]]
        name = "hook"
        type = "webhook"
        url = "{server.url("/hidden")}"
        secret = "hidden hidden hidden"
        [[alerts.channels]]
        name = "chat"
        url = "json://127.0.0.1:{server.port}/hidden"
        muted_kinds = ["volume_spike"]
        """,
        "utf-8",
    )
    post = mention("p", text="acme @everyone")
    with SqliteStore(tmp_path / "store.db") as store:
        store.write(Write(mentions=[post], alerts=[episode(drivers={"posts": [{"id": post.id}]})]))
    return path


def test_a_channel_is_tried(configured: Path, server: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "test", "hook", "-c", str(configured)]) == 0
    [given] = server.given
    assert given.json["data"]["test"] is True
    assert given.json["data"]["subject"].startswith("test: hearken")
    server.answers = [403]
    assert main(["alerts", "test", "hook", "-c", str(configured)]) == 1
    assert main(["alerts", "test", "pigeon", "-c", str(configured)]) == 2
    said = capsys.readouterr().err
    assert "channel hook: it answers 403" in said
    assert "there are: hook, chat" in said
    assert "hidden" not in said


def test_what_would_be_told_is_shown_and_not_sent(
    configured: Path, server: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "preview", "-c", str(configured)]) == 0
    shown = capsys.readouterr().out
    assert "--- hook (webhook)" in shown
    assert "--- chat: does not want acme-1" in shown
    assert "acme ﹫everyone" in shown
    assert '"type": "alert.opened"' in shown
    assert "hidden" not in shown
    assert server.given == []


def test_wishes_are_kept_while_a_run_holds_the_store(configured: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with SqliteStore(path):
        assert main(["alerts", "ack", "acme-1", "--note", "seen", "-c", str(configured)]) == 0
        assert main(["alerts", "mute", "Acme", "--for", "4h", "-c", str(configured)]) == 0
        with SqliteBook(path) as book:
            acknowledged, muted = book.silences()
        assert (acknowledged.about, acknowledged.note) == ("acme-1", "seen")
        assert muted.about == "acme"
        assert muted.until is not None
        assert (muted.until - muted.at).total_seconds() == 4 * 3600


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("ack", "none"), "there is no alert 'none'"),
        (("mute", "Other", "--for", "4h"), "no brand is called 'Other'; there are: Acme"),
        (("mute", "Acme", "--for", "long"), "--for 'long': write how long"),
    ],
)
def test_what_cannot_be_wished(
    configured: Path, command: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", *command, "-c", str(configured)]) == 2
    assert said in capsys.readouterr().err


def test_the_list_is_still_there(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "--format", "json", "-c", str(configured)]) == 0
    assert '"acme-1"' in capsys.readouterr().out


def test_without_channels_it_says_what_to_write(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = tmp_path / "none.toml"
    settings.write_text("")
    for words in (["test", "hook"], ["preview"]):
        assert main(["alerts", *words, "--config", str(settings)]) == 2
        assert "write an [[alerts.channels]] entry into the settings" in capsys.readouterr().err


def test_check_says_which_channels_there_are(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-c", str(configured)]) == 0
    shown = capsys.readouterr().out
    assert "hook (webhook)" in shown
    assert "hidden" not in shown
    configured.write_text(configured.read_text("utf-8").replace("json://", "nonsense://"), "utf-8")
    assert main(["check", "-c", str(configured)]) == 1
    shown = capsys.readouterr().out
    assert "alerts.channels (chat): its url is none that apprise knows" in shown
    assert "hidden" not in shown


def test_a_run_delivers_beside_what_it_stores(configured: Path, server: Receiver) -> None:
    settings = load(configured)
    taker = StoreTaker(settings, settings.store, SystemClock())
    try:
        hours = (datetime.now(UTC) - T0).total_seconds() / 3600
        taker._store.write(Write(alerts=[episode("now", hours=hours)]))
        wait_for(lambda: bool(server.given))
        taker.rest()
    finally:
        taker.close()
    assert [given.headers["webhook-id"] for given in server.given] == ["acme-now:opened"]


def test_a_replay_that_is_to_deliver_needs_channels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = tmp_path / "posts.ndjson"
    recording.write_text("")
    brands = tmp_path / "brands.toml"
    brands.write_text('[[brands]]\nname = "Acme"\nquery = "acme"\n')
    replay = ["replay", str(recording), "--format", "ndjson", "--brands", str(brands), "--deliver"]
    assert main([*replay, "--store", str(tmp_path / "s.db")]) == 2
    assert "no channels are configured" in capsys.readouterr().err
    assert main([*replay, "--to", "kafka"]) == 2
    assert "hearken notify --replayed" in capsys.readouterr().err
