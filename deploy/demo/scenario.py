"""The whole story, four weeks of it, from a seed: the same seed gives the same posts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from deploy.demo.bought import bought_wave
from deploy.demo.brands import HALVIK, MAKERS
from deploy.demo.complaint import complaint
from deploy.demo.everyday import ordinary_day, people
from deploy.demo.feed import Feed
from deploy.demo.launch import launch
from deploy.demo.rhythm import WEEKDAYS

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS = 28
_LAUNCH_DAY, _COMPLAINT_DAY, _BOUGHT_DAY = 15, 18, 22
_QUIET_WEEKS, _QUIET = (2, 3), 0.35  # a rival's last two weeks, and what is left of its usual volume


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens. `scale` makes everything that is counted in people smaller or larger."""

    seed: int = 2026
    scale: float = 1.0
    launch: bool = True
    complaint: bool = True
    bought: bool = True

    def write(self, path: Path) -> int:
        """Write the posts to a file of PostEvent NDJSON in the order in which they were seen; return their number."""
        feed = Feed(Random(self.seed))  # noqa: S311 - invented posts, no secrets
        who = people(feed)
        for number in range(DAYS):
            day = START + timedelta(days=number)
            factor = WEEKDAYS[day.weekday()] * self.scale
            quiet = {HALVIK: _QUIET if number // 7 in _QUIET_WEEKS else 1.0}
            ordinary_day(feed, who, day, {maker: maker.daily * factor * quiet.get(maker, 1.0) for maker in MAKERS})
        if self.launch:
            launch(feed, who, START + timedelta(days=_LAUNCH_DAY), self.scale)
        if self.complaint:
            complaint(feed, who, START + timedelta(days=_COMPLAINT_DAY), self.scale)
        if self.bought:
            bought_wave(feed, START + timedelta(days=_BOUGHT_DAY), self.scale)
        return feed.write(path, START + timedelta(days=DAYS))
