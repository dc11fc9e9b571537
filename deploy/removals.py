"""Authors who are gone or paused: what that means for all that they had written, and for what of it is heard later."""

from collections.abc import Iterator

from deploy.author_notes import AT, AuthorNotes
from deploy.mentions import OpenMentions
from ingest.source import AuthorPause, AuthorRemoval
from schemas.mention import RawMention
from schemas.post import AUTHOR_BACK, AUTHOR_PAUSED
from schemas.wire import from_ms, ms
from sinks.sqlite.store import SqliteStore

_NEWS_HOURS = 48  # longer than any source goes back when it is listened to again
_PAUSED_HOURS = 180 * 24
_GONE, _PAUSE = "gone", "pause"


class Removals:
    """Applies news of authors to their mentions in the embedded store.

    Posts of an author who is gone are deleted; those of one who is paused are kept unseen for as long as mentions are
    kept, and shown again when the author is back within 180 days. Who was gone, paused or back is known for two days of
    the news' own time, for posts that are heard of late.
    """

    def __init__(self, store: SqliteStore, mentions: OpenMentions) -> None:
        """Go on with what the store keeps."""
        self._store = store
        self._mentions = mentions
        self._news = AuthorNotes(store.state().table("author_news"), _NEWS_HOURS)
        self._paused = AuthorNotes(store.state().table("paused_posts"), _PAUSED_HOURS)  # ids of what is not shown

    def take(self, news: AuthorRemoval | AuthorPause) -> bool:
        """Take in what is heard of an author; say whether it changed a mention of ours."""
        author, at_ms = _key(news.source, news.author_id), ms(news.at)
        known, paused = self._news.get(author), self._paused.get(author)
        if isinstance(news, AuthorPause) and news.over and not known and not paused:
            return False  # of a whole network most are news of strangers
        self._note(author, at_ms, known, news)
        changed, hidden = False, dict[str, int]()
        for mention_id in dict.fromkeys([*self._written(news), *(name for name in paused if name != AT)]):
            opened = self._mentions.find(mention_id)
            content = opened.state.registers.content if opened is not None else None
            if opened is None or content is None:
                continue
            if content.version <= at_ms:
                before = opened.state.version
                self._mentions.touch(mention_id).state.merge_post(_said(content, at_ms, _flag(news)))
                changed = changed or (opened.is_ours and opened.state.version != before)
            if opened.state.registers.paused_ms is not None:
                hidden[mention_id] = 1
        self._hide(author, at_ms, hidden)
        return changed

    def late(self, post: RawMention) -> list[RawMention]:
        """Return what a post has to be merged with beside itself, because of what was heard of its author before."""
        if post.author is None or post.author.id is None:
            return []
        author, said = _key(post.source, post.author.id), list[RawMention]()
        known = self._news.get(author)
        gone_ms, (paused_ms, is_paused) = known.get(_GONE, -1), divmod(known.get(_PAUSE, -1), 2)
        if post.version <= gone_ms:
            said.append(_said(post, gone_ms, None))
        if post.version <= paused_ms:
            said.append(_said(post, paused_ms, AUTHOR_PAUSED if is_paused else AUTHOR_BACK))
            if is_paused and post.brands:
                self._hide(author, paused_ms, self._paused.get(author) | {post.id: 1})
        return said

    def _written(self, news: AuthorRemoval | AuthorPause) -> Iterator[str]:
        """Yield the ids of the mentions that an author has written and that are shown."""
        if isinstance(news, AuthorPause) and news.over:
            return
        yield from self._store.mentions_of(news.source, news.author_id)
        for mention_id, opened in self._mentions.touched():  # what this batch brought is not stored yet
            author, content = opened.state.registers.author, opened.state.registers.content
            if author is not None and author.id == news.author_id and content and content.source == news.source:
                yield mention_id

    def _note(self, author: str, at_ms: int, known: dict[str, int], news: AuthorRemoval | AuthorPause) -> None:
        name, clock = (_GONE, at_ms) if isinstance(news, AuthorRemoval) else (_PAUSE, 2 * at_ms + (not news.over))
        if clock > known.get(name, -1):
            self._news.put(author, max(at_ms, known.get(AT, 0)), known | {name: clock})

    def _hide(self, author: str, at_ms: int, hidden: dict[str, int]) -> None:
        """Remember what is not shown of an author."""
        known = self._paused.get(author)
        if hidden:
            self._paused.put(author, max(at_ms, known.get(AT, 0)), hidden)
        elif known:
            self._paused.drop(author)


def _flag(news: AuthorRemoval | AuthorPause) -> str | None:
    if isinstance(news, AuthorRemoval):
        return None
    return AUTHOR_BACK if news.over else AUTHOR_PAUSED


def _said(post: RawMention, at_ms: int, flag: str | None) -> RawMention:
    """Return what news of an author say of a post: with a flag that, without one its deletion."""
    return post.replace(
        op="update" if flag else "delete", version=at_ms, observed_at=from_ms(at_ms), brands=[], text=None, title=None,
        flags=[flag] if flag else [],
    )  # fmt: skip


def _key(source: str, author_id: str) -> str:
    return f"author:{source}:{author_id}"
