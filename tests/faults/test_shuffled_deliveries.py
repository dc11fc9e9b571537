"""Deliveries in a thousand orders, with repeats: the newest state always stays."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from schemas.mention import Mention
from sinks.elastic.store import ElasticStore
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.elastic import elastic_store
from tests.support.mentions import mention, stub

ORDERS = 1_000
STATES = 5


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore | ElasticStore]:
    """An empty store of each kind."""
    kind: str = request.param
    with SqliteStore(tmp_path / "store.db") if kind == "sqlite" else elastic_store(request) as made:
        yield made


def states(name: str, rng: Random) -> list[Mention]:
    """Return the states of one mention, whose time of publication may move by months; one in ten is deleted at last."""
    told = [
        mention(name, version=version, text=f"state {version}", hours=rng.choice([0, 0, 24 * 40]))
        for version in range(1, STATES + 1)
    ]
    if rng.random() < 0.1:
        told[-1] = stub(name, version=STATES, published_at=None)
    return told


def test_a_thousand_orders(store: SqliteStore | ElasticStore) -> None:
    rng = Random(11)
    told = {name: states(name, rng) for name in map(str, range(ORDERS))}
    deliveries = [state for name in told for state in told[name] for _ in range(rng.choice([1, 1, 2]))]
    rng.shuffle(deliveries)  # each mention's states in an order of its own
    while deliveries:
        size = rng.choice([1, 10, 500, 1_000])
        store.write(Write(mentions=deliveries[:size]))
        del deliveries[:size]
    for newest in (one[-1] for one in told.values()):
        found = store.document(newest.id)
        assert found is not None
        assert (found.version, found.text, found.deleted_at) == (newest.version, newest.text, newest.deleted_at)
    live = {one[-1].id for one in told.values() if one[-1].deleted_at is None}
    assert {one.id for one in store.mentions("acme", None, None, None, "new", 10 * ORDERS)} == live
