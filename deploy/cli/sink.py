"""`hearken sink`: one worker from Kafka into Elasticsearch."""

import json
from dataclasses import asdict

import typer

from deploy.cli.options import ConfigFile, UntilIdle


def sink(until_idle: UntilIdle = None, config: ConfigFile = None) -> None:
    """Store mentions, engagement, trends, alerts, clicks and dead letters in Elasticsearch until SIGTERM.

    Several of these share the work. Ends with one line of JSON on stdout; exit 1 when Kafka or Elasticsearch refuses.
    """
    from deploy.observation.logs import logs
    from deploy.sink_worker import run_sink
    from deploy.stopping import stop_signals
    from schemas.settings import load

    settings = load(config)
    with logs(settings.observe, "sink"), stop_signals() as stopping:
        tally = run_sink(settings, stopping, until_idle_s=until_idle)
    typer.echo(json.dumps(asdict(tally)))
