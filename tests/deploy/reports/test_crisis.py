"""The report on the invented crisis says what happened in it, in each language, as a page and as a PDF."""

import os
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.cli import main
from deploy.demo.brands import BRANDS
from deploy.reports.gathering import Report, gather
from deploy.reports.periods import Period, read_day, stretches
from deploy.reports.printing import NAMES
from deploy.reports.rendering import Page, render
from schemas.delivery import Language
from sinks.delivery.inert import inert
from sinks.sqlite.store import SqliteStore
from tests.support.pages import Contents

BRAND = BRANDS[0]
UTC = ZoneInfo("UTC")


def reported(path: Path, period: Period, until: str) -> Report:
    with SqliteStore(path, read_only=True) as store:
        return gather(store, BRANDS, BRAND, period, *stretches(period, read_day(until), UTC))


def test_the_day_of_the_complaint(told: Path) -> None:
    report = reported(told, "day", "2026-03-21")
    assert (report.now.mentions, report.before.mentions) == (443, 66)
    assert report.now.negative_share is not None
    assert report.now.negative_share > 0.8
    assert report.peak is not None
    assert report.peak.count == max(hour.count for hour in report.hours)
    assert sum(hour.count for hour in report.hours) == report.now.mentions
    assert {"volume_spike", "negative_spike", "mention_viral", "great_reach"} <= {one.kind for one in report.alerts}
    assert report.loudest[0].author is not None
    assert report.loudest[0].author.followers == 486_000
    assert report.worst[0].id == report.loudest[0].id
    assert all(mention.felt_towards(BRAND.id) == "positive" for mention in report.best)
    assert "EmberBattery" in {row.value for row in report.tops["hashtag"]}
    assert [voice.brand.name for voice in report.voices] == ["Veridane", "Ostrine", "Halvik"]
    assert sum(voice.share or 0 for voice in report.voices) == pytest.approx(1)
    assert report.heard_from_start
    assert all(theme.times_usual >= 2 for theme in report.themes.data)
    assert report.themes.data


def test_its_page_says_so(told: Path) -> None:
    report = reported(told, "day", "2026-03-21")
    page = Contents(render(Page(report, "en")))
    for words in (
        "Veridane: the day",
        "Mentions of Veridane: 443; 66 in the period before (+571%).",
        "Most was said in the hour from 2026-03-20 21:00 (mentions: 160, usual: hardly any).",
        "negative, 20% in the period before.",
        f"Alerts that opened: {len(report.alerts)}, still open: 0.",
        "More negative mentions than usual",
        *(inert(alert.summary) for alert in report.alerts),
        "Grady Holt tests things",
        "Spoken of more than usual: ",
    ):
        assert words in page.words
    assert {"polyline", "polygon", "path", "rect"} <= page.tags


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hant", ("每週報告", "發生了什麼", "聲量占比", "情感", "則負面提及", "前期")),
        ("zh-Hans", ("每周报告", "发生了什么", "声量占比", "情感", "条负面提及", "前期")),
    ],
)
def test_in_chinese(told: Path, language: Language, words: tuple[str, ...]) -> None:
    html = render(Page(reported(told, "week", "2026-03-23"), language))
    page = Contents(html)
    assert f'lang="{language}"' in html
    for word in words:
        assert word in page.words
    assert "period" not in page.words


def test_the_period_is_the_last_that_the_store_knows(told: Path, tmp_path: Path) -> None:
    page = tmp_path / "week.html"
    assert main(["report", "--brand", "Veridane", "--store", str(told), "-o", str(page)]) == 0
    assert "2026-03-23 00:00 to 2026-03-30 00:00" in page.read_text(encoding="utf-8")


def test_a_pdf_is_printed(told: Path, tmp_path: Path) -> None:
    if not any(shutil.which(name) for name in NAMES):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no chromium on the PATH")
    printed = tmp_path / "day.PDF"
    asked = ["report", "--brand", "veridane", "--period", "day", "--until", "2026-03-21", "--language", "zh-Hant"]
    assert main([*asked, "--store", str(told), "-o", str(printed)]) == 0
    content = printed.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(content) > 50_000  # with its letters
    assert b"/URI" in content


def test_without_chromium_a_pdf_says_what_to_install(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    printed = tmp_path / "day.pdf"
    assert main(["report", "--brand", "veridane", "--store", str(told), "-o", str(printed)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "install" in line
    assert ".html" in line
    assert not printed.exists()


def test_a_chromium_that_fails_is_one_line(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["report", "--brand", "veridane", "--store", str(told), "-o", str(tmp_path / "day.pdf")]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "ended with 3" in line
