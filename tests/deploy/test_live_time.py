"""A run that listens goes by the clock where nothing more is said, and by what is read while a channel is behind."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deploy.listening.embedded import StoreTaker
from deploy.listening.signs import ChannelName
from deploy.listening.taker import Share
from ingest.records import Record
from schemas.alert import Alert
from schemas.clock import ManualClock
from schemas.post import PostEvent
from tests.contracts.test_incidents import SETTINGS, story
from tests.support.mentions import T0

CHANNEL = ChannelName("bluesky-jetstream", "")
BEGUN = T0 + timedelta(days=4.5)  # of the outcry
DUE = timedelta(minutes=20)  # the width of a bucket and the lateness


class Run:
    """A taker with a clock that is moved by hand."""

    def __init__(self, path: Path, started: datetime) -> None:
        self.path, self.clock = path, ManualClock(started)
        self.taker = StoreTaker(SETTINGS, str(path), self.clock)

    def hear(self, told: Sequence[PostEvent], at: datetime | None = None) -> None:
        """Take in posts as they come, or all at a later moment."""
        for one in told:
            self.until(at or one.observed_at)
            self.taker.take([Share(CHANNEL, [(Record(0, b"{}", seen_at=self.clock.now()), [one])])])

    def until(self, moment: datetime) -> None:
        self.clock.advance((moment - self.clock.now()).total_seconds())

    def rest(self, after: timedelta) -> list[Alert]:
        """Let time pass, and return the alerts that the store then has."""
        self.clock.advance(after.total_seconds())
        self.taker.rest()
        return list(self.taker._store.alerts(None, None, None, None, 100))


@pytest.fixture
def told() -> list[PostEvent]:
    """What is said until the outcry is half an hour old."""
    return [one for one in story() if one.observed_at < BEGUN + timedelta(minutes=30)]


def test_the_last_minutes_of_an_outcry_are_judged_when_nothing_follows_them(
    told: list[PostEvent], tmp_path: Path
) -> None:
    run = Run(tmp_path / "run.db", T0)
    burst = [one for one in told if one.observed_at < BEGUN]
    last = told[-1].model_copy(update={"observed_at": BEGUN + timedelta(minutes=1)})
    squeezed = [
        one.model_copy(
            update={"published_at": last.observed_at, "observed_at": last.observed_at, "version": 10**13 + n}
        )
        for n, one in enumerate(told[len(burst) :])
    ]
    run.hear([*burst, *squeezed])
    assert run.rest(DUE - timedelta(minutes=1, seconds=1)) == []
    (alert,) = [one for one in run.rest(timedelta(seconds=1)) if one.kind == "volume_spike"]
    assert (alert.status, alert.opened_at, alert.replayed) == ("open", BEGUN, False)
    (alert,) = [one for one in run.rest(timedelta(hours=13)) if one.kind == "volume_spike"]
    assert alert.status == "closed"
    run.taker.close()


def test_a_channel_that_is_behind_holds_the_clock_back(tmp_path: Path) -> None:
    told = [one for one in story() if one.observed_at < BEGUN + timedelta(minutes=2)]
    whole = [one for one in story() if one.observed_at < BEGUN + timedelta(hours=1)]
    ordinary = Run(tmp_path / "ordinary.db", T0)
    ordinary.hear(whole)
    expected = ordinary.rest(timedelta(days=1))
    assert expected != []
    ordinary.taker.close()
    run = Run(tmp_path / "run.db", T0)
    run.hear(told)
    run.taker.close()
    run = Run(tmp_path / "run.db", BEGUN + timedelta(hours=6))  # it was down, and hears what was said meanwhile
    assert run.rest(timedelta(seconds=50)) == []
    for one in whole[len(told) :]:
        run.hear([one], at=run.clock.now() + timedelta(seconds=1))
        run.rest(timedelta(0))
    found = run.rest(timedelta(days=1))
    run.taker.close()
    assert [(alert.id, alert.observed, alert.volume) for alert in found] == [
        (alert.id, alert.observed, alert.volume) for alert in expected
    ]
