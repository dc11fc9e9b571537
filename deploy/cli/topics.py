"""`hearken topics`: what a deployment needs before its workers: topics, index templates, rights."""

from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import ConfigFile
from deploy.cli.output import Column, Row, note, print_table

if TYPE_CHECKING:
    from schemas.settings import ElasticsearchSettings


def topics(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 when anything differs.")] = False,
    grant: Annotated[
        bool, typer.Option("--grant", help="First give every worker its rights; for an administrator.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Create and extend the topics, with their partitions, retention and compaction.

    Where the settings name an elasticsearch.url, put the index templates too, which a sink then needs no right to.
    Nothing is done that would lose messages: that is shown as refused, with exit 1. With --grant each
    worker's principal, called hearken-ingest, hearken-enrich, hearken-sink and so on, may do on Kafka what its work
    needs, and Elasticsearch has the roles hearken-keeper, hearken-sink and hearken-reader.
    """
    from deploy.kafka.rights import grant as grant_rights
    from deploy.kafka.topics import set_up
    from schemas.settings import load

    settings = load(config)
    indexed = "url" in settings.elasticsearch.model_fields_set
    if grant and not check:
        grant_rights(settings.kafka)
        if indexed:
            _grant_roles(settings.elasticsearch)
    plan = set_up(settings.kafka, change=not check)
    rows: list[Row] = [one._asdict() for one in plan.differences]
    print_table(
        [
            Column("topic", lambda row: settings.kafka.named(row["topic"])),
            Column("", lambda row: _DONE[row["verdict"]] if not check else f"would {row['verdict']}"),
            Column("because", lambda row: f"it {row['said']}" if row["verdict"] != "alter" else row["said"], wide=True),
        ],
        rows,
    )
    if not rows:
        note("all topics are as they should be")
    outdated = _templates(settings.elasticsearch, check) if indexed else []
    if plan.refused or (check and (rows or outdated)):
        raise typer.Exit(1)


def _templates(elasticsearch: "ElasticsearchSettings", check: bool) -> list[str]:
    """Put the index templates that are missing or another version's, and return their names."""
    from sinks.elastic.store import ElasticStore

    with ElasticStore(elasticsearch) as store:
        store.check()
        if outdated := store.outdated():
            if not check:
                store.prepare()
            note(f"index templates {'to put' if check else 'put'}: {', '.join(outdated)}")
        else:
            note("all index templates are as they should be")
    return outdated


def _grant_roles(elasticsearch: "ElasticsearchSettings") -> None:
    from sinks.elastic.connection import connect, spoken
    from sinks.elastic.indices import Names
    from sinks.elastic.roles import roles

    with connect(elasticsearch) as client, spoken(client):
        for name, role in roles(Names(elasticsearch.index_prefix)).items():
            client.security.put_role(name=name, **role)


_DONE = {"create": "created", "extend": "extended", "alter": "altered", "refuse": "refused"}
