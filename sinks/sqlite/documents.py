"""Mention documents by id: the write side, and reading them back."""

from collections.abc import Iterable, Iterator, Sequence

import orjson

from schemas.clock import Clock
from schemas.codec import decode, encode
from schemas.mention import Mention
from sinks.sqlite.around import Around
from sinks.sqlite.database import Database, Row
from sinks.sqlite.facts import NONE, facts_of

_KNOWN = """
    SELECT m.id, m.mention, m.version, d.facts
    FROM json_each(?) AS asked JOIN mentions AS m ON m.id = asked.value JOIN documents AS d USING (mention)"""
_MENTION = """
    INSERT INTO mentions (mention, id, version, published_ms, live, rank, followers) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (mention) DO UPDATE SET version = excluded.version, published_ms = excluded.published_ms,
        live = excluded.live, rank = excluded.rank, followers = excluded.followers"""
_DOCUMENT = """
    INSERT INTO documents (mention, facts, body) VALUES (?, ?, ?)
    ON CONFLICT (mention) DO UPDATE SET facts = excluded.facts, body = excluded.body"""
_BODIES = """
    SELECT d.body
    FROM json_each(?) AS asked JOIN mentions AS m ON m.id = asked.value JOIN documents AS d USING (mention)"""
_NUMBERED = """
    SELECT d.body FROM json_each(?) AS asked JOIN documents AS d ON d.mention = asked.value ORDER BY asked.key"""
# The one that was stored last stays until another comes: its number must not be given a second time.
_OLD = """
    SELECT mention, id, facts FROM mentions JOIN documents USING (mention)
    WHERE published_ms < ? AND mention < (SELECT max(mention) FROM mentions) ORDER BY published_ms LIMIT ?"""


class Documents:
    """The newest version of each mention's document, stubs of deleted ones included."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep documents in `database`; `indexed_at` is what `clock` says when a document is stored."""
        self._database = database
        self._clock = clock

    def write(self, mentions: Iterable[Mention]) -> None:
        """Store each mention unless the same or a newer version of it is there; call inside a transaction."""
        newest: dict[str, Mention] = {}
        for mention in mentions:
            if mention.id not in newest or mention.version > newest[mention.id].version:
                newest[mention.id] = mention
        known = {row[0]: row for row in self._database.rows(_KNOWN, (_json(newest),))}
        (free,) = next(self._database.rows("SELECT coalesce(max(mention), 0) + 1 FROM mentions"))
        now = self._clock.now()
        rows: list[Row] = []
        documents: list[Row] = []
        around = Around()
        for mention in newest.values():
            _, number, version, old = known.get(mention.id, (mention.id, free, -1, NONE))
            if mention.version <= version:
                continue
            free += number == free
            facts = facts_of(mention)
            rank = mention.velocity and mention.velocity.rank
            followers = mention.author and mention.author.followers
            rows.append((number, mention.id, mention.version, mention.published_ms, mention.is_live, rank, followers))
            documents.append((number, facts, encode(mention.replace(indexed_at=now))))
            around.change(number, old, facts, mention.engagement)
        self._database.run_many(_MENTION, rows)
        self._database.run_many(_DOCUMENT, documents)
        around.apply(self._database)

    def by_id(self, ids: Sequence[str]) -> dict[str, Mention]:
        """Return the documents that are stored under these ids, stubs too."""
        found = (decode(Mention, body) for (body,) in self._database.rows(_BODIES, (_json(ids),)))
        return {mention.id: mention for mention in found}

    def by_number(self, numbers: Sequence[int]) -> Iterator[Mention]:
        """Yield the documents with these numbers of ours, in their order."""
        rows = self._database.rows(_NUMBERED, (_json(numbers),))
        return (decode(Mention, body) for (body,) in rows)

    def drop(self, before_ms: int, limit: int) -> list[str]:
        """Drop documents published before a moment, stubs too, the oldest first and `limit` at most; return their ids.

        The document that was stored last is never among them. Call inside a transaction.
        """
        rows = list(self._database.rows(_OLD, (before_ms, limit)))
        around = Around()
        for number, _, facts in rows:
            around.change(number, facts, NONE)
        around.apply(self._database)
        numbers = [(number,) for number, *_ in rows]
        self._database.run_many("DELETE FROM documents WHERE mention = ?", numbers)
        self._database.run_many("DELETE FROM mentions WHERE mention = ?", numbers)
        return [mention_id for _, mention_id, _ in rows]


def _json(keys: Iterable[str] | Iterable[int]) -> str:
    return orjson.dumps(list(keys)).decode()
