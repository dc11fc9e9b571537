import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.hyperlinks import html_links, linked_media, media_kind, text_links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://a.example/x, and http://b.example.", ["https://a.example/x", "http://b.example"]),
        ("看https://a.example/水壶，好", ["https://a.example/水壶"]),
        ("（https://a.example/a）", ["https://a.example/a"]),
        ("[t](https://a.example/a) https://b.example/a_(b)", ["https://a.example/a", "https://b.example/a_(b)"]),
        ("https://a.example/a https://a.example/a", ["https://a.example/a"]),
        ("no link: ftp://a.example", []),
    ],
)
def test_addresses_in_text_end_where_the_sentence_goes_on(text: str, links: list[str]) -> None:
    assert text_links(text) == links


@pytest.mark.parametrize(
    ("markup", "links"),
    [
        ('<a href="https://a.example/?x=1&amp;y">t</a>', ["https://a.example/?x=1&y"]),
        ("<A HREF='https://a.example/' class='x'>t</A>", ["https://a.example/"]),
        ('<a class="u-url mention" href="https://a.example/@a">@a</a>', []),
        ('<a href="https://a.example/t" rel="nofollow tag">#t</a>', []),
        ('<a href="javascript:alert(1)">t</a><a>t</a><b href="https://a.example/">t</b>', []),
    ],
)
def test_links_in_html_but_those_to_people_and_tags(markup: str, links: list[str]) -> None:
    assert html_links(markup) == links


@pytest.mark.parametrize(
    ("address", "content_type", "kind"),
    [
        ("u", "image/png", "image"),
        ("u", "image/gif", "gif"),
        ("u", "application/x-mpegURL", "video"),
        ("u.jpg", "application/pdf", None),
        ("https://a.example/a.JPG?x=1", None, "image"),
        ("https://a.example/a.mp3", None, "audio"),
        ("https://a.example/a", None, None),
        ("https://[", None, None),
    ],
)
def test_kinds_of_media(address: str, content_type: str | None, kind: str | None) -> None:
    assert media_kind(address, content_type) == kind


def test_links_and_media_part() -> None:
    links, media = linked_media(["https://a.example/", "https://a.example/a.png"])
    assert links == ["https://a.example/"]
    assert media == [{"kind": "image", "url": "https://a.example/a.png"}]


@given(text=st.text(st.sampled_from("htps:/.<>a[]()\"'=&;#x 水，"), max_size=60))
def test_any_text_has_whole_addresses_or_none(text: str) -> None:
    for link in [*text_links(f"https://{text}"), *html_links(f"<a href='{text}'>{text}</a>")]:
        assert link.lower().startswith(("http://", "https://"))
        assert " " not in link
        media_kind(link)
