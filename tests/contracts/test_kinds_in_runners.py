"""Sixteen days of two rivals, read by either runner in whatever batches: the same alerts of the lookout's kinds."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from deploy.rule_trial import trial
from schemas.alert import Alert, AlertKind
from schemas.brand import Brand, KeywordRule
from schemas.post import PostEvent
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.alert_runners import Steps, embedded, on_kafka, steps, told_post
from tests.support.mentions import T0

RULE = KeywordRule(name="battery", query='"battery fire"', at_least=3)
BRANDS = (
    Brand(name="Acme", query="acme", group="phones", rules=(RULE,)),
    Brand(name="Borealis", query="borealis", group="phones"),
)
SETTINGS = Settings(brands=BRANDS)
KINDS: set[AlertKind] = {"share_of_voice", "great_reach", "keyword_rule", "source_silent", "bought_amplification"}
DAYS = 18
_WORDS = [f"{start}{end}" for start in ("bro", "scre", "que", "bat") for end in ("ken", "ver", "lo", "tum", "rix")]


def story() -> list[PostEvent]:
    """A post about each brand every forty minutes from one source, now and then from another; on the last days one of
    them is silent, and much is said of one brand."""
    rng = Random(4)
    told: list[PostEvent] = []
    for n in range(36 * DAYS):
        day = n / 36
        told.append(_post(f"b{n}", day, "borealis", rng))
        if not 15 <= day < 16.2:
            told.append(_post(f"a{n}", day, "acme", rng))
        if n % 3 == 0 or 15 <= day < 16.2:
            told.append(_post(f"o{n}", day, "acme", rng, source="other"))
    told += [_post(f"much{n}", 16.5 + n / 240, "acme", rng) for n in range(360)]
    told += [_post(f"fire{n}", 10 + n / 1000, "acme", rng, words="battery fire") for n in range(4)]
    copied = f"borealis {' '.join(_WORDS)}"
    told += [_post(f"copy{n}", 12 + n / 3_000, "borealis", rng, followers=3).replace(text=copied) for n in range(70)]
    told.append(_post("star", 12.3, "borealis", rng, followers=2_000_000))
    return sorted(told, key=lambda event: event.observed_at)


def _post(
    name: str, day: float, brand: str, rng: Random, source: str = "test", words: str = "", followers: int = 100
) -> PostEvent:
    at = T0 + timedelta(days=day + rng.random() / 100)
    text = f"{brand} {words} {' '.join(rng.sample(_WORDS, 6))}"
    return told_post(name, at, text, followers, "xx", source)


def by_embedded(told: list[PostEvent], batch: int, folder: Path) -> Iterator[Alert]:
    return embedded(SETTINGS, told, batch, folder, restarts=10)


def by_kafka(told: list[PostEvent], batch: int, _: Path) -> Iterator[Alert]:
    return on_kafka(SETTINGS, told, batch, {"phones"}, restarts=10)


def _steps(alerts: Iterator[Alert]) -> Steps:
    return steps(alert.replace(replayed=True) for alert in alerts if alert.kind in KINDS)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """Every step of every alert, in the embedded runner."""
    return _steps(by_embedded(story(), 20, tmp_path_factory.mktemp("expected")))


def test_each_kind_is_told_of_once(expected: Steps) -> None:
    names = sorted({(alert.kind, alert.brand) for alert in expected.values()})
    assert names == [
        ("bought_amplification", "borealis"), ("great_reach", "borealis"), ("keyword_rule", "acme"),
        ("share_of_voice", "acme"), ("share_of_voice", "borealis"), ("source_silent", "acme"),
    ]  # fmt: skip
    assert len({name for name, _ in expected}) == len(names)
    rule = next(alert for alert in expected.values() if alert.kind == "keyword_rule")
    assert (rule.rule, rule.observed, rule.threshold, len(rule.drivers.posts)) == ("battery", 3, 3, 3)
    copied = [alert for alert in expected.values() if alert.kind == "bought_amplification"]
    assert (copied[0].threshold, copied[-1].status, copied[-1].observed, copied[-1].volume) == (50, "closed", 70, 70)
    # All but the first of seventy, and an everyday post that says by chance what another did.
    silent = next(alert for alert in expected.values() if alert.kind == "source_silent")
    assert (silent.source, silent.observed) == ("test", 0)


@pytest.mark.parametrize("batch", [70, 400])
@pytest.mark.parametrize("runner", [by_embedded, by_kafka])
def test_both_runners_give_the_same_alerts(
    runner: Callable[[list[PostEvent], int, Path], Iterator[Alert]],
    batch: int,
    expected: Steps,
    tmp_path: Path,
) -> None:
    found = _steps(runner(story(), batch, tmp_path))
    # Of steps that fall into one batch a store has the last alone.
    assert {key: expected[key] for key in found if key in expected} == {
        key: alert for key, alert in found.items() if key in expected
    }
    assert {name for name, _ in found} == {name for name, _ in expected}


def test_a_trial_of_what_is_stored_gives_the_same_alerts(expected: Steps, tmp_path: Path) -> None:
    list(by_embedded(story(), 400, tmp_path))
    with SqliteStore(tmp_path / "400.db") as store:
        both = trial(store, BRANDS, SETTINGS.alerts)
        one = trial(store, BRANDS[:1], SETTINGS.alerts, BRANDS)
    assert {alert.id for alert in both if alert.kind in KINDS} == {name for name, _ in expected}
    assert [alert.id for alert in one] == [alert.id for alert in both if alert.brand == "acme"]
