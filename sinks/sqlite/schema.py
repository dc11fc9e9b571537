"""The tables of the embedded store, and how a file of an older version is brought up to date.

`mentions` is narrow, so that sorting and joining a brand's mentions reads few pages; the whole document lies in
`documents`, beside the facts that were taken from it for the tables around it (see facts.py). `brand_mentions` and
`terms` hold only what answers may hold: no stub and nothing that was withdrawn. `words` is contentless: the facts hold
the text that is needed to take a row out again. Times are milliseconds since 1970.
"""

from schemas.text import FTS5_TOKENIZER

APPLICATION_ID = 0x6865_6172  # "hear": tells our files from any other program's

_FIRST = (
    """CREATE TABLE mentions (
        mention INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        published_ms INTEGER NOT NULL,
        live INTEGER NOT NULL,
        rank REAL,
        followers INTEGER)""",
    "CREATE INDEX mentions_by_time ON mentions (published_ms)",
    """CREATE TABLE documents (
        mention INTEGER PRIMARY KEY,
        facts BLOB NOT NULL,
        body BLOB NOT NULL)""",
    """CREATE TABLE brand_mentions (
        brand TEXT NOT NULL,
        published_ms INTEGER NOT NULL,
        mention INTEGER NOT NULL,
        counted INTEGER NOT NULL,
        author TEXT,
        name TEXT,
        followers INTEGER,
        PRIMARY KEY (brand, published_ms, mention)) WITHOUT ROWID""",
    """CREATE TABLE terms (
        brand TEXT NOT NULL,
        kind TEXT NOT NULL,
        published_ms INTEGER NOT NULL,
        mention INTEGER NOT NULL,
        value TEXT NOT NULL,
        label TEXT NOT NULL,
        PRIMARY KEY (brand, kind, published_ms, mention, value, label)) WITHOUT ROWID""",
    # Phrases need positions, answers are never ranked by relevance: no column sizes.
    f"""CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, tokenize="{FTS5_TOKENIZER}")""",
    """CREATE TABLE trends (
        brand TEXT NOT NULL,
        start_ms INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        count INTEGER NOT NULL,
        distinct_count INTEGER NOT NULL,
        positive INTEGER NOT NULL,
        neutral INTEGER NOT NULL,
        negative INTEGER NOT NULL,
        unknown INTEGER NOT NULL,
        engagement INTEGER NOT NULL,
        PRIMARY KEY (brand, start_ms)) WITHOUT ROWID""",
    """CREATE TABLE engagements (
        mention_id TEXT NOT NULL,
        id TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (mention_id, id)) WITHOUT ROWID""",
    "CREATE INDEX engagements_by_time ON engagements (at_ms)",
    """CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        brand TEXT NOT NULL,
        opened_ms INTEGER NOT NULL,
        body BLOB NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE dead_letters (
        id TEXT NOT NULL UNIQUE,
        body BLOB NOT NULL)""",
    """CREATE TABLE brands (
        id TEXT PRIMARY KEY,
        body BLOB NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE positions (
        key TEXT PRIMARY KEY,
        value BLOB NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE state (
        collection TEXT NOT NULL,
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        UNIQUE (collection, key))""",
)

# Which engagement was seen is asked of `engagements` now. When a dead letter was stored is known from here on.
_SECOND = (
    "DELETE FROM state WHERE collection = 'deeds'",
    "ALTER TABLE dead_letters ADD COLUMN stored_ms INTEGER NOT NULL DEFAULT 0",
    "UPDATE dead_letters SET stored_ms = 1000 * strftime('%s', 'now')",
    "CREATE INDEX dead_letters_by_time ON dead_letters (stored_ms)",
)

# All that an author wrote is taken back when the account is gone.
_AUTHORS = ("CREATE INDEX brand_mentions_by_author ON brand_mentions (author) WHERE author IS NOT NULL",)

# Delivery follows the alerts in the order in which they changed, and keeps what each channel was told.
_NOTICES = (
    "ALTER TABLE alerts ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX alerts_by_change ON alerts (changed)",
    """CREATE TABLE tellings (
        alert_id TEXT NOT NULL,
        channel TEXT NOT NULL,
        due_ms INTEGER,
        body BLOB NOT NULL,
        PRIMARY KEY (alert_id, channel)) WITHOUT ROWID""",
    "CREATE INDEX tellings_by_time ON tellings (channel, due_ms) WHERE due_ms IS NOT NULL",
    """CREATE TABLE silences (
        key TEXT PRIMARY KEY,
        body BLOB NOT NULL) WITHOUT ROWID""",
)

# What mentions are filtered and divided by stands beside their brand, so that counting reads one table in its order.
_ASPECTS = (
    "ALTER TABLE brand_mentions ADD COLUMN source TEXT",
    "ALTER TABLE brand_mentions ADD COLUMN language TEXT",
    "ALTER TABLE brand_mentions ADD COLUMN country TEXT",
    "ALTER TABLE brand_mentions ADD COLUMN kind TEXT",
    "ALTER TABLE brand_mentions ADD COLUMN sentiment TEXT",
    "ALTER TABLE brand_mentions ADD COLUMN site TEXT",
    "ALTER TABLE brand_mentions ADD COLUMN engagement INTEGER NOT NULL DEFAULT 0",
    """UPDATE brand_mentions SET (source, language, country, kind, sentiment, site, engagement) = (
        SELECT body ->> 'source', body ->> 'language', upper(body ->> '$.place.country'), body ->> 'kind',
            coalesce(body ->> '$.sentiment.label', 'unknown'), body ->> 'site',
            min(coalesce(body ->> 'engagement', 0), 1099511627776)
        FROM (SELECT CAST(body AS TEXT) AS body FROM documents WHERE documents.mention = brand_mentions.mention))""",
)

# Clicks are asked for by their links, of which a brand's posts carry some hundreds.
_CLICKS = (
    """CREATE TABLE clicks (
        id TEXT PRIMARY KEY,
        link TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        currency TEXT NOT NULL,
        value REAL NOT NULL,
        body BLOB NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX clicks_by_link ON clicks (link, at_ms)",
    "CREATE INDEX clicks_by_time ON clicks (at_ms)",
)

# Authors of a long time are counted in their own order: nothing is sorted, and only this index is read.
_PEOPLE = (
    "DROP INDEX brand_mentions_by_author",
    """CREATE INDEX brand_people
        ON brand_mentions (brand, author, language, published_ms, counted, followers, name, country)
        WHERE author IS NOT NULL""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND, _AUTHORS, _NOTICES, _ASPECTS, _CLICKS, _PEOPLE)
"""The statements that lead from each version to the next; the version of a file is in `PRAGMA user_version`."""

VERSION = len(MIGRATIONS)
