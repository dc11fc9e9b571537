"""The findings in words and a small chart, for somebody who looks after a brand."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import median

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from deploy.cli.charts import bar, columns
from deploy.cli.demo_wording import date, days, moment, post, quoted, who
from deploy.cli.output import number, percent, safe
from deploy.demo.episodes import Episode, Feeling
from deploy.demo.findings import Findings, Rival
from deploy.demo.waves import Wave

SYNTHETIC = "SYNTHETIC DATA: every brand, every account and every post in this demonstration is invented."
_CHART_HEIGHT = 7
_BAR = 14
_LEAST_SHARE = 0.02  # a language below that is not named
_LANGUAGES = {
    "en": "English", "zh-Hant": "Chinese (traditional)", "zh-Hans": "Chinese (simplified)", "und": "undetermined",
}  # fmt: skip
_TITLES = {"bought": "Looks bought", "bad": "Crisis", "good": "Good news", "mixed": "Much talk"}
_STYLES = {"bought": "magenta", "bad": "red", "good": "green", "mixed": "yellow"}


def summary(findings: Findings) -> Iterator[RenderableType]:
    """Yield the summary part by part, to be printed one below the other."""
    last = findings.end - timedelta(days=1)
    yield Text(SYNTHETIC, style="bold black on yellow")
    yield Text(
        f"\n{findings.brand.name}, {date(findings.start)} to {date(last)} {last:%Y}, times in UTC\n", style="bold"
    )
    yield from _chart(findings)
    yield _head("What happened")
    if not findings.episodes:
        yield Text("  No day stood out from the others.")
    for index, episode in enumerate(findings.episodes):
        if index > 0:
            yield Text()
        yield from _episode(episode, findings)
    if not any(_nature(episode, findings.waves) == "bad" for episode in findings.episodes):
        aside = ", what looks bought left aside," if findings.waves else ""
        yield Text(f"  No crisis: no days of much talk{aside} were mostly negative.")
    yield _head("When you would have been told")
    if not findings.alerts:
        yield Text("  No alert: nothing was new for the brand.")
    yield _grid(_alerts(findings))
    yield _head("Was it real?")
    if not findings.waves:
        yield Text("  Nothing looks bought: in no hour did accounts without followers flood it with one text.")
    for wave in findings.waves:
        yield _grid(_wave(wave))
    yield _head("How people felt")
    yield _feelings(findings)
    yield _head("The rivals")
    yield _grid(_rivals(findings))


def _chart(findings: Findings) -> Iterator[Text]:
    counts = [day.count for day in findings.days]
    top = f"{max(counts):,}"
    for index, line in enumerate(columns(counts, _CHART_HEIGHT)):
        axis = top if index == 0 else "0" if index == _CHART_HEIGHT - 1 else ""
        drawn = Text(f"  {axis:>{len(top)}} ")
        for cell, day in zip(line, findings.days, strict=True):
            drawn.append(cell * 2, style=_day_style(day.time, findings))
        yield drawn
    weeks = "".join(date(day.time).ljust(14) for day in findings.days[::7])
    yield Text(f"  {'':>{len(top)}} {weeks.rstrip()}", style="dim")
    yield Text(f"  Mentions a day, reposts included; {median(counts):.0f} on the median day.", style="dim")


def _day_style(day: datetime, findings: Findings) -> str:
    for episode in findings.episodes:
        if episode.start <= day < episode.end:
            return _STYLES[_nature(episode, findings.waves)]
    return "blue"


def _nature(episode: Episode, waves: list[Wave]) -> str:
    """Return what an episode is first of all: bought where most of it came in waves, else its mood."""
    waved = sum(wave.count for wave in waves if episode.start <= wave.start < episode.end)
    return "bought" if waved * 2 >= episode.count else episode.feeling.mood


def _episode(episode: Episode, findings: Findings) -> Iterator[RenderableType]:
    nature = _nature(episode, findings.waves)
    yield Text(f"  {_TITLES[nature]}, {days(episode.start, episode.end)}", style=f"bold {_STYLES[nature]}")
    times = f"{episode.count / episode.usual:.1f} times" if episode.usual else "instead of"
    expected = "" if episode.expected is None else f" (by hour of week: {number(round(episode.expected))})"
    lines = [
        (
            "how big",
            f"{number(episode.count)} mentions, {times} the usual {number(round(episode.usual))}{expected}; "
            f"{number(episode.distinct)} in words of their own, the others reposts and near-copies",
        ),
        ("peak", f"{number(episode.peak.count)} in the hour from {episode.peak.time:%a} {moment(episode.peak.time)}"),
    ]
    if nature != "bought":
        if episode.origin is not None:
            lines.append(("around", post(episode.origin)))
        lines.append(("carried by", ", ".join(who(mention) for mention in episode.loudest)))
    lines += [("feeling", _feeling(episode.feeling)), ("languages", _languages(episode))]
    if episode.hashtags:
        lines.append(("hashtags", ", ".join(f"#{row.value} ({number(row.count)})" for row in episode.hashtags)))
    yield _grid(lines)


def _alerts(findings: Findings) -> Iterator[tuple[str, str]]:
    for alert in findings.alerts:
        yield moment(alert.opened_at), f"{alert.kind.replace('_', ' ')}: {alert.summary.split(': ', 1)[-1]}"


def _wave(wave: Wave) -> Iterator[tuple[str, str]]:
    yield (
        f"{moment(wave.start)} to {wave.end:%H:%M}",
        f"looks bought: {number(wave.copies)} of {number(wave.count)} mentions are reposts or near-copies, from "
        f"{number(wave.authors)} accounts with {wave.followers:.0f} followers on average "
        f"({number(round(wave.usual_followers))} on a usual day)",
    )
    yield "", quoted(wave.wording)


def _feelings(findings: Findings) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for when, felt in [
        ("all days", findings.feeling),
        *((days(e.start, e.end), e.feeling) for e in findings.episodes),
    ]:
        share = felt.negative_share
        drawn = Text(f"{bar(share or 0, 1, _BAR):{_BAR}}", style="red on green" if share is not None else "")
        told = f"{_feeling(felt)}; {number(felt.unknown)} unknown"
        table.add_row(Text(f"    {when}", style="dim"), drawn, Text(told))
    return table


def _feeling(felt: Feeling) -> str:
    share = felt.negative_share
    if share is None:
        return "no mention with a feeling"
    return f"{percent(share)} negative ({number(felt.negative)} against {number(felt.positive)} positive)"


def _languages(episode: Episode) -> str:
    named = [(name, share) for name, share in episode.languages if share >= _LEAST_SHARE]
    return ", ".join(f"{_LANGUAGES.get(name, name)} {percent(share)}" for name, share in named)


def _rivals(findings: Findings) -> Iterator[tuple[str, str]]:
    yield (
        findings.brand.name,
        f"{percent(findings.share)} of all that was said about the {len(findings.rivals) + 1} brands",
    )
    for rival in findings.rivals:
        yield rival.name, _rival(rival)


def _rival(rival: Rival) -> str:
    said = f"{percent(rival.share)}, {number(rival.count)} mentions"
    if rival.busy:
        said += "; busy " + ", ".join(days(episode.start, episode.end) for episode in rival.busy)
    if rival.quiet:
        weeks = " and ".join(f"of {date(week.monday)} ({number(week.count)})" for week in rival.quiet)
        said += f"; quiet in the week {weeks}, before it {number(round(rival.quiet[0].before))}"
    return said


def _grid(lines: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for label, said in lines:
        table.add_row(Text(f"    {safe(label)}", style="dim"), Text(safe(said)))
    return table


def _head(text: str) -> Text:
    return Text(f"\n{text}", style="bold underline")
