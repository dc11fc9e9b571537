"""What the summary says, over stores whose numbers are known."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from deploy.cli.demo_summary import summary
from deploy.demo.findings import Findings, find
from schemas.brand import Brand
from schemas.mention import Sentiment
from schemas.trend import TrendBucket
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import author, bucket, mention

_ACME = Brand(name="Acme", query="acme", group="phones")
_RIVAL = Brand(name="Borealis", query="borealis", group="phones")
_BAD = Sentiment(label="negative", positive=0.1, neutral=0.1, negative=0.8)

Ask = Callable[..., Findings]


def _ordinary(days: int = 21, rival_by_week: tuple[int, ...] = (20, 20, 20)) -> list[TrendBucket]:
    """Return twenty mentions of Acme and some of its rival a day, at noon."""
    own = [
        bucket(24 * day + 12, count=20, distinct_count=18, negative=2, positive=6, neutral=12) for day in range(days)
    ]
    rival = [bucket(24 * day + 12, brand="borealis", count=rival_by_week[day // 7]) for day in range(days)]
    return own + rival


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def found(trends: list[TrendBucket], *mentions: object) -> Findings:
        ends = [mention("first", hours=0.1, author=author("a", 700)), mention("last", hours=20.9 * 24)]
        rival = [mention("r", hours=12, brand="borealis")]
        with SqliteStore(tmp_path / "some.db") as store:
            store.write(Write(mentions=[*ends, *rival, *mentions], trends=trends))  # type: ignore[list-item]
            findings = find(store, _ACME, [_RIVAL])
        assert findings is not None
        return findings

    return found


def _said(findings: Findings) -> str:
    out = Console(file=io.StringIO(), width=400)
    for part in summary(findings):
        out.print(part)
    return cast(io.StringIO, out.file).getvalue()


def test_ordinary_days_make_no_episode(ask: Ask) -> None:
    findings = ask(_ordinary())
    assert findings.episodes == []
    assert findings.waves == []
    said = _said(findings)
    assert "SYNTHETIC" in said
    assert "No day stood out" in said
    assert "No crisis" in said
    assert "Nothing looks bought" in said
    assert "Crisis," not in said


def test_a_bad_day_is_a_crisis_with_its_size_hour_origin_and_mood(ask: Ask) -> None:
    spike = bucket(24 * 15 + 18, count=100, distinct_count=60, negative=90, positive=5, neutral=5)
    origin = mention("o", hours=24 * 15 + 17, engagement=5000, text="it burns", language="en", sentiment=_BAD)
    loud = mention("l", hours=24 * 15 + 18, author=author("loud", 90_000), language="zh-Hant", hashtags=["fire"])
    (episode,) = (findings := ask([*_ordinary(), spike], origin, loud)).episodes
    assert (episode.count, episode.distinct, episode.usual) == (120, 78, 20)
    assert (episode.start.day, (episode.end - episode.start).days) == (19, 1)
    assert (episode.peak.time.hour, episode.peak.count) == (18, 100)
    assert episode.feeling.mood == "bad"
    assert episode.origin is not None
    assert episode.origin.native_id == "o"
    assert [voice.author.handle for voice in episode.loudest if voice.author] == ["loud"]
    assert dict(episode.languages) == {"en": 0.5, "zh-Hant": 0.5}
    said = _said(findings)
    for words in (
        "Crisis, Tue 19 Mar",
        "120 mentions, 6.0 times the usual 20",
        "it burns",
        "@loud (90,000 followers)",
        "#fire",
        "Tue 19 Mar",
    ):
        assert words in said


def test_a_good_day_is_no_crisis(ask: Ask) -> None:
    findings = ask([*_ordinary(), bucket(24 * 15 + 18, count=100, positive=95, neutral=5)])
    said = _said(findings)
    assert findings.episodes[0].feeling.mood == "good"
    assert "Good news" in said
    assert "No crisis" in said


def test_days_in_a_row_are_one_episode(ask: Ask) -> None:
    extra = [bucket(24 * day + 10, count=80, negative=80, neutral=0) for day in (14, 15, 18)]
    assert [(e.start.day, (e.end - e.start).days) for e in ask([*_ordinary(), *extra]).episodes] == [(18, 2), (22, 1)]


def test_a_flood_of_copies_from_accounts_without_followers_looks_bought(ask: Ask) -> None:
    flood = bucket(24 * 16 + 3, count=60, distinct_count=1, negative=60, neutral=0)
    puppets = [
        mention(f"p{n}", hours=24 * 16 + 3 + n / 100, text="do not buy", author=author(f"p{n}", n % 9))
        for n in range(60)
    ]
    usual = [mention(f"u{n}", hours=24 * n + 12, author=author(f"u{n}", 800)) for n in range(21)]
    (wave,) = (findings := ask([*_ordinary(), flood], *puppets, *usual)).waves
    assert (wave.count, wave.copies, wave.authors, wave.wording) == (60, 59, 60, "do not buy")
    assert wave.followers < 9
    assert wave.start.hour == 3
    said = _said(findings)
    assert "Looks bought" in said
    assert "59 of 60 mentions" in said
    assert "No crisis" in said


def test_the_same_flood_from_people_with_followers_does_not_look_bought(ask: Ask) -> None:
    flood = bucket(24 * 16 + 3, count=60, distinct_count=1, negative=60, neutral=0)
    people = [mention(f"p{n}", hours=24 * 16 + 3 + n / 100, author=author(f"p{n}", 500)) for n in range(60)]
    findings = ask([*_ordinary(), flood], *people)
    assert findings.waves == []
    assert "Crisis" in _said(findings)


def test_a_rival_that_falls_silent_is_named_with_its_weeks(ask: Ask) -> None:
    (rival,) = (findings := ask(_ordinary(rival_by_week=(20, 20, 5)))).rivals
    assert [(week.monday.day, week.count, week.before) for week in rival.quiet] == [(18, 35, 140)]
    assert "quiet in the week of 18 Mar (35), before it 140" in _said(findings)
    assert rival.busy == []


def test_posts_cannot_speak_to_the_terminal(ask: Ask) -> None:
    spike = bucket(24 * 15 + 18, count=100, negative=100, neutral=0)
    nasty = mention("o", hours=24 * 15 + 17, engagement=9, hashtags=["\x1b[2J"], text="[red]x[/red]" + "y" * 500)
    said = _said(ask([*_ordinary(), spike], nasty))
    assert "\x1b" not in said
    assert "[red]x[/red]" in said
    assert "y" * 200 not in said


def test_an_empty_store_has_no_findings(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "some.db") as store:
        assert find(store, _ACME, [_RIVAL]) is None
