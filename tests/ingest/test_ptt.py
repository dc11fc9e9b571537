import io
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from ingest.parsing import Outcome, parse_stream
from ingest.source import Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Place, PostEvent, post_id
from schemas.wire import ms
from tests.support.network_recordings import ptt_page

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ARTICLE = "Tea/M.1709294400.A.0AB"
MINUTE = timedelta(minutes=1)


def outcomes(*pages: str | bytes) -> list[Outcome]:
    recording = b"".join(page if isinstance(page, bytes) else page.encode() for page in pages)
    return [outcome for _, outcome in parse_stream(source("ptt"), io.BytesIO(recording))]


def posts(page: str) -> list[PostEvent]:
    [found] = outcomes(page)
    assert isinstance(found, list), found
    return [item for item in found if isinstance(item, PostEvent)]


def test_an_article_with_its_pushes() -> None:
    pushes = [
        ("推", "bo", "好 https://a.example/", "03/01 20:01"),
        ("噓", "cy", "不好", "03/01 20:01"),
        ("→", "bo", "嗯", "03/01 20:03"),
    ]
    article, *answers = posts(ptt_page("好茶\nhttps://i.example/t.jpg https://tea.example/", *pushes))
    assert (article.id, article.native_id, article.kind) == (post_id("ptt", ARTICLE), ARTICLE, "post")
    assert (article.title, article.text) == ("[問卦] 茶", "好茶\nhttps://i.example/t.jpg https://tea.example/")
    assert (article.published_at, article.version) == (NOON, ms(NOON))
    assert article.author == Author(id="mia", handle="mia", name="Mia")
    assert (article.counts, article.place) == (Counts(likes=1, replies=3), Place(name="臺灣"))
    assert article.url == f"https://www.ptt.cc/bbs/{ARTICLE}.html"
    assert (article.links, [medium.kind for medium in article.media]) == (["https://tea.example/"], ["image"])
    assert [(answer.text, answer.flags) for answer in answers] == [
        ("好 https://a.example/", ["push"]), ("不好", ["boo"]), ("嗯", []),
    ]  # fmt: skip
    assert {(answer.kind, answer.parent_id, answer.root_id) for answer in answers} == {
        ("reply", article.id, article.id)
    }
    assert [answer.published_at for answer in answers] == [NOON + MINUTE, NOON + MINUTE, NOON + 3 * MINUTE]


def test_recorded_answers() -> None:
    answer = {"request": {}, "response": {"body": {"string": ptt_page("好茶")}}}
    [page] = outcomes(orjson.dumps({"interactions": [answer]}))
    assert isinstance(page, list)
    assert [item.text for item in page if isinstance(item, PostEvent)] == ["好茶"]


def test_a_page_without_a_head_is_known_by_its_foot() -> None:
    page = ptt_page("好茶").replace("canonical", "other")
    foot = '<span class="f2">※ 文章網址: <a href="{0}">{0}</a>\n</span></div></body>'
    for name in ("M.1700000000.A.0AA", ARTICLE.partition("/")[2]):
        page = page.replace("</div></body>", foot.format(f"https://www.ptt.cc/bbs/Tea/{name}.html"))
    [article] = posts(page)
    assert article.native_id == ARTICLE


def test_a_push_has_the_first_year_that_keeps_the_order() -> None:
    pushes = [
        ("→", "bo", "a", when) for when in ("12/31 23:59", "01/01 00:01", "01/01 00:00", "02/29 10:00", "", "04/01")
    ]
    _, *answers = posts(ptt_page("好茶", *pushes))
    local = [answer.published_at and (answer.published_at + timedelta(hours=8)) for answer in answers]
    assert [moment and (moment.year, moment.month, moment.day) for moment in local] == [
        (2024, 12, 31), (2025, 1, 1), (2025, 1, 1), (2028, 2, 29), (2028, 2, 29), (2028, 4, 1),
    ]  # fmt: skip


def test_a_push_that_is_read_again_is_the_same_push() -> None:
    first, second, third = (("推", "bo", "好", "03/01 20:01") for _ in range(3))
    _, *before = posts(ptt_page("好茶", first, second))
    _, *after = posts(ptt_page("好茶", first, second, third))
    assert [answer.id for answer in before] == [answer.id for answer in after[:2]]
    assert len({answer.id for answer in after}) == 3


def test_an_answer_cites_another_article() -> None:
    [article] = posts(ptt_page("※ 引述《bo (Bo)》之銘言：\n: 水開了\n: 沒有\n\n開了", title="Re: [問卦] 水"))
    assert (article.kind, article.text, article.quoted_text) == ("reply", "開了", "水開了\n沒有")
    assert article.counts is None


def test_an_edit_is_told_below() -> None:
    edit = '</span><span class="f2">※ 編輯: mia (192.0.2.1 臺灣), 03/01/2024 21:00:00\n</span><div class="push">'
    [article, _] = posts(ptt_page("好茶", ("推", "bo", "好", "03/01 20:01")).replace('</span><div class="push">', edit))
    assert (article.op, article.version, article.text) == ("update", ms(NOON) + 3_600_000, "好茶")


def test_what_was_deleted() -> None:
    [gone] = posts(ptt_page("", title="(本文已被刪除) [mia]"))
    assert (gone.op, gone.native_id, gone.text, gone.version) == ("delete", ARTICLE, None, ms(NOON))
    listed = (
        '<!DOCTYPE html><html><body><div class="r-list-container"><div class="r-ent"><div class="title">'
        '<a href="/bbs/Tea/M.1709294400.A.0AB.html">[問卦] 茶</a></div></div>'
        '<div class="r-ent"><div class="title">(本文已被刪除) [mia]</div></div></div></body></html>'
    )
    assert outcomes(listed) == [[Skipped("entry"), Skipped("deleted")]]


def test_pages_follow_each_other_or_stand_in_json() -> None:
    page = ptt_page("好茶")
    other = orjson.dumps({"url": f"https://www.ptt.cc/bbs/{ARTICLE}.html", "html": page, "seen_at": "2024-03-02"})
    first, second = outcomes(page, page)
    assert first == second
    [[live]] = [outcome for outcome in outcomes(other) if isinstance(outcome, list)]
    assert isinstance(live, PostEvent)
    assert (live.observed_at, live.version) == (datetime(2024, 3, 2, tzinfo=UTC), ms(NOON))


def test_the_head_is_not_believed_against_the_address() -> None:
    [article] = posts(ptt_page("好茶").replace("Fri Mar  1 20:00:00 2024", "Fri Mar  1 20:00:00 2019"))
    assert article.published_at == NOON


def test_other_pages() -> None:
    asked = '<!DOCTYPE html><html><body><form action="/ask/over18" method="post"></form></body></html>'
    assert outcomes(asked) == [[Skipped("over18")]]
    for bad in (
        ptt_page("好茶")[:-60],
        "<!DOCTYPE html><html></html>",
        ptt_page("好茶").encode() + b"<!DOCTYPE html>\xff",
    ):
        assert isinstance(outcomes(bad)[-1], Poison)


@pytest.mark.parametrize("markup", ["<div>", "<!--", "<a href='", "</", "<![CDATA[", "<span class='push-tag'>"])
def test_crafted_markup_takes_no_time(markup: str) -> None:
    [refused] = outcomes("<!DOCTYPE html>" + markup * 100_000)
    assert isinstance(refused, Poison)


@pytest.mark.parametrize("markup", ["<", "<!", "<div id='main-content'>", "</div></div>", "<![CDATA[", "<a href='"])
def test_broken_markup_is_refused(markup: str) -> None:
    assert all(isinstance(outcome, Poison) for outcome in outcomes(markup))
