"""Pages of PTT's boards on the web: an article with the pushes below it, or a board's list of articles."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from schemas.errors import Poison

_VOID = {"link", "meta"}
_TAGS = {"a", "div", "form", "link", "meta", "span"}
_ATTRIBUTES = {
    "*": {"class", "id"}, "a": {"href"}, "form": {"action"}, "link": {"href", "rel"}, "meta": {"content", "property"},
}  # fmt: skip
_ADDRESS = re.compile(r"/bbs/([\w-]{1,40}/[MG]\.\d{1,12}\.A\.[0-9A-Fa-f]{3})\.html")
_FOOT = re.compile(r"※ 文章網址: *(\S+)")  # below every article; who answers may quote that of another above
_DEEPEST = 256
_PUSH_PARTS = ("push-tag", "push-userid", "push-content", "push-ipdatetime")


@dataclass(slots=True)
class Push:
    """A short remark below an article: its `tag` is 推 (for), 噓 (against) or → (neither); `when` has no year."""

    tag: str = ""
    user: str = ""
    text: str = ""
    when: str = ""


@dataclass(slots=True)
class Page:
    """What stands on a page. `address` is BOARD/FILE of its article, `meta` the head of that by its labels, `body` its
    text with all that follows below, `entries` of a list address and title, None for an article without an address."""

    address: str | None = None
    title: str | None = None
    meta: dict[str, str] = field(default_factory=dict)
    body: str = ""
    pushes: list[Push] = field(default_factory=list)
    entries: list[tuple[str | None, str]] = field(default_factory=list)
    is_article: bool = False
    asks_for_age: bool = False


def read_page(markup: str, url: str | None = None) -> Page:
    """Return what a page says. Raises Poison: truncated (its end is missing), too_deep, unknown_kind (another page)."""
    if markup.count("<div") - markup.count("</div") > _DEEPEST:  # which would keep the cleaner busy as well
        raise Poison("too_deep", f"more than {_DEEPEST} levels")
    # The standard reader takes hours over crafted markup; what the cleaner gives back is well formed.
    reader = _Reader()
    reader.feed(nh3.clean(markup.replace("\0", ""), tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None))
    reader.close()
    page = reader.page
    foot = _FOOT.findall(page.body)
    page.address = article_address(url) or page.address or article_address(foot[-1] if foot else None)
    if not (page.is_article or page.entries or reader.is_list or page.asks_for_age):
        raise Poison("unknown_kind", "no page of PTT")
    if "</html>" not in markup[-200:].lower():
        raise Poison("truncated", "a page without its end")
    return page


def article_address(url: str | None) -> str | None:
    """Return BOARD/FILE of the article that an address leads to."""
    found = _ADDRESS.search(url or "")
    return found[1] if found else None


class _Reader(HTMLParser):
    """Follows the classes that the pages give their parts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.is_list = False
        self._inside: list[tuple[str, str]] = []  # open elements, each with the part of the page that it is
        self._body: list[str] = []
        self._label = ""
        self._entry: tuple[str | None, str] = (None, "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "link" and said.get("rel") == "canonical":
            self.page.address = article_address(said.get("href"))
        elif tag == "meta" and said.get("property") == "og:title":
            self.page.title = said.get("content")
        if tag in _VOID:
            return
        if len(self._inside) == _DEEPEST:
            raise Poison("too_deep", f"more than {_DEEPEST} levels")
        part = self._part(tag, said)
        self._inside.append((tag, part))
        if part == "main":
            self.page.is_article = True
        elif part == "push":
            self.page.pushes.append(Push())
        elif part == "title":
            self._entry = (None, "")
        elif part == "entry" and tag == "a":
            self._entry = (article_address(said.get("href")), "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _ in self._inside):
            return
        while True:
            name, part = self._inside.pop()
            if part == "title":
                self.page.entries.append((self._entry[0], self._entry[1].strip()))
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        part = self._inside[-1][1] if self._inside else ""
        if part == "label":
            self._label = data.strip()
        elif part == "value":
            self.page.meta[self._label] = data.strip()
        elif part in _PUSH_PARTS and self.page.pushes:
            push, name = self.page.pushes[-1], part.removeprefix("push-")
            name = {"userid": "user", "content": "text", "ipdatetime": "when"}.get(name, name)
            setattr(push, name, getattr(push, name) + data)
        elif part == "main":
            self._body.append(data)
        elif part in ("title", "entry"):
            self._entry = (self._entry[0], self._entry[1] + data)

    def close(self) -> None:
        super().close()
        self.page.body = "".join(self._body)

    def _part(self, tag: str, said: dict[str, str]) -> str:
        """Return which part an element begins, or that in which it stands."""
        around = self._inside[-1][1] if self._inside else ""
        classes = said.get("class", "").split()
        if said.get("id") == "main-content":
            return "main"
        if said.get("action", "").endswith("/ask/over18"):
            self.page.asks_for_age = True
        if "r-list-container" in classes:
            self.is_list = True
        if around == "main":
            if any(name.startswith("article-metaline") for name in classes):
                return "head"
            return "push" if "push" in classes else "main"
        if around == "head":
            return {"article-meta-tag": "label", "article-meta-value": "value"}.get(" ".join(classes), "head")
        if around == "push" or around in _PUSH_PARTS:
            return next((name for name in classes if name in _PUSH_PARTS), around)
        if "title" in classes and tag == "div":
            return "title"
        return "entry" if around in ("title", "entry") else around
