"""What `hearken check` says of sources, what the metrics say of their traffic, and when a source hears what is kept."""

import asyncio
from pathlib import Path
from random import Random
from threading import Event

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from deploy.cli import main
from deploy.listening.listener import Course, Listener
from deploy.observation.traffic import TrafficMetrics
from ingest.reconnect import Reconnect
from ingest.traffic import Traffic
from ingest.web import Web
from schemas.clock import SystemClock
from schemas.vitals import Vitals
from tests.support.scripted import FOREVER, MemoryTaker, Scripted, said

SETTINGS = """
[[brands]]
name = "Acme"
query = "acme OR 愛客美"
[sources.stackexchange]
sites = ["kettles"]
key = "sesame-1"
[sources.csv]
[sources.nostr]
enabled = false
"""


def checked(
    sections: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    (tmp_path / "hearken.toml").write_text(SETTINGS + sections, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return main(["check"]), capsys.readouterr().out


def test_check_tells_of_each_source_how_often_it_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, shown = checked("", tmp_path, monkeypatch, capsys)
    assert "stackexchange: 3 channels, at-least-once, at most 20 requests in 1 s to a server" in shown
    assert "csv: not listened to" in shown
    assert "nostr: not listened to" in shown
    assert "sesame" not in shown
    assert status == 0


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ("[sources.telegram-bot-api]", "lacks token"),
        ("[sources.nosuch]", "unknown source 'nosuch'"),
        ("[sources.ptt]\nboard = 'x'", "no option 'board'"),
    ],
)
def test_check_tells_what_a_source_lacks(
    sections: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, shown = checked(sections, tmp_path, monkeypatch, capsys)
    assert said in shown
    assert status == 1


def test_a_credential_may_stand_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARKEN_SOURCES__TELEGRAM_BOT_API__TOKEN", "7:sesame-1")
    status, shown = checked("[sources.telegram-bot-api]", tmp_path, monkeypatch, capsys)
    assert "telegram-bot-api: 1 channel" in shown
    assert "sesame" not in shown
    assert status == 0


def test_metrics_tell_of_requests_and_what_is_left_of_a_quota() -> None:
    told = TrafficMetrics("run")
    registry = CollectorRegistry()
    registry.register(told)
    assert b"stackexchange" not in generate_latest(registry)
    told.traffic = {"stackexchange": Traffic(7, refused=1, waited_s=2.5, remaining=42), "nostr": Traffic(1)}
    lines = generate_latest(registry).decode().splitlines()
    assert 'hearken_source_requests_total{source="stackexchange",worker="run"} 7.0' in lines
    assert 'hearken_source_refused_total{source="stackexchange",worker="run"} 1.0' in lines
    assert 'hearken_source_held_seconds_total{source="stackexchange",worker="run"} 2.5' in lines
    assert [line for line in lines if line.startswith("hearken_source_quota_left")] == [
        'hearken_source_quota_left{source="stackexchange",worker="run"} 42.0'
    ]


class Told(Scripted):
    """A source that notes what it hears of, and what had been taken by then."""

    kept_after: list[tuple[str, str, int]]
    taker: MemoryTaker

    def kept(self, channel: str, cursor: str) -> None:
        self.kept_after.append((channel, cursor, len(self.taker.payloads)))


def test_a_source_hears_what_is_kept_after_it_was_taken() -> None:
    source = Told("one", {"a": [[said(1), said(2), said(3), FOREVER]]})
    source.kept_after, source.taker = [], MemoryTaker()
    clock, done = SystemClock(), Event()
    listener = Listener(
        [source], (), lambda: source.taker, course=Course(), vitals=Vitals("run", clock), clock=clock,
        reconnect=Reconnect(Random(7), 0.001, 0.01),
    )  # fmt: skip

    def stopping() -> bool:
        if source.kept_after and source.kept_after[-1][1] == "3":
            done.set()
        return done.is_set()

    asyncio.run(asyncio.wait_for(listener.run(Web(), stopping, for_s=20), 30))
    assert source.kept_after[-1] == ("a", "3", 3)
    assert all(taken >= int(cursor) for _, cursor, taken in source.kept_after)
