"""Packed answers, unpacked piece by piece, so that a small answer which unpacks to a huge one is stopped early."""

import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

import zstandard

from schemas.errors import Poison

ACCEPTED: Final = "gzip, deflate, zstd"

_PIECE = 2**16
_LARGEST_WINDOW = 8 * 2**20  # what RFC 9659 allows zstd on the web


class Unpacking(Protocol):
    """Unpacks what comes in, in pieces of 64 KiB or little more."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data unpacks to, piece by piece, unpacking no more than is asked for.

        Raises Poison (bad_encoding) where it is not what the header says.
        """
        ...

    @property
    def whole(self) -> bool:
        """Whether what came in so far can be all."""
        ...


def unpacking(encoding: str) -> Unpacking:
    """Return what reads a Content-Encoding. Raises Poison (bad_encoding) for one that was not asked for."""
    name = encoding.strip().lower()
    made = _KNOWN.get(name)
    if made is None:
        raise Poison("bad_encoding", f"Content-Encoding {name[:40]!r}, which was not asked for")
    return made()


class _Plain:
    whole = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Zlib:
    """gzip with any number of members, or deflate with or without its wrapper (servers differ about what it is)."""

    def __init__(self, gzip: bool) -> None:
        self._bits = zlib.MAX_WBITS | 16 if gzip else zlib.MAX_WBITS
        self._gzip = gzip
        self._inner = zlib.decompressobj(self._bits)
        self._begun = False
        self._head = b""  # two bytes tell whether deflate has its wrapper

    @property
    def whole(self) -> bool:
        return self._inner.eof or not (self._begun or self._head)

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._begun:
            self._head = data = self._head + data
            if len(data) < 2:
                return
        while data:
            if self._inner.eof:
                if not self._gzip or not data.strip(b"\0"):
                    return  # padding behind the end, which all readers pass over
                self._inner = zlib.decompressobj(self._bits)
            try:
                piece = self._inner.decompress(data, _PIECE)
            except zlib.error:
                if self._gzip or self._begun:
                    raise Poison("bad_encoding", "the answer is not packed as its Content-Encoding says") from None
                self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
                self._begun = True
                continue
            self._begun = True
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            if piece:
                yield piece


class _Zstd:
    """zstd with any number of frames."""

    _STEP = 64  # it unpacks all that it is given at once, and 4 bytes can be a block of 128 KiB

    def __init__(self) -> None:
        self._begun = False
        self._inner = self._frame()

    @staticmethod
    def _frame() -> "zstandard.ZstdDecompressionObj":  # a name that only the types have
        return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj(write_size=_PIECE)

    @property
    def whole(self) -> bool:
        return self._inner.eof or not self._begun

    def feed(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            if self._inner.eof:
                self._inner = self._frame()
            self._begun = True
            try:
                piece = self._inner.decompress(data[at : at + self._STEP])
            except zstandard.ZstdError:
                raise Poison("bad_encoding", "the answer is not packed as its Content-Encoding says") from None
            at = min(at + self._STEP, len(data)) - (len(self._inner.unused_data) if self._inner.eof else 0)
            if piece:
                yield piece


_KNOWN: dict[str, Callable[[], Unpacking]] = {
    "": _Plain,
    "identity": _Plain,
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "zstd": _Zstd,
}
