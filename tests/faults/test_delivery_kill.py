"""The sender of alerts killed at any moment, above all between sending and noting: nothing lost, repeats counted."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.deployment import ROOT
from tests.support.episodes import episode
from tests.support.mentions import T0
from tests.support.receivers import mailbox, receiver

EPISODES = 6

# Delivers all that a store has to tell, in one process after the other; each kills itself at the n-th of these moments:
# before and after each note in the book, before and after each sending. Prints the moments, and "done" at the end.
_SENDER = """
import sys
from pathlib import Path
from deploy.delivery import Delivery
from deploy.telling import open_lines
from schemas.clock import SystemClock
from schemas.settings import load
from sinks.channels.apprise import Apprise
from sinks.channels.webhook import Webhook
from sinks.sqlite.notices import SqliteBook
from tests.support.kill_moments import live, watch
path, settings = Path(sys.argv[1]), load(Path(sys.argv[2]))
watch(SqliteBook, "save")
watch(Webhook, "send")
watch(Apprise, "send")
open_lines(settings, SystemClock())  # loads apprise's plug-ins, once for all
def deliver():
    delivery = Delivery(settings, path, SystemClock())
    delivery.start()
    delivery.finish()
live(map(int, sys.argv[3:]), deliver)
"""


@pytest.mark.timeout(300)
def test_a_sender_that_is_killed_again_and_again_loses_nothing_and_repeats_as_promised(tmp_path: Path) -> None:
    path, random = tmp_path / "store.db", Random(5)
    hours = (datetime.now(UTC) - T0) / timedelta(hours=1)
    with receiver() as server, mailbox() as box:
        configured = tmp_path / "hearken.toml"
        configured.write_text(
            f"""
            [[brands]]
            name = "Acme"
            query = "acme"
            [outbound]
            allow = ["127.0.0.1"]
            [[alerts.channels]]
            name = "hook"
            type = "webhook"
            url = "{server.url()}"
            secret = "sixteen letters!"
            [[alerts.channels]]
            name = "mail"
            url = "mailto://127.0.0.1:{box.port}/?from=a@b.example&to=c@d.example&mode=insecure"
            """,
            "utf-8",
        )
        kills: Counter[str] = Counter()
        for revision in (1, 2):
            with SqliteStore(path) as store:
                made = [
                    episode(str(n), revision=revision, closed=revision == 2, hours=hours, observed=100 + n, volume=None)
                    for n in range(EPISODES)
                ]
                store.write(Write(alerts=made))
            *moments, last = deliver(path, configured, [*(random.randint(1, 12) for _ in range(12)), 0])
            assert last == "done"
            kills.update(moments)
        hooked = Counter(given.headers["webhook-id"] for given in server.given)
        mailed = Counter(
            (str(mail["subject"]).endswith("(over)"), text.partition("Seen:")[2][:10])
            for mail, text in zip(box.mails, box.texts(), strict=True)
        )
    told = {f"acme-{n}:{step}" for n in range(EPISODES) for step in ("opened", "closed")}
    print(
        f"\n{kills.total()} kills ({dict(kills)}); webhook {hooked.total()}, mail {mailed.total()} of {len(told)}",
        end="",
    )
    assert kills.total() >= 10
    assert set(hooked) == told
    assert len(mailed) == len(told)
    for counted in (hooked, mailed):
        assert counted.total() - len(told) <= kills.total()
    assert kills["after send"] + kills["before save"] > 0  # the window between sending and noting


def deliver(path: Path, configured: Path, kill_at: list[int]) -> list[str]:
    """Run one sender after the other until one ends by itself; return at which moments the others were killed."""
    command = [sys.executable, "-W", "ignore", "-c", _SENDER, str(path), str(configured), *map(str, kill_at)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split("\n")[:-1]
