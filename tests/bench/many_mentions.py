"""A large store made of a small one: `python -m tests.bench.many_mentions FROM TO [MENTIONS]`.

Everything in a store is repeated, each time a week later, until the new one holds so many mentions (a million): in the
order of their weeks, as a run would write them. It is copied inside SQLite, which takes a fifth of writing it anew.
"""

import sqlite3
import sys
from contextlib import closing
from math import ceil, log
from pathlib import Path

from sinks.sqlite.store import SqliteStore

WEEK_MS = 7 * 86_400_000
_RANK_A_WEEK = log(2) * WEEK_MS / 3_600_000

_MOVED = """
    INSERT INTO moved (new, old, n) SELECT :free + row_number() OVER (ORDER BY published_ms, mention), mention, :n
    FROM small.mentions WHERE published_ms >= :start AND published_ms < :start + :week"""
_TIME = (
    "strftime('%Y-%m-%dT%H:%M:%fZ', (CAST(strftime('%s', body ->> '$.{name}') AS REAL) + n * :week / 1000),"
    " 'unixepoch')"
)
_COPIES = (
    """INSERT INTO mentions SELECT new, substr(id, 1, 58) || printf('%06d', n), version, published_ms + n * :week, live,
        rank + n * :rank, followers FROM moved JOIN small.mentions ON mention = old""",
    f"""INSERT INTO documents SELECT new,
        CASE facts WHEN x'' THEN facts ELSE CAST(json_set(CAST(facts AS TEXT), '$[0]',
            (CAST(facts AS TEXT) ->> '$[0]') + n * :week) AS BLOB) END,
        CAST(json_replace(body, '$.id', substr(body ->> '$.id', 1, 58) || printf('%06d', n),
            '$.published_at', {_TIME.format(name="published_at")}, '$.observed_at', {_TIME.format(name="observed_at")},
            '$.velocity.rank', (body ->> '$.velocity.rank') + n * :rank) AS BLOB)
        FROM (SELECT new, n, facts, CAST(body AS TEXT) AS body
            FROM moved JOIN small.documents ON mention = old)""",  # noqa: S608
    """INSERT INTO brand_mentions SELECT brand, published_ms + n * :week, new, counted, author, name, followers, source,
        language, country, kind, sentiment, site, engagement FROM moved JOIN by_number ON mention = old""",
    """INSERT INTO terms SELECT brand, kind, published_ms + n * :week, new, value, label
        FROM moved JOIN terms_by_number ON mention = old""",
    """INSERT INTO words (rowid, text) SELECT new, CAST(facts AS TEXT) ->> '$[7]'
        FROM moved JOIN small.documents ON mention = old WHERE facts <> x''""",
    """INSERT INTO engagements SELECT substr(e.mention_id, 1, 58) || printf('%06d', n), e.id, at_ms + n * :week, body
        FROM moved JOIN small.mentions AS m ON m.mention = old JOIN small.engagements AS e ON e.mention_id = m.id""",
)
_TRENDS = """
    INSERT INTO trends SELECT brand, start_ms + n * :week AS start, 1, sum(count), sum(distinct_count), sum(positive),
        sum(neutral), sum(negative), sum(unknown), sum(engagement)
    FROM small.trends CROSS JOIN (SELECT value AS n FROM generate) GROUP BY brand, start"""
_ALERTS = """
    INSERT INTO alerts SELECT substr(id, 1, 58) || printf('%06d', n), revision, brand, opened_ms + n * :week,
        CAST(json_replace(CAST(body AS TEXT), '$.id', substr(id, 1, 58) || printf('%06d', n)) AS BLOB), 0
    FROM small.alerts CROSS JOIN (SELECT value AS n FROM generate)"""


def main(source: Path, target: Path, mentions: int = 1_000_000) -> None:
    """Make the store at `target`, which must not be there."""
    with SqliteStore(source) as small, SqliteStore(target) as large:
        large.save_brands(small.brands())
    with closing(sqlite3.connect(target, isolation_level=None)) as large_file:
        _fill(large_file, source, mentions)


def _fill(large: sqlite3.Connection, source: Path, mentions: int) -> None:
    large.execute("PRAGMA synchronous = OFF")
    large.execute("PRAGMA cache_size = -200000")
    large.execute("ATTACH ? AS small", (str(source),))
    large.execute("CREATE TEMP TABLE moved (new INTEGER PRIMARY KEY, old INTEGER, n INTEGER)")
    for table, by in (("brand_mentions", "by_number"), ("terms", "terms_by_number")):  # neither is indexed by number
        large.execute(f"CREATE TEMP TABLE {by} AS SELECT * FROM small.{table}")  # noqa: S608
        large.execute(f"CREATE INDEX temp.{by}_index ON {by} (mention)")
    first, last, count = large.execute(
        "SELECT min(published_ms), max(published_ms), count(*) FROM small.mentions"
    ).fetchone()
    copies = ceil(mentions / count)
    given = {"week": WEEK_MS, "rank": _RANK_A_WEEK}
    free = 0
    for start in range(first, last + copies * WEEK_MS, WEEK_MS):
        large.execute("BEGIN")
        large.execute("DELETE FROM moved")
        for n in range(copies):
            free += large.execute(_MOVED, given | {"n": n, "free": free, "start": start - n * WEEK_MS}).rowcount
        for copy in _COPIES:
            large.execute(copy.replace("by_number", "by_number").replace("small.terms_by", "terms_by"), given)
        large.execute("COMMIT")
        print(f"{free:,} mentions", file=sys.stderr)
    large.execute("CREATE TEMP TABLE generate (value INTEGER)")
    large.executemany("INSERT INTO generate VALUES (?)", [(n,) for n in range(copies)])
    for copy in (_TRENDS, _ALERTS):
        large.execute(copy, given)
    large.execute("DETACH small")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
