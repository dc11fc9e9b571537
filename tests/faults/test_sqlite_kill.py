"""A writer killed in the middle of a transaction leaves exactly what it had committed."""

import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from sinks.sqlite.database import Database
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import bucket, mention

BATCH = 20
WRITER = f"""
import sys
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import bucket, mention
store = SqliteStore(sys.argv[1])
n = store.position("done") or 0
while True:
    with store.transaction():
        for step in range({BATCH}):
            store.write(Write(mentions=[mention(str(n), text="word " * 200)]))
            n += 1
            print("written", n, flush=True)
        store.write(Write(trends=[bucket(revision=n, count=n)]))
        store.state().table("counts").put("done", n)
        store.save_position("done", n)
    print("committed", n, flush=True)
"""


def run_until(path: Path, root: Path, lines: int) -> int:
    """Start the writer, kill it after it has said so many lines, and return what it had said to be committed."""
    committed = 0
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(lines):
            said, number = child.stdout.readline().split()
            committed = int(number) if said == "committed" else committed
        child.send_signal(signal.SIGKILL)
    return committed


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_kill_leaves_the_last_commit(tmp_path: Path, root: Path) -> None:
    random = Random(20)
    path = tmp_path / "store.db"
    before = 0
    for _ in range(4):
        committed = run_until(path, root, random.randrange(1, 3 * BATCH))
        with SqliteStore(path, read_only=True) as store:
            done = store.position("done") or 0
            assert done % BATCH == 0
            assert done >= max(committed, before)
            assert sum(row.count for row in store.totals()) == done
            assert store.state().table("counts").get("done") == (done or None)
            assert store.document(mention(str(done)).id) is None
        before = done
    assert before > 0
    database = Database(path, read_only=False)
    assert database.row("PRAGMA integrity_check") == ("ok",)
    database.run("INSERT INTO words (words) VALUES ('integrity-check')")
    database.close()
    with SqliteStore(path) as store:
        store.write(Write(mentions=[mention(str(before))], trends=[bucket(revision=before + 1)]))
