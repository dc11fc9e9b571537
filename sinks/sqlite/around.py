"""The rows around documents: brands, terms and searched words, changed only where a document's facts changed."""

from sinks.questions import MOST
from sinks.sqlite.database import Database, Row
from sinks.sqlite.facts import NONE, read_facts

_LOSSES = (
    "DELETE FROM brand_mentions WHERE brand = ? AND published_ms = ? AND mention = ?",
    "DELETE FROM terms WHERE brand = ? AND kind = ? AND published_ms = ? AND mention = ? AND value = ? AND label = ?",
    "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
)
_GAINS = (
    "INSERT INTO brand_mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?)",
    "INSERT INTO words (rowid, text) VALUES (?, ?)",
)
_ENGAGED = """
    UPDATE brand_mentions SET engagement = ?4
    WHERE brand = ?1 AND published_ms = ?2 AND mention = ?3 AND engagement <> ?4"""


class Around:
    """The rows that the tables around a batch of documents are to lose and to gain."""

    def __init__(self) -> None:
        """Start with none."""
        self._losses: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
        self._gains: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
        self._engaged: list[Row] = []

    def change(self, mention: int, old: bytes, new: bytes, engagement: int = 0) -> None:
        """Put the rows of a mention's `new` facts where those of its `old` ones are, with its engagement, which is no
        fact: it changes often, and most rows need not follow."""
        engagement = min(engagement, MOST)
        if old == new:
            if new != NONE:
                same = read_facts(new)
                self._engaged += [(brand, same.published_ms, mention, engagement) for brand in same.brands]
            return
        before = read_facts(old) if old != NONE else None
        after = read_facts(new) if new != NONE else None
        same_text = before is not None and after is not None and before.text == after.text
        if before is not None:
            brands, terms, words = self._losses
            at = before.published_ms
            brands += [(brand, at, mention) for brand in before.brands]
            terms += [(brand, kind, at, mention, *term) for brand in before.brands for kind, *term in before.terms]
            if not same_text:
                words.append((mention, before.text))
        if after is not None:
            brands, terms, words = self._gains
            at = after.published_ms
            who = (after.counted, after.author, after.name, after.followers)
            brands += [(brand, at, mention, *who, *after.aspects, engagement) for brand in after.brands]
            terms += [(brand, kind, at, mention, *term) for brand in after.brands for kind, *term in after.terms]
            if not same_text:
                words.append((mention, after.text))

    def apply(self, database: Database) -> None:
        """Write the changes, losses first; call inside a transaction."""
        for statement, rows in zip(_LOSSES + _GAINS, self._losses + self._gains, strict=True):
            database.run_many(statement, rows)
        database.run_many(_ENGAGED, self._engaged)
