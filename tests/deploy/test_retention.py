"""A pipeline that runs for months and keeps days of them: nothing grows, and what is old stays out."""

import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from deploy.cli import main
from deploy.embedded import Embedded, Tally
from deploy.listening.embedded import StoreTaker
from deploy.listening.signs import ChannelName
from deploy.listening.taker import Share
from deploy.retention import STEP, Retention, forget
from ingest.foreign import post_event
from ingest.parsing import Outcome
from ingest.records import Record
from ingest.source import Skipped
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.post import PostEvent
from schemas.settings import RetentionSettings, Settings
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, mention

KEPT = 6
DAYS = 60
ACME = Brand(name="Acme", query="acme")
SETTINGS = Settings(brands=(ACME,), retention=RetentionSettings(mentions_days=KEPT, dead_letters_days=KEPT))


def post(name: str, hours: float, **fields: object) -> PostEvent:
    at = T0 + timedelta(hours=hours)
    return post_event("test", name, at, at, text=f"acme is the word of {name}", **fields)  # type: ignore[arg-type]


def record(*parsed: PostEvent | Engagement) -> tuple[Record, Outcome]:
    return Record(1, b"{}"), list(parsed)


def day(number: int, random: Random) -> list[tuple[Record, Outcome]]:
    """Return a day of posts, answers to those of yesterday, and totals of each."""
    reads = []
    for n in range(20):
        hours = 24 * number + random.random() * 24
        yesterday = {"parent": f"{number - 1}-{random.randrange(20)}"} if number and n % 2 else None
        reads.append(record(post(f"{number}-{n}", hours, refs=yesterday, counts={"likes": random.randrange(9)})))
    return reads


def rows(path: Path) -> dict[str, int]:
    """Return how many rows each table has, the state by its collections."""
    tables = ("mentions", "documents", "brand_mentions", "terms", "trends", "engagements", "dead_letters")
    connection = sqlite3.connect(path)
    counted = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
    counted |= dict(connection.execute("SELECT collection, count(*) FROM state GROUP BY collection"))
    counted["pages"] = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    return counted


def save_nothing(tally: Tally) -> None:
    """The position is of no interest here."""


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, dict[str, int]]]:
    """A store after sixty days of which six are kept, and what it held on the way."""
    path = tmp_path_factory.mktemp("months") / "store.db"
    clock, random, held = ManualClock(T0), Random(7), {}
    retention = Retention(SETTINGS.retention, clock)
    with SqliteStore(path, clock=clock) as store:
        pipeline = Embedded(SETTINGS, store)
        for number in range(DAYS):
            clock.advance(86_400)
            pipeline.process(retention.kept(day(number, random)), "test", save_nothing)
            while retention.forget(pipeline, store):
                pass
            held[number] = rows(path)
    assert retention.too_old == 0
    return path, held


def test_no_table_grows_once_the_oldest_goes(months: tuple[Path, dict[int, dict[str, int]]]) -> None:
    _, held = months
    assert held[DAYS - 1]["mentions"] == 20 * KEPT
    assert held[DAYS - 1]["mentions"] == held[DAYS - 1]["documents"]
    settled = {name: max(held[number].get(name, 0) for number in range(10, 25)) for name in held[DAYS - 1]}
    for number in range(25, DAYS):
        for name, count in held[number].items():
            room = 16 if name == "trend_volumes" else 1.3 * settled[name] + 3  # nine weeks of volumes are always kept
            assert count <= room, f"{name} on day {number}: {count}, and {settled[name]} before"


def test_a_pipeline_is_held_up_for_steps_only(months: tuple[Path, dict[int, dict[str, int]]]) -> None:
    path, _ = months
    with SqliteStore(path) as store:
        before = T0 + timedelta(days=DAYS - 2)
        steps = []
        while step := forget(store, before, 7):
            if not any(step):
                break
            steps.append(len(step[0]))
        assert max(steps) == 7
        assert sum(steps) >= 20 * (KEPT - 3)


def test_what_is_old_is_not_taken_in_and_counted() -> None:
    clock = ManualClock(T0 + timedelta(days=KEPT + 1))
    retention = Retention(SETTINGS.retention, clock)
    at = T0 + timedelta(hours=1)
    like = Engagement(id="e", mention_id="m", source="test", kind="like", at=at, observed_at=clock.now())
    deletion = post_event("test", "gone", clock.now(), op="delete")
    reads = [record(post("old", 0), post("new", 48), like, deletion)]
    ((_, outcome),) = retention.kept(reads)
    assert isinstance(outcome, list)
    assert [type(one) for one in outcome] == [Skipped, PostEvent, Skipped, PostEvent]
    assert retention.too_old == 2
    assert Retention(RetentionSettings(), clock).kept(reads) == reads


def test_what_listening_leaves_out_as_too_old_is_told_by_channel(tmp_path: Path) -> None:
    clock = ManualClock(T0 + timedelta(days=KEPT + 1))
    taker = StoreTaker(SETTINGS, str(tmp_path / "store.db"), clock)
    try:
        one, other = ChannelName("test", "one"), ChannelName("test", "other")
        taken = taker.take([Share(one, [record(post("old", 0)), record(post("new", 48))]), Share(other, [])])
    finally:
        taker.close()
    assert taken.too_old == {one: 1}
    assert (taken.tally.read, taken.tally.stored) == (2, 1)


def test_what_was_dropped_is_new_when_it_engages_again_and_goes_again(tmp_path: Path) -> None:
    """A deed of today with a mention that was dropped waits a day as any deed without a mention does."""
    with SqliteStore(tmp_path / "store.db") as store:
        pipeline = Embedded(SETTINGS, store)
        take = partial(pipeline.process, origin="test", save_position=save_nothing)
        take([record(post("old", 0)), record(post("last", 24 * 20))])
        old = post("old", 0).id
        assert pipeline.forget(T0 + timedelta(days=10), STEP) >= 1
        assert store.document(old) is None
        assert take([record(post("answer", 24 * 20, refs={"parent": "old"}))]).stored == 1
        assert store.document(old) is None
        take([record(post("much later", 24 * 40))])
        pipeline.forget(T0 + timedelta(days=30), STEP)
        assert rows(tmp_path / "store.db")["mentions"] == 1
        assert store.engagements(old) == []


def test_engagement_is_kept_once_and_counted_once(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        pipeline = Embedded(SETTINGS, store)
        reads = [record(post("root", 0)), record(post("a", 1, refs={"parent": "root"}))]
        for _ in range(3):
            pipeline.process([*reads, *reads], "test", save_nothing)
        root = store.document(post("root", 0).id)
        assert root is not None
        assert root.engagement == 1
        assert len(store.engagements(root.id)) == 1
        assert "deeds" not in rows(tmp_path / "store.db")


def rotated(capsys: pytest.CaptureFixture[str], store: str, days: int | None) -> tuple[int, str]:
    """Return the status and what was said when a store is rotated with so many days for posts."""
    config = Path("hearken.toml")
    config.write_text(f"[retention]\nmentions_days = {days}\n" if days else "", encoding="utf-8")
    status = main(["rotate", "--store", store, "-c", str(config)])
    out, err = capsys.readouterr()
    return status, (out or err).strip()


def test_a_file_is_rotated_by_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    letter = DeadLetter(
        origin="o", position="1", reason="bad_json", detail="d", stage="parse", at=T0, payload_base64=""
    )
    with SqliteStore("store.db", clock=ManualClock(T0)) as store:
        store.write(Write(mentions=[mention(str(n)) for n in range(STEP + 5)], dead_letters=[letter]))
    assert rotated(capsys, "store.db", None) == (0, '{"mentions": 0, "dead_letters": 1}')
    assert rotated(capsys, "store.db", 30) == (0, '{"mentions": 204, "dead_letters": 0}')
    status, said = rotated(capsys, "none.db", 30)
    assert (status, said) == (2, "hearken: there is no store at none.db")


@pytest.mark.services
def test_months_of_elasticsearch_are_rotated_by_the_same_command(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with elastic_store(request) as store:
        monkeypatch.setenv("HEARKEN_ELASTICSEARCH__INDEX_PREFIX", store.settings.index_prefix)
        store.write(Write(mentions=[mention("old"), mention("older", hours=-24 * 40)]))
        url = store.settings.url
        status, said = rotated(capsys, url, None)
        assert (status, "everything is kept" in said) == (2, True)
        assert rotated(capsys, url, 30) == (0, '{"mentions": 2}')
        assert store.totals() == []
