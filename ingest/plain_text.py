"""HTML to the text that people see."""

import html
import re

import nh3

_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th",
    "tr", "ul",
}  # fmt: skip
# Browsers read what stands in these as text or not at all; in a post it is nobody's words.
_DROPPED = {
    "script",
    "style",
    "title",
    "textarea",
    "xmp",
    "plaintext",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "template",
}
_TAG = re.compile(r"<[^>]*>")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_GAPS = re.compile(r" *\n *")
_EMPTY_LINES = re.compile(r"\n{3,}")


def html_to_text(markup: str) -> str:
    """Return the text of an HTML fragment: no tag and no script, line breaks where blocks end, characters unescaped.

    The text of a link is kept, its target is not. What was escaped is text and stays: `&lt;b&gt;` becomes `<b>`, three
    characters that somebody wrote, so whoever shows the result as HTML has to escape it like any other text.
    """
    # What comes back is well formed: blocks without attributes, and every other angle bracket escaped.
    clean = nh3.clean(markup.replace("\0", ""), tags=_BLOCKS, clean_content_tags=_DROPPED, attributes={}, link_rel=None)
    text = _TAG.sub("\n", _SPACES.sub(" ", clean))
    return _EMPTY_LINES.sub("\n\n", _GAPS.sub("\n", html.unescape(text))).strip()
