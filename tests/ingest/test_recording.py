import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import zstandard

from ingest.recording import open_recording
from ingest.records import json_records
from schemas.errors import UsageError

LINES = [b'{"n":%d,"x":"%s"}\n' % (n, Random(n).randbytes(30).hex().encode()) for n in range(4000)]
CONTENT = b"".join(LINES)


def parts(pack: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Pack in two parts one after the other, as appending tools do."""
    return lambda content: pack(content[:100_000]) + pack(content[100_000:])


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.compress,
    "gz in parts": parts(gzip.compress),
    "xz in parts": parts(lzma.compress),
    "zst in parts": parts(zstandard.compress),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recording"  # no suffix: the content has to say what it is


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_unpacks_by_content_and_tells_how_far_it_is(file: Path, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(CONTENT)
    file.write_bytes(packed)
    with open_recording(file) as recording:
        assert recording.progress() == (0, len(packed))
        assert recording.read() == CONTENT
        assert recording.progress() == (len(packed), len(packed))


@pytest.mark.parametrize("name", ["gz", "xz", "zst", "gz in parts", "xz in parts", "zst in parts"])
@pytest.mark.parametrize("missing", [1, 3, 40_000])
def test_a_cut_file_gives_what_stands_before_the_cut(file: Path, name: str, missing: int) -> None:
    file.write_bytes(PACKS[name](CONTENT)[:-missing])
    seen: list[bytes] = []

    def read() -> None:
        with open_recording(file) as recording:
            seen.extend(record.payload + b"\n" for record in json_records(recording))

    with pytest.raises(UsageError, match=r"is cut: readable up to byte \d+"):
        read()
    assert seen == LINES[: len(seen)]
    assert len(seen) > (1500 if missing == 40_000 else 2500)  # zstandard comes in blocks of 128 KiB


@pytest.mark.parametrize("name", ["gz", "bz2", "xz", "zst"])
def test_a_damaged_file_is_one_line(file: Path, name: str) -> None:
    packed = bytearray(PACKS[name](CONTENT))
    packed[len(packed) // 2 : len(packed) // 2 + 64] = bytes(64)
    file.write_bytes(packed)
    with open_recording(file) as recording, pytest.raises(UsageError, match="is damaged") as refused:
        recording.read()
    assert "\n" not in str(refused.value)


def test_what_cannot_be_opened_is_one_line(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no such file"):
        open_recording(file)
    with pytest.raises(UsageError, match="is a folder"):
        open_recording(tmp_path)
    file.write_bytes(b"x")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UsageError, match="Permission denied"):
        open_recording(file)


def test_reads_standard_input_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "wb", buffering=0) as pipe:
        monkeypatch.setattr(sys, "stdin", stdin)
        recording = open_recording(Path("-"))
        records = json_records(recording)
        pipe.write(b'{"a":1}\n')
        assert next(records).payload == b'{"a":1}'  # before the writer has ended
        pipe.write(b'{"a":2}\n')
        assert next(records).payload == b'{"a":2}'
        assert recording.progress() == (16, None)
        pipe.close()
        assert list(records) == []


def test_standard_input_may_be_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(CONTENT))))
    assert open_recording(Path("-")).read() == CONTENT


def test_other_bytes_are_left_alone(file: Path) -> None:
    file.write_bytes(b"\x04\x22\x4d\x18" + CONTENT)  # as lz4 begins, which is not read
    with open_recording(file) as recording:
        assert recording.read(4) == b"\x04\x22\x4d\x18"


def test_a_window_of_two_gibibytes_is_unpacked(file: Path) -> None:
    """As archives of Reddit have it: magic, no flags, the window's exponent, one raw block that is the last."""
    said = b'{"a": 1}\n'
    frame = b"\x28\xb5\x2f\xfd\x00" + bytes([31 - 10 << 3]) + (len(said) << 3 | 1).to_bytes(3, "little") + said
    file.write_bytes(frame)
    with open_recording(file) as recording:
        assert recording.read() == said
