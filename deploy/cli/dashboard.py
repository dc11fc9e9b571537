"""`hearken dashboard`: the API, and the pages that people look at."""

from typing import Annotated

import typer

from deploy.cli.options import BrandsFile, ConfigFile, StorePath

_Host = Annotated[str | None, typer.Option("--host", help="Where to listen; this machine alone without tokens.")]
_Port = Annotated[int | None, typer.Option("--port", min=0, max=65_535, help="0 takes a free one.")]
_UntilIdle = Annotated[
    float | None, typer.Option("--until-idle", min=0, metavar="SECONDS", help="End when nobody has asked for so long.")
]


def dashboard(
    store: StorePath = None,
    host: _Host = None,
    port: _Port = None,
    until_idle: _UntilIdle = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Show a store to browsers, and answer programs at /v1, until SIGTERM; a run may write to it all the while.

    With --brands, brands are saved to that file. Needs no network, and asks none.
    """
    from deploy.api.serving import serve
    from deploy.cli.output import note
    from deploy.observation.logs import logs
    from deploy.stores import open_store
    from schemas.settings import load

    settings = load(config, brands)
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    if changes:
        settings = load(config, brands, api=settings.api.model_dump() | changes)
    where = store or settings.store
    open_store(where, elasticsearch=settings.elasticsearch).close()  # what is wrong is said before the log begins
    with logs(settings.observe, "dashboard"):
        serve(settings, where, brands, lambda address: note(f"listening at {address}"), until_idle)
