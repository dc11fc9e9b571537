"""HTML to the text that people see."""

import html
import re
from collections import Counter

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
_NESTING = re.compile(rf"<(/?)({'|'.join(sorted(_BLOCKS - {'br', 'hr'}))})\b[^<>]*>", re.IGNORECASE)
_DEEPEST = 200  # blocks in blocks; the parser's time grows with the square of it, and nobody writes so
_QUOTE_LINK = re.compile(r'<(p|span) class="(?:[^"]* )?quote-inline(?: [^"]*)?">')
_BLANK = str.maketrans("\t\r\n\f", "    ")
_SPACES = re.compile("  +")
_CLEANER = nh3.Cleaner(tags=_BLOCKS, clean_content_tags=_DROPPED, attributes={}, link_rel=None)
_EMPTY_LINES = re.compile(r"\n{3,}")


def html_to_text(markup: str) -> str:
    """Return the text of an HTML fragment: no tag and no script, line breaks where blocks end, characters unescaped.

    The text of a link is kept, its target is not. What was escaped is text and stays: `&lt;b&gt;` becomes `<b>`, three
    characters that somebody wrote, so whoever shows the result as HTML has to escape it like any other text.
    """
    # What comes back is well formed: blocks without attributes, and every other angle bracket escaped.
    markup = _shallow(markup.replace("\0", ""))
    clean = _CLEANER.clean(markup)
    text = html.unescape(_TAG.sub("\n", _SPACES.sub(" ", clean.translate(_BLANK))))
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.strip(" ") for line in text.split("\n"))).strip()


def without_quote_link(markup: str) -> str:
    """Return a post's HTML without the link that stands in it for readers who are not shown what it quotes."""
    link = _QUOTE_LINK.search(markup)
    end = markup.find(f"</{link[1]}>", link.end()) if link else -1
    return markup[: link.start()] + markup[end:] if link and end >= 0 else markup


def _shallow(markup: str) -> str:
    """Return the markup with a line break for each block that opens deeper than 200 blocks."""
    if markup.count("<") <= _DEEPEST:
        return markup
    opened: Counter[str] = Counter()

    def flat(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if tag[1]:
            opened[name] -= opened[name] > 0  # what closes nothing opens nothing either
        elif opened.total() >= _DEEPEST:
            return "<br>"
        else:
            opened[name] += 1
        return tag[0]

    return _NESTING.sub(flat, markup)
