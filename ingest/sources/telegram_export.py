"""Telegram as its desktop program exports it: `result.json`, of one chat or of all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from ingest.capture import captured_records
from ingest.foreign import odd_shapes_refused
from ingest.recording import peekable
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source
from ingest.telegram_archive import archived_messages
from ingest.telegram_history import chat_events
from ingest.telegram_messages import NETWORK
from schemas.errors import Poison

_HEAD = 4096
_EXPORT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{(?:\s*"about"\s*:|.*?"messages"\s*:\s*\[)', re.DOTALL)
_CHATS = ("chats", "left_chats")
# A control character is written as \xNN, which is no JSON; an escaped backslash before an x is left alone.
_CONTROL = re.compile(rb"\\\\|\\x([01][0-9A-Fa-f])")


class TelegramExport(Source):
    """What was said in chats and channels, as somebody who reads them has saved it.

    At-least-once: an export can be read again, and one of a later day holds the same messages. A post's version is the
    time of its last edit; nothing tells of deletions. It goes by the id that a bot knows it by. Older programs give
    times without a zone, which are read as UTC.
    """

    name = "telegram-export"
    network = NETWORK
    formats = "JSON: result.json of Telegram Desktop, of one chat or all of them, of any size; one chat a line"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split an export that is laid out into its messages; a line that is a whole export is a record."""
        buffered = peekable(stream)
        head = buffered.peek(_HEAD)
        whole = head.lstrip().partition(b"\n")[0].rstrip().endswith(b"}")
        return archived_messages(buffered) if _EXPORT.match(head) and not whole else captured_records(buffered)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of a chat, or of all chats; notices of the service are skipped by their names."""
        payload = record.payload
        if b"\\x" in payload:
            payload = _CONTROL.sub(lambda found: b"\\u00" + found[1] if found[1] else found[0], payload)
            record = replace(record, payload=payload, value=None)
        export = decode(record)
        with odd_shapes_refused():
            if "messages" in export:
                return chat_events(export, record.seen_at)
            lists = [export[name]["list"] for name in _CHATS if name in export]
            if not lists and "about" not in export:
                raise Poison("unknown_kind", "neither a chat nor an export of chats")
            chats = [chat for chats in lists for chat in chats]
            return [event for chat in chats for event in chat_events(chat, record.seen_at)] or [Skipped("empty")]
