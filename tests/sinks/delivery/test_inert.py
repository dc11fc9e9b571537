"""Strangers' words in a notice: nothing of them is acted on."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.delivery.inert import EXCERPT, inert, web_address
from tests.support.episodes import NASTY

ALIVE = re.compile(r"[@<>&*_~`#\[\]|\\{}^$＠＃\x00-\x1f\x7f-\x9f]|://|:\w+:|\w\.[A-Za-z]{2}")


@pytest.mark.parametrize("text", NASTY)
def test_nothing_of_it_is_alive(text: str) -> None:
    assert ALIVE.search(inert(text)) is None


@given(st.text())
def test_whatever_is_written(text: str) -> None:
    made = inert(text)
    assert ALIVE.search(made) is None
    assert len(made) <= EXCERPT
    assert all(unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for sign in made)
    assert inert(made) == made


def test_it_can_still_be_read() -> None:
    assert inert("The Acme phone is broken, again! 10:30, 3.5 stars (really?)") == (
        "The Acme phone is broken, again! 10:30, 3.5 stars (really?)"
    )
    assert inert("愛客美手機，又壞了。") == "愛客美手機，又壞了。"
    assert inert("ask @acme at https://acme.example") == "ask ﹫acme at https：//acme․example"


def test_a_long_text_is_cut_at_the_end_of_a_word() -> None:
    assert inert("one two three four", 12) == "one two…"
    assert inert("x" * 300, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://a.example/p/1?x=1&y=2#z", "https://a.example/p/1?x=1&y=2#z"),
        ("https://a.example/@every_one", "https://a.example/%40every%5Fone"),
        ("https://a.example/%E8%B7%AF/路", "https://a.example/%E8%B7%AF/%E8%B7%AF"),
        ("https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://user:word@a.example/x", None),
        ("https://a.example/)<b>|`*[x]", "https://a.example/%29%3Cb%3E%7C%60%2A%5Bx%5D"),
        ("at://did:plc:abc/app.bsky.feed.post/1", None),
        ("javascript:alert(1)", None),
        ("https://a.example\n@everyone", None),
        ("https://[bad", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses_lead_to_the_same_place(url: str | None, made: str | None) -> None:
    assert web_address(url) == made
