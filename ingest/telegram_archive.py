"""The file that Telegram's desktop program exports, read message by message: it may be larger than memory."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.records import HELD_BYTES, Record

_CHUNK = 2**16
_SIGN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_COLON = re.compile(rb"\s*:\s*")


def archived_messages(stream: BinaryIO) -> Iterator[Record]:
    """Yield each message of an export, numbered from 1, as an export of one chat that has only this message.

    A chat's name, type and id stand before its messages. All else is passed over. Held at once is one message and what
    stands before it in its chat, 64 MiB at most. What is left of an export that is cut or longer is the last record,
    and refused as that.
    """
    scan = _Scan()
    while len(scan.held) <= HELD_BYTES and (chunk := stream.read(max(_CHUNK, len(scan.held)))):
        yield from scan.messages(chunk)
    if rest := scan.rest():
        yield rest


class _Scan:
    """Where in an export we are: `held` is what of it may still be needed."""

    def __init__(self) -> None:
        self.held = b""
        self._next = 0  # in `held`: where the signs begin that are not looked at yet
        self._open: list[int] = []  # in `held`: where the objects and lists that are open begin; below 0 if it is gone
        self._before = b""  # of the list of messages that is open: the chat up to it
        self._depth = 0  # and how many objects and lists are open with it
        self._named = False  # whether the sign before was "messages"
        self._number = 0

    def messages(self, chunk: bytes) -> Iterator[Record]:
        """Take some more of the export, and yield the messages that end in it."""
        self.held += chunk
        for sign in _SIGN.finditer(self.held, self._next):
            begin, end = sign.span()
            if sign[0].startswith(b'"'):
                if end == len(self.held):
                    break  # it may go on
                self._named = sign[0] == b'"messages"'
            elif sign[0] in b"{[":
                if not self._depth and self._named and self._begins_messages(begin, end):
                    self._before, self._depth = self.held[self._open[-1] : end], len(self._open) + 1
                self._open.append(begin)
            elif self._open:
                begin = self._open.pop()
                if self._depth and len(self._open) == self._depth:
                    yield self._record(self.held[begin:end] + b"]}")
                elif len(self._open) < self._depth:
                    self._depth = 0
            self._next = end
        self._forget()

    def rest(self) -> Record | None:
        """Return what is left of an export without an end, None if it has one."""
        if not self._open:
            return None
        message = self._open[self._depth] if self._depth and len(self._open) > self._depth else len(self.held)
        return self._record(self.held[message:])

    def _begins_messages(self, begin: int, end: int) -> bool:
        """Tell whether a bracket is that of the list which `messages` names, in an object whose beginning is held."""
        named = _COLON.fullmatch(self.held, self._next, begin) and self.held[begin:end] == b"["
        return bool(named and self._open and self._open[-1] >= 0)

    def _record(self, message: bytes) -> Record:
        self._number += 1
        return Record(self._number, (self._before if self._depth else b"") + message)

    def _forget(self) -> None:
        """Let go of all that is before the message that is open, or else before the innermost object or list."""
        message = self._open[self._depth : self._depth + 1] if self._depth else self._open[-1:]
        first = message[0] if message and message[0] >= 0 else self._next
        self.held = self.held[first:]
        self._next -= first
        self._open = [begin - first for begin in self._open]
