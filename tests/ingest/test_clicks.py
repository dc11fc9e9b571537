"""Clicks as redirectors, shops and web analytics tell of them."""

import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing import Outcome, parse_stream, parsed
from ingest.records import Record
from ingest.source import Skipped, source
from schemas.click import Click, link_key, utm
from schemas.errors import Poison

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LINK = "https://www.shop.example/phone/?utm_source=net&utm_campaign=spring&fbclid=abc#top"
KEY = "shop.example/phone?utm_campaign=spring&utm_source=net"


def read(content: bytes) -> list[Outcome]:
    return [outcome for _, outcome in parse_stream(source("clicks"), io.BytesIO(content))]


def clicks(content: bytes) -> list[Click]:
    found = []
    for outcome in read(content):
        assert not isinstance(outcome, Poison), outcome.detail
        found += [one for one in outcome if isinstance(one, Click)]
    return found


def one(**fields: Any) -> Click:
    (found,) = clicks(orjson.dumps(fields))
    return found


def test_one_click_with_all_that_a_link_says() -> None:
    found = one(url=LINK, timestamp="2024-03-01T12:00:00Z", event="page_view", referrer="https://net.example/")
    assert (found.kind, found.at, found.link, found.url) == ("click", NOON, KEY, LINK)
    assert (found.source, found.campaign, found.medium) == ("net", "spring", None)
    assert found.referrer == "https://net.example/"
    assert one(url=LINK, at="2024-03-01T12:00:00Z", utm_source="mail").source == "mail"


def test_a_conversion_with_its_worth() -> None:
    found = one(link=LINK, at=1_709_294_400, type="Purchase", revenue="1,020.50", currency="eur", order_id="77")
    assert (found.kind, found.value, found.currency, found.at) == ("conversion", 1020.5, "EUR", NOON)
    assert one(link=LINK, at=1_709_294_400, type="purchase", revenue="free").value is None


def test_a_table_with_the_names_that_people_use() -> None:
    table = (
        "Short URL;Clicked At;Event;UTM_Source\r\n"
        "https://sho.example/a1;2024-03-01 12:00:00;click;net\r\n"
        "https://sho.example/a1;2024-03-01 12:00:01;scroll;net\r\n"
        "no address;2024-03-01 12:00:02;click;net\r\n"
        "https://sho.example/a1;2024-03-01 12:00:03;sign up;\r\n"
        "https://sho.example/a1;2024-03-01\r\n"
    )
    outcomes = read(table.encode("utf-16"))
    kinds = [outcome.reason if isinstance(outcome, Poison) else outcome[0] for outcome in outcomes]
    assert [kind if isinstance(kind, str | Skipped) else kind.kind for kind in kinds if not isinstance(kind, str)] == [
        "click", Skipped("another event"), "conversion",
    ]  # fmt: skip
    assert next(kind for kind in kinds if isinstance(kind, str)) == "bad_value"
    assert len(outcomes) == 5


def test_lines_an_array_and_one_document_are_the_same() -> None:
    rows = [{"url": LINK, "at": f"2024-03-01T12:00:0{number}Z"} for number in range(3)]
    lines = clicks(b"\n".join(map(orjson.dumps, rows)))
    assert len({click.id for click in lines}) == 3
    assert clicks(orjson.dumps(rows)) == lines
    assert clicks(orjson.dumps(rows, option=orjson.OPT_INDENT_2)) == lines


def test_the_same_click_has_the_same_id_and_a_conversion_another() -> None:
    first = one(id="7", url=LINK, at=1_709_294_400)
    assert one(id="7", url=LINK, at=1_709_294_400, more="x").id == first.id
    assert one(id="7", url=LINK, at=1_709_294_400, event="purchase").id != first.id
    assert one(url=LINK, at=1_709_294_400).id == one(at=1_709_294_400, url=LINK).id


def test_without_a_time_it_is_when_it_came_and_in_a_recording_none() -> None:
    payload = orjson.dumps({"url": LINK})
    (found,) = source("clicks").parse(Record(1, payload, seen_at=NOON))
    assert isinstance(found, Click)
    assert found.at == NOON
    outcome = parsed(source("clicks"), Record(1, payload))
    assert isinstance(outcome, Poison)
    assert outcome.reason == "bad_time"


@pytest.mark.parametrize(
    "spelt",
    [
        "https://shop.example/phone?utm_campaign=spring&utm_source=net", "HTTPS://WWW.Shop.Example:443/phone/?"
        "utm_source=net&utm_campaign=spring", "http://shop.example/phone?utm_source=net&gclid=9&utm_campaign=spring#a",
    ],
)  # fmt: skip
def test_a_link_has_one_key_however_it_is_spelt(spelt: str) -> None:
    assert link_key(spelt) == KEY


def test_what_makes_links_differ_stays() -> None:
    keys = {link_key(f"https://shop.example{rest}") for rest in ("", "/a", "/A", "/a?x=1", "/a?x=2", ":8443/a")}
    assert len(keys) == 6
    assert link_key("ftp://shop.example/") is None
    assert link_key("shop.example") is None


@given(st.text(max_size=60))
def test_no_address_is_too_odd(text: str) -> None:
    for url in (text, f"https://{text}", f"https://shop.example/?{text}"):
        link_key(url)
        utm(url)


@given(
    st.dictionaries(
        st.sampled_from(["url", "at", "kind", "value", "id", "currency"]),
        st.none() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.floats() | st.lists(st.booleans()),
    )
)
def test_no_event_is_too_odd(event: dict[str, Any]) -> None:
    outcome = parsed(source("clicks"), Record(1, orjson.dumps(event), seen_at=NOON))
    assert isinstance(outcome, Poison | list)
