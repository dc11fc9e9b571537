"""Pages while writing goes on: no mention that was there all the while is skipped, and none comes twice."""

from pathlib import Path
from random import Random
from threading import Event, Thread

from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.api import api, data
from tests.support.mentions import mention, stub

BEFORE, MOST = 600, 2_000


def written_meanwhile(path: Path, enough: Event) -> None:
    """Write new mentions at all times, new states of known ones, and deletions of some of the new ones."""
    random = Random(3)
    with SqliteStore(path) as store:
        number = 0
        while number < MOST and not enough.wait(0.02):
            fresh = [mention(f"new{number + n}", hours=random.randrange(100)) for n in range(20)]
            edits = [mention(str(n), version=number + 2, hours=n % 100) for n in random.sample(range(BEFORE), 20)]
            gone = [stub(f"new{random.randrange(number + 1)}", published_at=None) for _ in range(3)]
            store.write(Write(mentions=[*fresh, *edits, *gone]))
            number += 20


def test_a_cursor_never_skips_or_repeats_while_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    there = [mention(str(n), hours=n % 100, brand="zeta" if n % 3 else "acme") for n in range(BEFORE)]
    with SqliteStore(path) as store:
        store.write(Write(mentions=there))
    enough = Event()
    writer = Thread(target=written_meanwhile, args=(path, enough))
    writer.start()
    try:
        with api(path) as client:
            for limit in (20, 100):
                seen: list[str] = []
                asked = {"limit": str(limit), "excluded": "with"}
                while True:
                    answer = client.get("/v1/mentions", params=asked)
                    seen += [row["id"] for row in data(answer)]
                    cursor = answer.json()["next"]
                    if cursor is None:
                        break
                    asked["cursor"] = cursor
                assert len(seen) == len(set(seen))
                assert {one.id for one in there} <= set(seen)
                assert len(seen) > BEFORE
    finally:
        enough.set()
        writer.join()
