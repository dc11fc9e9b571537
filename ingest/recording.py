"""Opening a recording: a file as it is or packed, or standard input."""

import bz2
import gzip
import io
import lzma
import sys
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol, cast

import zstandard

from schemas.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 2**17
_LARGEST_WINDOW = 2**31  # archives of Reddit are packed with it, beyond what zstandard unpacks unasked
_DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error, zstandard.ZstdError)


class _Readable(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class Recording(io.BufferedReader):
    """The unpacked bytes of a recording, and how far reading it has come.

    Reading raises UsageError where the packed data are damaged or cut; whatever stands before that place has been
    given out by then. `size` is how many bytes the file has, None for standard input.
    """

    def __init__(self, name: str, packed: BinaryIO, size: int | None) -> None:
        self._packed, self.size = packed, size
        self._unpacked = _Unpacked(name, packed)
        super().__init__(self._unpacked, _CHUNK)

    def progress(self) -> tuple[int, int | None]:
        """Return how many bytes have been read, and of how many; the latter is None where nobody knows.

        Of a file these are its own bytes, packed as they are; of standard input, the unpacked ones.
        """
        if self.size is None:
            return self._unpacked.count, None
        return (self.size if self.closed else self._packed.tell()), self.size

    def close(self) -> None:
        """Close the file too; standard input stays open."""
        super().close()
        if self.size is not None:
            self._packed.close()


def open_recording(path: Path) -> Recording:
    """Open a recording for reading; the content says whether it is gzip, bzip2, xz or zstandard; `-` is standard input.

    Raises UsageError, one line, for what is missing, a folder or not readable.
    """
    if str(path) == "-":
        return Recording("standard input", sys.stdin.buffer, None)
    try:
        size = path.stat().st_size if path.is_file() else None
        packed = path.open("rb")
    except FileNotFoundError:
        raise UsageError(f"no such file: {path}") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder, a file is needed") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    return Recording(str(path), packed, size)


class _Unpacked(io.RawIOBase):
    """Unpacks as it is read, one piece at a time, so that nothing before a damaged place is lost."""

    def __init__(self, name: str, packed: BinaryIO) -> None:
        self._name, self._packed = name, packed
        self._inner: _Readable | None = None
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        view = memoryview(into)
        try:
            self._inner = self._inner or _unpacker(self._packed)
            piece = self._inner.read1(len(view))
        except _DAMAGE as error:
            what = "cut" if isinstance(error, EOFError) else "damaged"
            raise UsageError(f"{self._name} is {what}: readable up to byte {self.count} of its content") from None
        view[: len(piece)] = piece
        self.count += len(piece)
        return len(piece)


def peekable(stream: IO[bytes]) -> io.BufferedReader:
    """Return the stream, buffered where it is not: its beginning can be looked at before it is read."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))


def _unpacker(packed: BinaryIO) -> _Readable:
    whole = peekable(packed)
    magic = whole.peek(6)[:6]
    if magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=whole)
    if magic.startswith(b"BZh"):
        return bz2.BZ2File(whole)
    if magic.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(whole)
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return _Zstandard(whole)
    return whole


class _Zstandard:
    """Unpacks zstandard frames; unlike the package's own reader it notices a missing end."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._frame = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
        self._ready = memoryview(b"")

    def read1(self, size: int, /) -> bytes:
        while not self._ready:
            chunk = self._frame.unused_data if self._frame.eof else b""
            chunk = chunk or self._packed.read(_CHUNK)
            if self._frame.eof and chunk:
                self._frame = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
            elif not chunk:
                if self._frame.eof:
                    return b""
                raise EOFError
            self._ready = memoryview(self._frame.decompress(chunk))
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece.tobytes()
