import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.plain_text import html_to_text, without_quote_link

TAG = re.compile(r"<[/!?]?[a-zA-Z\[-]")
ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='x' onerror='alert(1)'",
    '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:x'>y</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=x></object>",
    "<embed src=x>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    '<a href="data:text/html,<script>1</script>">x</a>',
    "<div style='background:url(javascript:x)'>y</div>",
    "<style>@import 'x';</style>",
    "<style><img src=x onerror=1></style>",
    "<link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content='0;url=javascript:x'>",
    "<base href='javascript:x//'>",
    "<form action=javascript:x><input type=submit>",
    "<button formaction=javascript:x>y</button>",
    "<input autofocus onfocus=x>",
    "<select onfocus=x autofocus>",
    "<textarea onfocus=x autofocus>",
    "<video><source onerror=x>",
    "<audio src=x onerror=y>",
    "<details open ontoggle=x>",
    "<marquee onstart=x>",
    "<math><mi//xlink:href='data:x'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=y>",
    "<noscript><p title='</noscript><img src=x onerror=y>'>",
    "<template><script>x</script></template>",
    "<!--><script>x</script>-->",
    "<!-- <img src=x onerror=y> -->",
    "<![CDATA[<script>x</script>]]>",
    "<?xml version='1.0'?><script>x</script>",
    "<xmp><script>x</script></xmp>",
    "<title><script>x</script></title>",
    "<plaintext><script>x</script>",
    "<frameset onload=x>",
    "<keygen autofocus onfocus=x>",
    "<isindex action=x>",
    "<p onclick=alert(1)>y</p>",
    "<b/onmouseover=alert(1)>y</b>",
    "<<script>x//<</script>",
    "<\x00script>x</script>",
    "<script\n>x</script\n>",
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    "</p><script>x</script>",
    "<a\nhref='java\tscript:x'>y</a>",
]


def test_the_corpus_is_large_enough() -> None:
    assert len(set(ATTACKS)) >= 50


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["{}", "before {} after", "<p>before</p>{}<p>after</p>"])
def test_no_tag_and_no_script_survives(attack: str, around: str) -> None:
    text = html_to_text(around.format(attack))
    assert not TAG.search(text)


@given(st.lists(st.sampled_from(["<", ">", "p", "br", "/", " ", "script", "x", "=", '"', "&", "amp;", "\n", "<p>"])))
def test_any_markup_gives_text(pieces: list[str]) -> None:
    assert html_to_text("".join(pieces)) is not None


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two<br>three<br/>four</p>", "one\n\ntwo\nthree\nfour"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("fish &amp; chips &lt;3 &#128578; caf&eacute;", "fish & chips <3 🙂 café"),
        ("write &lt;b&gt; for bold", "write <b> for bold"),
        ("a\n  b\tc", "a b c"),
        ('<a href="https://kettle.example/x"><span>https://</span><span>kettle.example/x</span></a> ok',
         "https://kettle.example/x ok"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<style>p{}</style><script>x()</script>", ""),
        ("手機<br>水壺", "手機\n水壺"),
    ],
)  # fmt: skip
def test_reads_as_people_see_it(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@pytest.mark.parametrize("piece", ["<div>", "<div><p>", "<div></p>", "<b><blockquote>", "<div ", "<", "</div>"])
@pytest.mark.timeout(30)  # without a limit to what is nested it takes minutes
def test_what_is_nested_without_end_is_read(piece: str) -> None:
    assert html_to_text("before" + piece * (300_000 // len(piece)) + "behind").startswith("before")


def test_deep_blocks_keep_their_words() -> None:
    nested = "".join(f"<div>{number} " for number in range(1_000))
    assert html_to_text(nested).split() == [str(number) for number in range(1_000)]


def test_a_link_to_what_is_quoted_is_left_out() -> None:
    assert without_quote_link('<p class="quote-inline">RE: <a>x</a></p><p>Well said</p>') == "</p><p>Well said</p>"
    assert without_quote_link('<p class="quote-inline">RE: ') == '<p class="quote-inline">RE: '
