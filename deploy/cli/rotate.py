"""`hearken rotate`: what is older than it is to be kept, dropped once."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import typer

from deploy.cli.options import ConfigFile, StorePath
from schemas.errors import UsageError
from schemas.settings import ElasticsearchSettings, RetentionSettings


def rotate(store: StorePath = None, config: ConfigFile = None) -> None:
    """Drop from the store what is older than the settings say (section retention), as `hearken run` does while it runs.

    An SQLite file must have no other writer meanwhile. Of Elasticsearch whole months go, once they are over; its dead
    letters stay. Safe to stop and to repeat; ends with one line of JSON on stdout.
    """
    from deploy.stopping import stop_signals
    from schemas.clock import SystemClock
    from schemas.settings import load

    settings = load(config)
    where, now = store or settings.store, SystemClock().now()
    if "://" in where:
        dropped = _rotate_months(settings.elasticsearch.model_copy(update={"url": where}), settings.retention, now)
    else:
        with stop_signals() as stopping:
            dropped = _rotate_file(Path(where), settings.retention, now, stopping)
    typer.echo(json.dumps(dropped))


def _rotate_months(elasticsearch: ElasticsearchSettings, kept: RetentionSettings, now: datetime) -> dict[str, int]:
    from sinks.elastic.store import ElasticStore

    if kept.mentions_days is None:
        raise UsageError("everything is kept: set mentions_days under [retention] to the days that posts are to stay")
    with ElasticStore(elasticsearch) as store:
        store.check()
        return {"mentions": store.retention(now - timedelta(days=kept.mentions_days))}


def _rotate_file(path: Path, kept: RetentionSettings, now: datetime, stopping: Callable[[], bool]) -> dict[str, int]:
    from deploy.retention import STEP, forget
    from sinks.sqlite.store import SqliteStore

    if not path.is_file():
        raise UsageError(f"there is no store at {path}")
    dropped = {"mentions": 0, "dead_letters": 0}
    with SqliteStore(path) as store:
        if kept.mentions_days is not None:
            before = now - timedelta(days=kept.mentions_days)
            while any(step := forget(store, before, STEP)) and not stopping():
                dropped["mentions"] += len(step[0])
        if kept.dead_letters_days is not None:
            before = now - timedelta(days=kept.dead_letters_days)
            while (letters := store.drop_dead_letters(before, STEP)) and not stopping():
                dropped["dead_letters"] += letters
    return dropped
