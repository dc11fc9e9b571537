"""The settings of delivery: quiet hours over midnight and changes of the clock, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.delivery import ChannelSettings, QuietHours
from schemas.errors import UsageError
from schemas.settings import load, masked


@pytest.mark.parametrize(
    ("hours", "zone", "moment", "over"),
    [
        ("22:00-07:00", "UTC", "2026-03-01T21:59", "2026-03-01T21:59"),
        ("22:00-07:00", "UTC", "2026-03-01T22:00", "2026-03-02T07:00"),
        ("22:00-07:00", "UTC", "2026-03-02T06:59", "2026-03-02T07:00"),
        ("22:00-07:00", "UTC", "2026-03-02T07:00", "2026-03-02T07:00"),
        ("12:00-13:00", "UTC", "2026-03-01T12:30", "2026-03-01T13:00"),
        ("22:00-07:00", "Asia/Taipei", "2026-03-01T14:00", "2026-03-01T23:00"),
        ("22:00-07:00", "Europe/Berlin", "2026-03-28T22:00", "2026-03-29T05:00"),  # the night in which an hour is lost
        ("22:00-07:00", "Europe/Berlin", "2026-10-24T21:00", "2026-10-25T06:00"),  # the one in which it comes back
        ("02:00-02:30", "Europe/Berlin", "2026-10-25T00:10", "2026-10-25T00:30"),
    ],
)
def test_when_quiet_hours_are_over(hours: str, zone: str, moment: str, over: str) -> None:
    at, until = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (moment, over))
    assert QuietHours.read(hours).over_at(at, ZoneInfo(zone)) == until


def written(folder: Path, entry: str) -> Path:
    path = folder / "hearken.toml"
    path.write_text(entry, "utf-8")
    return path


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("quiet_hours = '22 to 7'", "write quiet hours as 22:00-07:00"),
        ("quiet_hours = '07:00-07:00'", "write quiet hours as 22:00-07:00"),
        ("timezone = 'Nowhere'", "unknown timezone 'Nowhere'"),
        ("kinds = ['volume']", "kinds"),
        ("name = 'a b'", "name"),
        ("least_novelty = -1", "least_novelty"),
    ],
)
def test_what_is_refused(tmp_path: Path, entry: str, said: str) -> None:
    name = "" if entry.startswith("name") else "name = 'x'\n"
    with pytest.raises(UsageError) as refused:
        load(written(tmp_path, f"[[alerts.channels]]\n{name}{entry}\n"))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_channels_of_one_name_and_links_that_cannot_be_filled(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two channels are called 'x'"):
        load(written(tmp_path, "[[alerts.channels]]\nname = 'x'\n[[alerts.channels]]\nname = 'x'\n"))
    with pytest.raises(UsageError, match="what is filled in is"):
        load(written(tmp_path, "[alerts]\nlinks = ['https://a.example/{word}']\n"))
    with pytest.raises(UsageError, match="begins with https"):
        load(written(tmp_path, "[alerts]\nlinks = ['javascript:alert(1)']\n"))


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            """
            [[alerts.channels]]
            name = "chat"
            url = "slack://hidden-1/hidden-2/hidden-3"
            [[alerts.channels]]
            name = "hook"
            type = "webhook"
            url = "https://a.example/hidden-4"
            secret = "hidden-5"
            [[alerts.channels]]
            name = "pager"
            type = "pagerduty"
            routing_key = "hidden-6"
            """,
        )
    )
    assert "hidden" not in str(masked(settings))
    assert "chat" in str(masked(settings))
    assert "hidden" not in repr(settings.alerts)


def test_what_is_written_of_a_channel_shows_no_secret() -> None:
    channel = ChannelSettings.model_validate(
        {"name": "hook", "type": "webhook", "secret": "canary", "url": "https://x"}
    )
    assert repr(channel) == "ChannelSettings(name='hook', type='webhook')"
    assert "canary" not in f"{channel}"
