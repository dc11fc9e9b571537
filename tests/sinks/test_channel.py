"""The register of channels: one file dropped into the folder is a kind of channel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import sinks.channels
from schemas.clock import ManualClock
from schemas.delivery import ChannelSettings
from schemas.guard import Guard
from sinks.channel import Surroundings, channel_types, open_channel
from tests.support.mentions import T0

HERE = Surroundings(Guard(), ManualClock(T0))

PIGEON = '''
"""By pigeon."""

from sinks.channel import Answer, Channel, Notice, Surroundings


class Pigeon(Channel):
    """Flies."""

    type = "pigeon"
    promise = "perhaps"

    def __init__(self, surroundings: Surroundings, loft: str, speed: int = 70) -> None:
        if speed < 1:
            raise ValueError("its speed is a positive number")
        self.loft = loft

    def send(self, notice: Notice) -> Answer:
        return Answer("taken")
'''


@pytest.fixture
def pigeon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "pigeon.py").write_text(PIGEON, encoding="utf-8")
    monkeypatch.setattr(sinks.channels, "__path__", [*sinks.channels.__path__, str(tmp_path)])
    channel_types.cache_clear()
    yield
    channel_types.cache_clear()


def entry(**more: object) -> ChannelSettings:
    return ChannelSettings.model_validate({"name": "x", "type": "pigeon", **more})


def test_what_is_there() -> None:
    assert list(channel_types()) == ["apprise", "pagerduty", "webhook"]
    assert all(kind.promise for kind in channel_types().values())


@pytest.mark.usefixtures("pigeon")
def test_one_file_is_a_kind_of_channel() -> None:
    assert "pigeon" in channel_types()
    assert vars(open_channel(entry(loft="roof"), HERE)) == {"loft": "roof"}
    for wrong, said in (
        ({}, "type pigeon needs 'loft'"),
        ({"loft": "roof", "colour": 1}, "type pigeon has no 'colour'; there are: loft, speed"),
        ({"loft": "roof", "speed": 0}, "alerts.channels \\(x\\): its speed is a positive number"),
    ):
        with pytest.raises(Exception, match=said):
            open_channel(entry(**wrong), HERE)
