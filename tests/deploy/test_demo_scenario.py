import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.brands import BRANDS
from deploy.demo.scenario import Scenario
from ingest.matcher import Matcher
from ingest.parsing import parse_recording
from ingest.source import source
from schemas.post import PostEvent


def _posts(path: Path, scenario: Scenario) -> list[dict[str, Any]]:
    assert scenario.write(path) > 0
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "synthetic.ndjson"
    Scenario().write(path)
    return path


@pytest.fixture(scope="module")
def events(recording: Path) -> list[PostEvent]:
    found: list[PostEvent] = []
    for _, outcome in parse_recording(source("ndjson"), recording):
        assert isinstance(outcome, list)
        found += [event for event in outcome if isinstance(event, PostEvent)]
    return found


def test_the_same_seed_tells_the_same_story_and_another_one_another(tmp_path: Path) -> None:
    small = Scenario(scale=0.05)
    assert _posts(tmp_path / "a", small) == _posts(tmp_path / "b", small)
    assert _posts(tmp_path / "a", small) != _posts(tmp_path / "c", Scenario(seed=1, scale=0.05))


def test_every_post_says_that_it_is_synthetic(events: list[PostEvent]) -> None:
    assert 6_000 <= len(events) <= 10_000
    assert {event.source for event in events} == {"synthetic"}
    assert all("synthetic" in event.flags for event in events)
    assert all(event.url is None or event.url.startswith("https://synthetic.example/") for event in events)


def test_posts_come_in_the_order_in_which_they_were_seen(events: list[PostEvent]) -> None:
    assert [event.observed_at for event in events] == sorted(event.observed_at for event in events)


def test_the_story_has_every_kind_of_post(events: list[PostEvent]) -> None:
    kinds, deeds = Counter(event.kind for event in events), Counter(event.op for event in events)
    assert kinds.keys() >= {"post", "repost", "reply", "quote"}
    assert deeds["update"] >= 1
    assert deeds["delete"] == 1
    ids = {event.id for event in events}
    targets = {target for event in events for target in (event.repost_of, event.quote_of, event.parent_id) if target}
    assert targets <= ids


def test_followers_are_unevenly_spread(events: list[PostEvent]) -> None:
    followers = sorted({event.author.id: event.author.followers or 0 for event in events if event.author}.values())
    assert followers[len(followers) // 2] < 400
    assert followers[-1] > 400_000


def test_posts_about_something_else_match_no_brand(events: list[PostEvent]) -> None:
    matcher = Matcher(BRANDS)
    unmatched = [event.text or "" for event in events if event.op == "create" and not matcher.match(event)]
    assert any("campfire" in text for text in unmatched)
    assert any("candles" in text for text in unmatched)
    assert any("hockey" in text for text in unmatched)
    assert not any("Veridane" in text for text in unmatched)
    brands = Counter(brand.id for event in events for brand in matcher.match(event))
    assert brands.keys() == {"veridane", "ostrine", "halvik"}


def test_leaving_an_episode_out_leaves_out_its_posts(tmp_path: Path) -> None:
    def texts(scenario: Scenario) -> str:
        return " ".join(post.get("text", "") for post in _posts(tmp_path / "posts", scenario))

    assert "#BoycottVeridane" in texts(Scenario(scale=0.1))
    assert "#BoycottVeridane" not in texts(Scenario(scale=0.1, bought=False))
    assert "#EmberBattery" not in texts(Scenario(scale=0.1, complaint=False))
    assert "#VeridaneEmber" not in texts(Scenario(scale=0.1, launch=False))
