"""`hearken kibana`: what Kibana is given: dashboards, views and lists as a file, and its own alert rules."""

import json
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import BrandsFile, ConfigFile

app = typer.Typer(
    help="What Kibana is given: dashboards and lists as a file, and alert rules of its own.", no_args_is_help=True
)

_Output = Annotated[Path | None, typer.Option("-o", "--output", help="Where to write; stdout without it.")]
_Put = Annotated[bool, typer.Option("--put", help="Put the rules into Kibana; without it they are printed.")]


@app.command("export")
def export(output: _Output = None, config: ConfigFile = None, brands: BrandsFile = None) -> None:
    """Write the file that Kibana imports: views, dashboards, and a list of the mentions of each brand.

    The views link to the dashboard at kibana.dashboard_url, and read the indices of elasticsearch.index_prefix.
    """
    from deploy.cli.output import note
    from deploy.kibana.export import ndjson
    from schemas.errors import UsageError
    from schemas.settings import load

    settings = load(config, brands)
    made = ndjson(settings.brands, settings.elasticsearch.index_prefix, settings.kibana.dashboard_url)
    if output is None:
        typer.echo(made, nl=False)
        return
    try:
        output.write_text(made, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror or error}") from None
    note(f"{output}: import it under Stack Management, Saved Objects; it replaces what it brought before")


@app.command("rules")
def rules(put: _Put = False, config: ConfigFile = None) -> None:
    """Print the alert rules for Kibana, one JSON object a line, or put them into the space that the settings name.

    Safe to repeat: a rule keeps its id, what people attached to it, and whether it is switched on. The API key comes
    from HEARKEN_KIBANA__API_KEY. With --put it ends with one line of JSON on stdout.
    """
    from deploy.cli.output import note
    from deploy.kibana.rules import NEW, RULES
    from deploy.kibana.server import Kibana, put_rules
    from schemas.guard import Guard
    from schemas.settings import load

    settings = load(config)
    space, prefix = settings.kibana.space or "default", settings.elasticsearch.index_prefix
    if not put:
        for rule in RULES:
            typer.echo(json.dumps({"id": rule.id(space, prefix), **NEW, **rule.body(prefix)}))
        note("nothing is put anywhere: --put puts these rules into Kibana")
        return
    kibana = Kibana(settings.kibana, Guard(settings.outbound.places()))
    try:
        done = put_rules(kibana, RULES, space, prefix)
    finally:
        kibana.close()
    for name, outcome in done.items():
        note(f"{name}: {outcome}")
    outcomes = list(done.values())
    typer.echo(json.dumps({kind: outcomes.count(kind) for kind in ("created", "updated", "unchanged")}))
