"""Articles of PTT and the pushes below them to post events.

Clocks there are Taiwan's, without a word about it, and a push has no year: it is the first one that does not put the
push before what stands above it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from ingest.foreign import given, post_event, words
from ingest.hyperlinks import linked_media, text_links
from ingest.ptt_pages import Page, Push
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.times import recorded_time
from schemas.wire import ms

NETWORK = "ptt"
DELETED = re.compile(r"^\s*(?:Re: )?\((?:本文已被刪除|已被\S{1,20}刪除)\)")
_TAIWAN = timezone(timedelta(hours=8))
_WRITTEN = "%a %b %d %H:%M:%S %Y"
_STATION = re.compile(r"^※ 發信站", re.MULTILINE)
_EDITED = re.compile(r"^※ 編輯: .*?(\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2})\s*$", re.MULTILINE)
_FROM = re.compile(r"來自: \S+ \(([^()\n]{1,40})\)")
_CITING = re.compile(r"^※ 引述《.*?》之銘言：?[ \t]*\n?", re.MULTILINE)
_CITED = re.compile(r"^: ?(.*)\n?", re.MULTILINE)
_AUTHOR = re.compile(r"(\S+)(?: \((.*)\))?")
_PUSHED = re.compile(r"(\d{1,2})/(\d{1,2})(?: (\d{1,2}):(\d{2}))?\s*$")
_AGAIN = timedelta(days=1)  # pushes of one minute need not be in order


def article_events(page: Page, seen_at: datetime | None) -> Iterator[PostEvent]:
    """Yield an article and its pushes, in order. Raises Poison."""
    native_id = page.address
    if native_id is None:
        raise Poison("bad_value", "a page that does not say which article it shows")
    begun = recorded_time(int(native_id.split(".")[1]))
    title = page.meta.get("標題") or page.title or ""
    if DELETED.match(title):
        yield deletion(native_id, seen_at)
        return
    written = _written(page.meta.get("時間"), begun)
    pushes = list(_dated(page.pushes, written))
    own, cited, below = _told(page.body)
    edits = [_taiwan(edit, "%m/%d/%Y %H:%M:%S") for edit in _EDITED.findall(below)]
    edited = max((edit for edit in edits if edit and edit >= written), default=None)
    seen = seen_at or max([written, *filter(None, (edited,)), *(at for _, at in pushes)])
    links, media = linked_media(text_links(own))
    origin = _FROM.search(below)
    found = _AUTHOR.fullmatch(page.meta.get("作者", "").strip())
    user, nickname = (found[1], found[2]) if found else (None, None)
    yield post_event(
        NETWORK, native_id, seen, written,
        version=ms(edited) if edited else None,
        op="update" if edited else "create",
        kind="reply" if title.startswith("Re: ") else "post",
        title=words(title),
        text=words(own),
        quoted_text=words(cited),
        url=f"https://www.ptt.cc/bbs/{native_id}.html",
        links=links,
        media=media,
        counts=given(likes=sum("推" in push.tag for push, _ in pushes), replies=len(pushes)) if pushes else None,
        author=given(id=words(user), handle=words(user), name=words(nickname)),
        place=given(name=origin[1]) if origin else None,
    )  # fmt: skip
    yield from _pushed(native_id, pushes, seen_at)


def deletion(native_id: str, seen_at: datetime | None) -> PostEvent:
    """Return the deletion of an article; where nobody says when, it has the time that its address begins with."""
    at = seen_at or recorded_time(int(native_id.split(".")[1]))
    return post_event(NETWORK, native_id, at, version=ms(at), op="delete")


def _pushed(article: str, pushes: list[tuple[Push, datetime]], seen_at: datetime | None) -> Iterator[PostEvent]:
    """Yield pushes as answers. They have no ids: who said what when is one, and how often that was said before."""
    said: Counter[str] = Counter()
    for push, at in pushes:
        text = push.text.removeprefix(":").strip()
        user = push.user.strip()
        what = f"{push.tag.strip()} {user} {text} {push.when.strip()}"
        said[what] += 1
        links, media = linked_media(text_links(text))
        digest = sha256(f"{what} {said[what]}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        yield post_event(
            NETWORK, f"{article}#{digest}", seen_at or at, at, refs={"parent": article, "root": article},
            text=words(text), links=links, media=media, author=given(id=words(user), handle=words(user)),
            flags=["push"] if "推" in push.tag else ["boo"] if "噓" in push.tag else [],
        )  # fmt: skip


def _dated(pushes: list[Push], written: datetime) -> Iterator[tuple[Push, datetime]]:
    """Yield pushes with their times; one whose time cannot be read has that of the one above."""
    above = written
    for push in pushes:
        found = _PUSHED.search(push.when)
        if found:
            month, day, hour, minute = (int(number or 0) for number in found.groups())
            local = above.astimezone(_TAIWAN)
            for year in range(local.year, local.year + 9):  # February 29 comes within eight years
                try:
                    at = datetime(year, month, day, hour, minute, tzinfo=_TAIWAN).astimezone(UTC)
                except (OverflowError, ValueError):
                    continue
                if at >= above - _AGAIN:
                    above = max(above, at)
                    break
        yield push, above


def _told(body: str) -> tuple[str, str, str]:
    """Return an article's own words, what it cites of another, and what the station wrote below."""
    station = _STATION.search(body)
    told, below = (body[: station.start()], body[station.start() :]) if station else (body, "")
    if station:
        told = told.rpartition("\n--\n")[0] or told.rpartition("--")[0] or told  # a signature may stand in between
    cited = "\n".join(_CITED.findall(told)) if _CITING.search(told) else ""
    own = _CITED.sub("", _CITING.sub("", told)) if cited else told
    return own.strip(), cited.strip(), below


def _written(text: str | None, begun: datetime) -> datetime:
    """Return when an article was written: as its head says, which authors can change, unless its address says other."""
    told = _taiwan(text, _WRITTEN) if text else None
    return told if told and abs(told - begun) <= timedelta(days=1) else begun


def _taiwan(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(" ".join(text.split()), form).replace(tzinfo=_TAIWAN).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
