"""The words of a notice in three languages: every kind has its own, with the alert's numbers in them."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from string import Formatter
from typing import Any, get_args
from zoneinfo import ZoneInfo

import opencc
import pytest

from schemas.alert import Alert, AlertKind
from schemas.delivery import Language
from schemas.mention import Virality
from sinks.channel import Notice
from sinks.delivery.english import ENGLISH
from sinks.delivery.phrases import Phrases
from sinks.delivery.simplified_chinese import SIMPLIFIED_CHINESE
from sinks.delivery.traditional_chinese import TRADITIONAL_CHINESE
from sinks.delivery.wording import LANGUAGES, compose
from tests.support.episodes import NASTY, episode
from tests.support.mentions import T0, author, mention

KINDS: tuple[AlertKind, ...] = get_args(AlertKind)
CHINESE: tuple[Language, ...] = ("zh-Hant", "zh-Hans")
HAN = re.compile(r"[\u4e00-\u9fff]")
SPREAD = Virality(
    seen=900, r=1.2, r_low=1.1, r_high=1.3, supercritical=True, forecast=3_000, low=1_500, high=9_000, organic=0.9,
    signs=None, as_of=T0,
)  # fmt: skip


def texts(phrases: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a language with its place."""
    if isinstance(phrases, str):
        yield path, phrases
    elif isinstance(phrases, tuple):
        for number, one in enumerate(phrases):
            yield from texts(one, f"{path}.{number}")
    elif isinstance(phrases, dict):
        for name, one in phrases.items():
            yield from texts(one, f"{path}.{name}")
    elif is_dataclass(phrases):
        for field in fields(phrases):
            yield from texts(getattr(phrases, field.name), f"{path}.{field.name}")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def told(kind: AlertKind = "volume_spike", language: Language = "en", **given: Any) -> Notice:
    alert = episode(kind=kind, **given)
    return compose(alert, "opened", "k", brand_name="Acme", zone=ZoneInfo("Asia/Taipei"), language=language)


def test_every_language_has_every_text_with_the_same_places() -> None:
    assert set(LANGUAGES) == set(get_args(Language))
    english = {path: places(text) for path, text in texts(ENGLISH)}
    for phrases in (TRADITIONAL_CHINESE, SIMPLIFIED_CHINESE):
        assert phrases.sentences is not None
        assert set(phrases.kinds) == set(phrases.sentences.kinds) == set(KINDS)
        assert {path: places(text) for path, text in texts(phrases) if not path.startswith(".sentences")} == english
    both = [{path: places(text) for path, text in texts(one)} for one in (TRADITIONAL_CHINESE, SIMPLIFIED_CHINESE)]
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("phrases", "conversion"), [(TRADITIONAL_CHINESE, "s2tw"), (SIMPLIFIED_CHINESE, "t2s")], ids=CHINESE
)
def test_each_is_written_in_one_script(phrases: Phrases, conversion: str) -> None:
    converted = opencc.OpenCC(conversion)
    assert [text for _, text in texts(phrases) if converted.convert(text) != text] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", CHINESE)
def test_each_kind_is_told_in_full(kind: AlertKind, language: Language) -> None:
    shares = kind in ("sentiment_turn", "share_of_voice")
    given: dict[str, Any] = {"observed": 0.31, "expected": 0.12} if shares else {"observed": 1_234, "expected": 12.5}
    if kind in ("mention_viral", "bought_amplification"):
        given |= {"virality": SPREAD, "scale_ms": None}
    rule, source = (
        ("recall", None) if kind == "keyword_rule" else (None, "bluesky" if kind == "source_silent" else None)
    )
    notice = told(kind, language, negative_share=0.4, organic=0.9, rule=rule, source=source, **given)
    assert notice.short.startswith("Acme：")
    assert len(HAN.findall(notice.short)) >= 6
    assert "Acme: " not in "\n".join(notice.lines)  # the English sentence
    assert re.findall(r"[{}]|None", "\n".join([notice.subject, *notice.lines])) == []
    number = {"sentiment_turn": "+0.31", "share_of_voice": "31%", "source_silent": "bluesky"}.get(kind, "1,234")
    assert number in notice.short
    assert LANGUAGES[language].kinds[kind] in notice.subject
    # Of words in Latin letters only names and signs are left: no text was forgotten.
    words = set(re.findall(r"[A-Za-z]{2,}", "\n".join(notice.lines)))
    assert words <= {"Acme", "CST", "bluesky", "recall"}


def test_what_is_known_of_the_future_of_a_post_is_told() -> None:
    assert told("mention_viral", "zh-Hant", observed=900, expected=100, virality=SPREAD).short == (
        "Acme：一則貼文已被轉發 900 次，仍在擴散（R 1.2），預計七天內達到 1,500 至 9,000 次，"
        "該品牌的大型貼文通常達到 100 次。"
    )
    assert told("mention_viral", "zh-Hans", observed=900, expected=None, ratio=None).short == (
        "Acme：一条帖子已被转发 900 次。"
    )


def test_a_wave_of_copies_is_told_as_one_and_a_post_that_is_reshared_as_that() -> None:
    wave: dict[str, Any] = {"observed": 1_234, "expected": None, "ratio": None, "near_copy_share": 1.0}
    assert told("bought_amplification", "zh-Hant", **wave).short == (
        "Acme：1 小時內有 1,234 則近似複製的貼文，發文帳號大多幾乎沒有追蹤者。"
    )
    assert told("bought_amplification", "zh-Hans", **wave).short == (
        "Acme：1 小时内有 1,234 条近似复制的帖子，发帖账号大多几乎没有粉丝。"
    )
    post = told("bought_amplification", "zh-Hans", virality=SPREAD, scale_ms=None, **wave)
    assert post.short == "Acme：一条帖子已被转发 1,234 次，看来是买来的。"


def test_who_wrote_a_post_has_the_name_that_people_know() -> None:
    authors = [{"value": "test:id-ann", "count": 2}, {"value": "test:id-bob", "count": 1}]
    posts = [mention("1", author=author("ann")), mention("2", author=author("bob"), deleted_at=T0)]
    alert = episode(drivers={"authors": authors})
    notice = compose(alert, "opened", "k", brand_name="Acme", zone=ZoneInfo("UTC"), posts=posts)
    assert "Authors: ann (2), test:id-bob (1)" in notice.lines


def test_what_hardly_ever_comes_is_told_so() -> None:
    assert told("negative_spike", "zh-Hans", expected=0.02).short.endswith("负面提及，平时几乎没有。")
    assert told("sentiment_turn", "zh-Hant", observed=-0.5, expected=0.0, scale_ms=None).short == (
        "Acme：近期的情緒值為 -0.50，平時約為 +0.00。"
    )


def test_in_english_it_is_the_alerts_own_sentence() -> None:
    notice = told()
    assert notice.short == episode().summary
    assert notice.subject == "Acme: much more is said than usual"
    assert notice.lines[1:4] == [
        "Began 2024-03-04 08:00 CST, peak 2024-03-04 08:00 CST",
        "Seen: 120 mentions within 1 hour; usual: 12.5 (9.6 times as much)",
        "Novelty: 3.20, told from 2.00 on",
    ]


@pytest.mark.parametrize("language", CHINESE)
def test_the_subject_says_whether_it_is_over_replayed_or_a_test(language: Language) -> None:
    over = told(language=language, closed=True, replayed=True)
    say = LANGUAGES[language]
    assert over.subject == f"{say.replayed}Acme：{say.kinds['volume_spike']}{say.steps['closed']}"
    test = compose(
        episode(), "opened", "k", brand_name="Acme", zone=ZoneInfo("UTC"), language=language, is_test=True
    )  # fmt: skip
    assert test.subject.startswith(say.test)
    assert test.short == episode().summary


@pytest.mark.parametrize("language", get_args(Language))
def test_names_and_words_of_strangers_are_inert_in_every_language(language: Language) -> None:
    for text in NASTY:
        post = mention("1", text=text, author=author(text or "x"))
        drivers = {"posts": [{"id": post.id, "copies": 2}], "hashtags": [{"value": text, "count": 1}]}
        for kind in ("keyword_rule", "source_silent"):
            alert: Alert = episode(kind=kind, drivers=drivers, summary=f"Acme: {text}", rule=text, source=text)
            notice = compose(
                alert, "opened", "k", brand_name=f"Acme {text}", zone=ZoneInfo("UTC"), language=language, posts=[post]
            )
            for line in (notice.subject, *notice.lines):
                assert re.search(r"[@<>&*_~`#|\\{}^$]|\]\(|://|[\x00-\x1f\u202a-\u202e]", line) is None, (text, line)
