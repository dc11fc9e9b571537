"""From posts to notices in one process, killed with kill -9 at seeded moments: no episode lost, none told twice but as
promised."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from schemas.alert import Alert
from sinks.sqlite.store import SqliteStore
from tests.support.deployment import ROOT
from tests.support.jetstream_events import commit, did
from tests.support.mentions import T0
from tests.support.receivers import Given, Receiver, receiver

BRANDS = ("acme", "borealis", "cumulus")
DAYS = 13
_WORDS = [
    f"{start}{end}" for start in ("bro", "scre", "que", "bat", "sho", "pri", "lum") for end in ("ken", "lo", "rix")
]
_ANGRY = "awful broken useless"

# Replays and delivers in one process after the other; each kills itself at the n-th of these moments: before and after
# each batch of posts, each note in the book, each sending; with an "n" before the number, only those of notices count.
# Prints the moments, and at the end "done" and how many there were of all and of notices.
_RUN = """
import os, signal, sys, time
from threading import Lock
from pathlib import Path
import deploy.delivery, deploy.embedded, deploy.replay
from deploy.telling import open_lines
from schemas.clock import SystemClock
from schemas.settings import load
from sinks.channels.webhook import Webhook
from sinks.sqlite.notices import SqliteBook
recording, store, settings = Path(sys.argv[1]), sys.argv[2], load(Path(sys.argv[3]))
deploy.replay.BATCH, deploy.delivery._LOOK_S = 16, 0.02
chain = deploy.embedded.Chain(settings)  # loaded once for all
deploy.embedded.Chain = lambda settings: chain
passed, of_notices, lock = 0, 0, Lock()
def moment(name):
    global passed, of_notices
    with lock:
        passed += 1
        of_notices += "process" not in name
        if kill_at in (str(passed), f"n{of_notices}"):
            print(name, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
def around(owner, name, pause_s=0):
    inner = getattr(owner, name)
    def watched(*given, **named):
        moment("before " + name)
        answer = inner(*given, **named)
        moment("after " + name)
        time.sleep(pause_s)
        return answer
    setattr(owner, name, watched)
around(deploy.embedded.Embedded, "process", 0.02)  # so that the book has its turn between batches
around(SqliteBook, "save")
around(SqliteBook, "save_place")
around(Webhook, "send")
open_lines(settings, SystemClock())
for kill_at in sys.argv[4:]:
    child = os.fork()
    if child == 0:
        deploy.replay.replay(recording, "bluesky-jetstream", settings, store, deliver=True)
        print(f"done {passed} {of_notices}", flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Course:
    """What a run came to: the alerts of the store at the end, what the receiver got, the moments of the kills, and how
    many moments the last life had, of all kinds and of notices."""

    alerts: dict[str, Alert]
    given: list[Given]
    kills: list[str]
    moments: tuple[int, int]


def write_story(path: Path) -> Path:
    """Write two weeks of three brands, with an outcry about each of them, one of them a second time, some angry."""
    rng, told = Random(3), []
    for brand in BRANDS:
        told += [(n + rng.random(), brand, "") for n in range(24 * DAYS)]
    for brand, day, tone in [
        ("acme", 8.4, ""), ("borealis", 8.5, _ANGRY), ("cumulus", 9.7, ""), ("acme", 11.6, _ANGRY),
    ]:  # fmt: skip
        told += [(24 * day + n / 150, brand, tone) for n in range(70)]
    with path.open("wb") as file:
        for number, (hours, brand, tone) in enumerate(sorted(told)):
            words = " ".join(rng.sample(_WORDS, 6))
            record = {"text": f"{brand} {tone} {words}", "langs": ["en"]}
            event = commit(did(f"a{number}"), T0 + timedelta(hours=hours), f"k{number}", record)
            file.write(event + b"\n")
    return path


def write_settings(path: Path, server: Receiver) -> Path:
    brands = "\n".join(f'[[brands]]\nname = "{name}"\nquery = "{name}"' for name in BRANDS)
    channel = f'name = "hook"\ntype = "webhook"\nurl = "{server.url()}"\nsecret = "sixteen letters!"'
    path.write_text(f'{brands}\n[outbound]\nallow = ["127.0.0.1"]\n[[alerts.channels]]\n{channel}\n', "utf-8")
    return path


def course(folder: Path, name: str, kill_at: Sequence[str]) -> Course:
    """Replay the story, killed at these moments of its lives, and let the last life end."""
    recording = folder / "story.ndjson"
    if not recording.exists():
        write_story(recording)
    store = folder / f"{name}.db"
    with receiver() as server:
        settings = write_settings(folder / f"{name}.toml", server)
        command = [sys.executable, "-W", "ignore", "-c", _RUN, str(recording), str(store), str(settings)]
        command += [*kill_at, "0"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        given = list(server.given)
    assert done.returncode == 0, done.stderr[-2_000:]
    *kills, last = done.stdout.split("\n")[:-1]
    assert last.startswith("done ")
    with SqliteStore(store, read_only=True) as opened:
        alerts = {alert.id: alert for alert in opened.alerts(None, None, None, None, 1_000)}
    passed, of_notices = map(int, last.split()[1:])
    return Course(alerts, given, kills, (passed, of_notices))


def check_kills(folder: Path, seed: int, kills: int) -> None:
    """Hold a run that is killed again and again against an undisturbed one."""
    expected = course(folder, "undisturbed", [])
    assert {alert.kind for alert in expected.alerts.values()} >= {"volume_spike", "negative_spike"}
    assert len(expected.alerts) >= 5
    check_told(expected)
    rng = Random(seed)
    passed, of_notices = expected.moments
    lives = [str(rng.randint(1, passed // kills)) for _ in range(kills // 2)]
    lives += [f"n{rng.randint(1, of_notices // kills)}" for _ in range(kills - len(lives))]
    found = course(folder, f"killed-{seed}", lives)
    assert len(found.kills) == kills
    assert found.alerts == expected.alerts
    repeats = check_told(found)
    print(
        f"\n{kills} kills ({dict(Counter(found.kills))}): {len(found.alerts)} episodes, none lost;"
        f" {len(found.given) - repeats} notices, {repeats} of them sent again under their keys",
        end="",
    )
    assert repeats <= kills


def check_told(found: Course) -> int:
    """Hold what was sent against the alerts: each opened and each closed once, in this order; return how many notices
    came again. An episode that was over before its opening was told is told once."""
    first: dict[str, str] = {}
    for given in found.given:
        alert = given.json["data"]["alert"]
        key = given.headers["webhook-id"]
        assert first.setdefault(key, alert["status"]) == alert["status"]  # what comes again is the same
    expected: list[str] = []
    for alert_id in found.alerts:
        expected.append(f"{alert_id}:opened")
        if first[f"{alert_id}:opened"] == "open":
            expected.append(f"{alert_id}:closed")
            assert list(first).index(f"{alert_id}:opened") < list(first).index(f"{alert_id}:closed")
    assert sorted(first) == sorted(expected)
    return len(found.given) - len(first)


@pytest.mark.timeout(300)
def test_four_kills_lose_no_episode_and_repeat_no_more_than_promised(tmp_path: Path) -> None:
    check_kills(tmp_path, seed=1, kills=4)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(2, 5))
def test_twenty_kills_lose_no_episode_and_repeat_no_more_than_promised(seed: int, tmp_path: Path) -> None:
    check_kills(tmp_path, seed=seed, kills=20)
