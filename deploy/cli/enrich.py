"""`hearken enrich`: the enrich workers on Kafka."""

import json
from typing import Annotated, Literal

import typer

from deploy.cli.options import BrandsFile, ConfigFile, UntilIdle


def enrich(
    only: Annotated[Literal["text", "trends"] | None, typer.Option(help="One worker instead of both.")] = None,
    until_idle: UntilIdle = None,
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Run the workers on Kafka that turn mentions into documents and trends, until SIGTERM.

    `text` reads mentions and engagement, `trends` what they add to their brands. Several processes share the work. Ends
    with one line of JSON on stdout that counts the messages taken in since it began, or since it began again because it
    had grown too large; status 70 after an error that needs a restart.
    """
    from deploy.enrichment import run
    from deploy.observation.logs import logs
    from schemas.settings import load

    settings = load(config, brands)
    with logs(settings.observe, only or "text,trends"):
        counted = run(settings, only, until_idle)
    typer.echo(json.dumps(counted))
