"""A page of a report stands alone, and what strangers wrote is only ever text in it."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.reports.gathering import Report, gather
from deploy.reports.periods import read_day, stretches
from deploy.reports.rendering import Page, render
from schemas.brand import Brand
from schemas.delivery import Language
from schemas.errors import UsageError
from schemas.mention import Entity, Mention
from schemas.post import Author
from sinks.delivery.wording import LANGUAGES
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.episodes import episode
from tests.support.mentions import bucket, mention, velocity
from tests.support.pages import Contents

ACME = Brand(name="Acme", query="acme")
ACTIVE = {
    "script",
    "img",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "input",
    "video",
    "audio",
    "math",
}


def reported(path: Path, posts: Sequence[Mention], brand: Brand = ACME, **more: object) -> Report:
    with SqliteStore(path / "store.db") as store:
        store.write(Write(mentions=list(posts), **more))  # type: ignore[arg-type]
        return gather(store, [brand], brand, "day", *stretches("day", read_day("2024-03-05"), ZoneInfo(brand.timezone)))


def hostile(text: str, number: int) -> Mention:
    """A mention in which a stranger's words stand wherever they can."""
    feeling = "positive" if number % 2 else "negative"
    return mention(
        f"{number}", hours=number / 10, text=f"acme {text}", title=text, url=f"https://a.example/{text}",
        language="en", author=Author(id=text, name=text, followers=10 + number), hashtags=[text], engagement=number,
        links=["javascript:window.broken=1", f"https://b.example/{text}"], velocity=velocity(number),
        entities=[Entity(text=text[:5], label="product", start=0, end=5, name=text)] if len(text) > 5 else [],
        sentiment={"label": feeling, "positive": 0.2, "neutral": 0.3, "negative": 0.5},
    )  # fmt: skip


@pytest.mark.parametrize("drawn", [True, False])
def test_what_posts_say_is_only_ever_text(root: Path, tmp_path: Path, drawn: bool) -> None:
    corpus = (root / "tests" / "deploy" / "dashboard" / "scripts.txt").read_text().splitlines()
    assert len(corpus) >= 50
    for place in range(0, len(corpus), 3):  # as many as are shown of each kind
        some = [hostile(text, n + 1) for n, text in enumerate(corpus[place : place + 3])]
        folder = tmp_path / str(place)
        folder.mkdir()
        alert = episode(opened_at=some[0].published_at, summary=f"Acme {corpus[place]}", rule=corpus[place])
        report = reported(folder, some, Brand(name=f"Acme {corpus[place]}", query="acme", id="acme"), alerts=[alert])
        html = render(Page(report, "en"), drawn=drawn)
        page = Contents(html)
        assert page.tags & ACTIVE == set()
        assert [one for one in page.attributes if one[1].startswith("on") or one[1] in ("src", "srcset")] == []
        assert all(link.startswith(("https://a.example/", "https://b.example/")) for link in page.links)
        assert [one for one in page.attributes if one[1] == "style" and "evil" in one[2]] == []
        assert " ".join(corpus[place].split()) in page.words


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    html = render(Page(reported(tmp_path, [hostile("fine", 1)]), "en"))
    page = Contents(html)
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in html
    assert "@import" not in html
    assert page.tags & ACTIVE == set()


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_brand_of_which_nothing_is_said(tmp_path: Path, language: Language) -> None:
    report = reported(tmp_path, [])
    page = Contents(render(Page(report, language)))
    assert report.peak is None
    assert report.now.mentions == 0
    assert "svg" not in page.tags
    assert "blockquote" not in page.tags
    said = {"en": "Nothing was said about Acme.", "zh-Hant": "沒有人提及Acme。", "zh-Hans": "没有人提及Acme。"}
    assert said[language] in page.words


def test_silence_after_much_was_said_is_told(tmp_path: Path) -> None:
    report = reported(tmp_path, [mention(str(n), hours=-n - 1) for n in range(4)])
    page = Contents(render(Page(report, "en")))
    assert "Mentions of Acme: 0; 4 in the period before (−100%)." in page.words


def test_a_brand_that_has_no_baseline(tmp_path: Path) -> None:
    posts = [mention(str(n), hours=20, text=f"acme {n}") for n in range(3)]
    report = reported(tmp_path, posts, trends=[bucket(20, count=3)])
    page = Contents(render(Page(report, "en")))
    assert {hour.expected for hour in report.hours} == {None}
    assert "Most was said in the hour from 2024-03-04 20:00 (mentions: 3)." in page.words
    assert "usual" not in page.words.lower()
    assert "polygon" not in page.tags
    assert "polyline" in page.tags
    assert "its change may be that of listening" in page.words


def test_days_are_those_of_the_brand(tmp_path: Path) -> None:
    taipei = Brand(name="Acme", query="acme", timezone="Asia/Taipei")
    posts = [
        mention("before", hours=-8.1),
        mention("first", hours=-7.9),
        mention("last", hours=15.9),
        mention("after", hours=16),
    ]
    report = reported(tmp_path, posts, taipei)
    assert (report.now.mentions, report.before.mentions) == (2, 1)
    page = Contents(render(Page(report, "zh-Hant")))
    assert "2024-03-04 00:00 至 2024-03-05 00:00" in page.words
    assert "Asia/Taipei" in page.words


def test_a_day_has_as_many_hours_as_its_zone_gives_it() -> None:
    now, before = stretches("day", read_day("2024-11-04"), ZoneInfo("America/New_York"))
    assert ((now.end - now.start).total_seconds(), (before.end - before.start).total_seconds()) == (
        25 * 3600,
        24 * 3600,
    )


def test_what_exclusion_lists_find_is_left_out(tmp_path: Path) -> None:
    picky = Brand(name="Acme", query="acme", exclude=("jobs",))
    posts = [mention("1", hours=1, text="acme is hiring, apply now"), mention("2", hours=2, text="acme is fine")]
    report = reported(tmp_path, posts, picky)
    assert (report.now.mentions, report.now.distinct) == (1, None)
    assert [one.text for one in report.loudest] == ["acme is fine"]
    assert sum(hour.count for hour in report.hours) == 1


def test_of_many_rivals_the_loudest_are_shown(tmp_path: Path) -> None:
    rivals = [Brand(name=f"Rival {n}", query="x", id=f"r{n}") for n in range(30)]
    posts = [mention(f"{n}-{one}", hours=1, brand=f"r{n}") for n in range(30) for one in range(n + 1)]
    with SqliteStore(tmp_path / "store.db") as store:
        store.write(Write(mentions=[mention("own"), *posts]))
        report = gather(store, [ACME, *rivals], ACME, "day", *stretches("day", read_day("2024-03-05"), ZoneInfo("UTC")))
    assert [voice.brand.id for voice in report.voices] == [*(f"r{n}" for n in range(29, 19, -1)), "acme"]
    assert report.voices[-1].share == pytest.approx(1 / 466)


def test_the_same_words_are_shown_once(tmp_path: Path) -> None:
    posts = [mention(str(n), hours=n, text="acme again") for n in range(1, 5)]
    assert len(reported(tmp_path, posts).loudest) == 1


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01", "2026-02-30", "9999-12-31", "2026-03-30T12:00"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 2026-03-30"):
        read_day(text)
