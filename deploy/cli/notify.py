"""`hearken notify`: one worker that tells channels of the alerts in Kafka."""

import json
from typing import Annotated

import typer

from deploy.cli.options import BrandsFile, ConfigFile, UntilIdle

_Replayed = Annotated[bool, typer.Option("--replayed", help="Tell of alerts of a replay too, marked as such.")]


def notify(
    until_idle: UntilIdle = None, replayed: _Replayed = False, config: ConfigFile = None, brands: BrandsFile = None
) -> None:
    """Tell the channels of the settings of each alert until SIGTERM.

    Several of these stand by for each other. Ends with one line of JSON on stdout; exit 1 when Kafka refuses.
    """
    from deploy.notify_worker import run_notify
    from deploy.observation.logs import logs
    from deploy.stopping import stop_signals
    from schemas.settings import load

    settings = load(config, brands)
    with logs(settings.observe, "notify"), stop_signals() as stopping:
        told = run_notify(settings, stopping, with_replayed=replayed, until_idle_s=until_idle)
    typer.echo(json.dumps({**told.outcomes, "given_up": told.given_up, "silenced": told.silenced}))
