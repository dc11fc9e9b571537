"""GDELT's files, golden: the Global Knowledge Graph and the mentions, in all that they are packed in."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.gdelt_codes import iso_country, source_language
from ingest.parsing import Outcome, parse_stream
from ingest.source import Skipped, source
from ingest.sources.gdelt_gkg import COLUMNS as GKG
from ingest.sources.gdelt_mentions import COLUMNS as MENTIONS
from schemas.errors import Poison
from schemas.post import Author, Media, Place, PostEvent, post_id

URL = "https://news.example/kettle?a=1"
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ARTICLE = {
    "gkgrecordid": "20240301120000-7", "date": "20240301120000", "sourcecollectionidentifier": "1",
    "sourcecommonname": "news.example", "documentidentifier": URL,
    "v2locations": "4#Taipei, Taiwan#TW#TW03#15000#25.0392#121.525#-2637882#90;1#German#GM#GM##51#9#GM#12",
    "locations": "1#Germany#GM#GM#51#9#GM", "sharingimage": "https://news.example/a.jpg",
    "relatedimages": "http:/news.example/b.jpg;https://news.example/c.jpg?x=1;2",
    "socialvideoembeds": "https://video.example/1;", "translationinfo": "srclc:zho;eng:GT-ZHO 1.0",
    "extras": "<PAGE_LINKS>https://a.example/?x=1&amp;y=2;https://b.example/</PAGE_LINKS>"
    "<PAGE_PRECISEPUBTIMESTAMP>20240301113000</PAGE_PRECISEPUBTIMESTAMP>"
    "<PAGE_AUTHORS>Mia Wu;Bo L&#x00E9;</PAGE_AUTHORS><PAGE_TITLE>Kettles &amp; &#x8336;</PAGE_TITLE>",
}  # fmt: skip
MENTION = {
    "globaleventid": "5", "eventtimedate": "20200101000000", "mentiontimedate": "20240301120000", "mentiontype": "1",
    "mentionsourcename": "news.example", "mentionidentifier": URL, "mentiondoctranslationinfo": "srclc:fra;eng:x",
}  # fmt: skip


def row(cells: dict[str, str], columns: list[str] = GKG, **changes: str) -> bytes:
    return "\t".join((cells | changes).get(name, "") for name in columns).encode()


def outcomes(name: str, payload: bytes) -> list[Outcome]:
    return [outcome for _, outcome in parse_stream(source(name), io.BytesIO(payload))]


def article(payload: bytes, name: str = "gdelt-gkg") -> PostEvent:
    (outcome,) = outcomes(name, payload)
    assert not isinstance(outcome, Poison), outcome
    (found,) = outcome
    assert isinstance(found, PostEvent)
    return found


def test_an_article() -> None:
    assert article(row(ARTICLE)) == PostEvent(
        id=post_id("gdelt", URL), source="gdelt", native_id=URL, kind="article", version=1709294400000,
        published_at=datetime(2024, 3, 1, 11, 30, tzinfo=UTC), observed_at=NOON, title="Kettles & 茶", lang="zh",
        url=URL, author=Author(name="Mia Wu, Bo Lé", handle="news.example"),
        links=["https://a.example/?x=1&y=2", "https://b.example/"],
        media=[
            Media(kind="image", url="https://news.example/a.jpg"), Media(kind="image", url="http://news.example/b.jpg"),
            Media(kind="image", url="https://news.example/c.jpg?x=1;2"),
            Media(kind="video", url="https://video.example/1"),
        ],
        place=Place(name="German", country="DE", lat=51, lon=9),
    )  # fmt: skip


def test_an_article_that_says_little() -> None:
    little = {name: ARTICLE[name] for name in GKG[:5]}
    assert article(row(little)) == PostEvent(
        id=post_id("gdelt", URL), source="gdelt", native_id=URL, kind="article", version=1709294400000,
        published_at=NOON, observed_at=NOON, lang="en", url=URL,
        author=Author(name="news.example", handle="news.example"),
    )  # fmt: skip


def test_the_country_of_a_row_is_not_that_of_a_place() -> None:
    found = article(row(ARTICLE, v2locations="4#Budapest, Budapest, Hungary#RS#HU05#12345#47.5#19.0833#-850553#4"))
    assert found.place == Place(name="Budapest, Budapest, Hungary", country="HU", lat=47.5, lon=19.0833)
    listed = article(row(ARTICLE, v2locations="", locations="1#Serbia#RI#RI#44#21#RI;1#Germany#GM#GM#51#9#GM"))
    assert listed.place == Place(name="Serbia", country="RS", lat=44, lon=21)


def test_a_place_that_cannot_be_read_does_not_take_the_article_with_it() -> None:
    odd = "1#Norway#NO#NO##62#10#NO#none;1#German#GM#GM##x#9#GM#12"
    assert article(row(ARTICLE, v2locations=odd)).place == Place(name="German", country="DE", lon=9)
    assert article(row(ARTICLE, v2locations="none", locations="none")).place is None


def test_a_citation_has_no_address() -> None:
    found = article(row(ARTICLE, sourcecollectionidentifier="2", documentidentifier="Radio /(c) Radio"))
    assert (found.native_id, found.url) == ("20240301120000-7", None)
    assert article(row(ARTICLE, sourcecollectionidentifier="6", translationinfo="")).lang is None


def test_a_mention_is_as_old_as_its_article_and_not_as_its_event() -> None:
    found = article(row(MENTION, MENTIONS), "gdelt-mentions")
    assert found == PostEvent(
        id=post_id("gdelt", URL), source="gdelt", native_id=URL, kind="article", version=1709294399999,
        published_at=NOON, observed_at=NOON, lang="fr", url=URL,
        author=Author(name="news.example", handle="news.example"),
    )  # fmt: skip
    assert found.version < article(row(ARTICLE)).version
    cited = article(row(MENTION, MENTIONS, mentionidentifier="Radio"), "gdelt-mentions")
    assert (cited.native_id, cited.url) == ("20240301120000:Radio", None)


def test_an_archive_of_several_files() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20240301120000.gkg.csv", row(ARTICLE) + b"\n" + row(ARTICLE, documentidentifier=f"{URL}2"))
        archive.writestr("20240301121500.gkg.csv", row(ARTICLE, documentidentifier=f"{URL}3") + b"\n")
    found = list(parse_stream(source("gdelt-gkg"), io.BytesIO(packed.getvalue())))
    assert [(record.number, isinstance(outcome, list)) for record, outcome in found] == [(n, True) for n in (1, 2, 3)]
    (cut,) = outcomes("gdelt-gkg", packed.getvalue()[:-30])
    assert isinstance(cut, Poison)
    assert cut.reason == "truncated"


@pytest.mark.parametrize("separator", ["\t", ","])
def test_a_table_with_a_header(separator: str) -> None:
    names = ["GLOBALEVENTID", "EventTimeDate", "MentionTimeDate", "MentionType", "MentionSourceName"]
    header = [*names, "MentionIdentifier", "MentionDocTranslationInfo"]
    cells = ["5", "20200101000000", "20240301120000", "1", "news.example", URL, "srclc:fra;eng:x"]
    table = f"{separator.join(header)}\n{separator.join(cells)}\n".encode()
    assert article(table, "gdelt-mentions") == article(row(MENTION, MENTIONS), "gdelt-mentions")


def test_the_list_of_the_newest_files_is_no_article() -> None:
    line = b"150383 297a16b493de7cf6ca809a7cc31d0b93 http://data.example/gdeltv2/20240301120000.gkg.csv.zip"
    assert outcomes("gdelt-gkg", line) == [[Skipped("file list")]]
    assert outcomes("gdelt-mentions", line) == [[Skipped("file list")]]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"secret", "truncated"),
        (row(ARTICLE) + b"\tsecret", "bad_shape"),
        (row(ARTICLE, date="secret"), "bad_time"),
        (row(ARTICLE, date="00010101000000"), "bad_time"),
        (row(ARTICLE, extras="<PAGE_TITLE>secret</PAGE"), "truncated"),
        (row(ARTICLE, documentidentifier="", gkgrecordid=""), "bad_value"),
        (row(ARTICLE).replace(b"Mia", b"\xff"), "bad_encoding"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(payload: bytes, reason: str) -> None:
    (refused,) = outcomes("gdelt-gkg", payload)
    assert isinstance(refused, Poison)
    assert refused.reason == reason
    assert "secret" not in str(refused)


def test_codes() -> None:
    assert [iso_country(code) for code in ("CH", "SZ", "TW", "UK", "GM", "JA", "KS", "AS", "uv", "XX", "")] == [
        "CN", "CH", "TW", "GB", "DE", "JP", "KR", "AU", "BF", None, None,
    ]  # fmt: skip
    assert [source_language(told) for told in ("", "srclc:ces;eng:x", "srclc:fil;eng:x", "eng:x")] == [
        "en", "cs", "fil", None,
    ]  # fmt: skip


CELLS = st.text("0123456789#;<>/PAGE_TITLE:h.-\t\r", max_size=40) | st.sampled_from([*ARTICLE.values(), "1" * 5000])


@given(
    cells=st.lists(CELLS, min_size=27, max_size=27), table=st.sampled_from([("gdelt-gkg", 27), ("gdelt-mentions", 16)])
)
def test_any_row_is_an_article_or_poison(cells: list[str], table: tuple[str, int]) -> None:
    name, columns = table
    for outcome in outcomes(name, "\t".join(cells[:columns]).encode()):
        assert isinstance(outcome, (list, Poison))


@given(st.binary(max_size=200))
def test_no_archive_makes_a_source_raise(rest: bytes) -> None:
    assert all(isinstance(outcome, Poison) for outcome in outcomes("gdelt-gkg", b"PK\x03\x04" + rest))
