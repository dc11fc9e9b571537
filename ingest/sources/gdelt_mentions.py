"""GDELT's mentions table: which article mentioned which event."""

from ingest.foreign import given, post_event, words
from ingest.gdelt_codes import source_language
from ingest.gdelt_files import NETWORK, Row, article_id, file_time
from ingest.gdelt_updates import GdeltUpdates
from ingest.records import Record
from ingest.source import Parsed
from schemas.errors import Poison
from schemas.wire import ms

_NAMES = (
    "globaleventid eventtimedate mentiontimedate mentiontype mentionsourcename mentionidentifier sentenceid "
    "actor1charoffset actor2charoffset actioncharoffset inrawtext confidence mentiondoclen mentiondoctone "
    "mentiondoctranslationinfo extras"
)
COLUMNS = _NAMES.split()


class GdeltMentions(GdeltUpdates):
    """The articles that mention an event: where they stand, when GDELT read them, in what language.

    At-least-once: a file can be read again. An article has a row for each event that it mentions, but one address, so
    it is one post, the same as in the Global Knowledge Graph. Of its words nothing is given, so a mention is a moment
    older than what that graph says of the article in the same minute, and does not replace it. The time of a row is
    that of the mention; the event may be years older.
    """

    name = "gdelt-mentions"
    formats = "mentions of GDELT 2.0: 16 columns separated by tabs, or with a header; also as a ZIP archive"
    table = "mentions.CSV.zip"
    columns = COLUMNS

    def article(self, row: Row, record: Record) -> Parsed:
        """Return the article of a row."""
        read = file_time(row["mentiontimedate"])
        document, site = row["mentionidentifier"].strip(), words(row["mentionsourcename"].strip())
        if not document:
            raise Poison("bad_value", "a mention without its document")
        native, url = article_id(document, f"{row['mentiontimedate'].strip()}:{document}")
        return post_event(
            NETWORK, native, record.seen_at or read, read, ms(read) - 1,
            kind="article",
            author=given(name=site, handle=site),
            lang=source_language(row["mentiondoctranslationinfo"]),
            url=url,
        )  # fmt: skip
