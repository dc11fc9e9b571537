"""A replay that is killed at any moment and started again ends in the store of an undisturbed one."""

import lzma
import signal
import subprocess
import sys
import time
from datetime import datetime
from itertools import groupby
from pathlib import Path
from random import Random

import orjson
import pytest

from tests.support.companies import write_brands
from tests.support.contents import contents, differences

_STARTING = 2.0  # seconds until the models are loaded and the first record is read


@pytest.fixture(scope="module")
def recording(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real posts of about ten days, with their cascades, as they were recorded."""
    return _excerpt(shared, tmp_path_factory.mktemp("recording") / "posts.ndjson", 1_500)


def _excerpt(shared: Path, path: Path, posts: int | None) -> Path:
    source = next((shared / "replay/stocknet-tweets").glob("*.ndjson.xz"))
    with lzma.open(source) as packed, path.open("wb") as file:
        for number, line in enumerate(packed):
            if number == posts:
                break
            file.write(line)
    return path


def _start(recording: Path, store: Path) -> subprocess.Popen[bytes]:
    brands = write_brands(store.with_suffix(".toml"))
    command = [sys.executable, "-c", "from deploy.cli import run; run()", "replay", str(recording)]
    options = ["--format", "x-v1.1", "--brands", str(brands), "--store", str(store)]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _finish(recording: Path, store: Path) -> tuple[dict[str, float], float]:
    started = time.monotonic()
    process = _start(recording, store)
    output, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    summary: dict[str, float] = orjson.loads(output)
    return summary, time.monotonic() - started


def _killed_and_resumed(recording: Path, store: Path, rng: Random, seconds: float, kills: int) -> dict[str, float]:
    """Kill the replay at moments spread over its whole length, start it again each time, and let the last one end."""
    for _ in range(kills):
        process = _start(recording, store)
        try:
            output, _ = process.communicate(timeout=_STARTING + rng.uniform(0, 2) * (seconds - _STARTING) / kills)
            done: dict[str, float] = orjson.loads(output)
            return done  # it was done before it could be killed
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
    return _finish(recording, store)[0]


def _check_kills(recording: Path, folder: Path, rounds: int, kills: int) -> None:
    summary, seconds = _finish(recording, folder / "undisturbed.db")
    expected = contents(folder / "undisturbed.db")
    assert summary["stored"] > 100
    for seed in range(rounds):
        store = folder / f"killed-{seed}.db"
        resumed = _killed_and_resumed(recording, store, Random(seed), seconds, kills)
        if not resumed["duplicates"]:  # else the last kill came after the end of the replay, which was then read again
            assert {**resumed, "seconds": 0} == {**summary, "seconds": 0}
        assert differences(contents(store), expected) == {}


def test_killed_replays_end_in_the_same_store(recording: Path, tmp_path: Path) -> None:
    _check_kills(recording, tmp_path, rounds=2, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_twenty_kills_of_the_whole_recording(shared: Path, tmp_path: Path) -> None:
    recording = _excerpt(shared, tmp_path / "posts.ndjson", None)
    _check_kills(recording, tmp_path, rounds=1, kills=20)


def test_a_finished_replay_run_again_stores_nothing(recording: Path, tmp_path: Path) -> None:
    store = tmp_path / "twice.db"
    first, _ = _finish(recording, store)
    before = contents(store)
    second, _ = _finish(recording, store)
    assert (second["stored"], second["duplicates"]) == (0, first["matched"])
    assert second["matched"] == first["matched"]
    assert differences(contents(store), before) == {}


def test_posts_shuffled_within_each_day_give_the_same_store(recording: Path, tmp_path: Path) -> None:
    _finish(recording, tmp_path / "ordered.db")
    shuffled = tmp_path / "shuffled.ndjson"
    shuffle_days(recording, shuffled, Random(7))
    _finish(shuffled, tmp_path / "shuffled.db")
    assert differences(_unplaced(tmp_path / "shuffled.db"), _unplaced(tmp_path / "ordered.db")) == {}


def shuffle_days(recording: Path, into: Path, rng: Random) -> None:
    """Write the recording with the records of each day in random order."""
    with recording.open("rb") as lines, into.open("wb") as file:
        for _, day in groupby(lines, key=_day):
            records = list(day)
            rng.shuffle(records)
            file.writelines(records)


def _day(line: bytes) -> str:
    moment = datetime.strptime(orjson.loads(line)["created_at"], "%a %b %d %H:%M:%S %z %Y")
    return moment.date().isoformat()


def _unplaced(path: Path) -> dict[str, list[object]]:
    """Return the contents without what tells the order of arrival: which record of equal ones came first, who was seen
    to do a deed first, and how often a bucket was sent."""
    found = contents(path)
    found["engagements"] = [row[:3] for row in found["engagements"]]
    found["trends"] = [row[:2] + row[3:] for row in found["trends"]]
    for _, document in found["documents"]:
        document.pop("raw_ref", None)
    return found
