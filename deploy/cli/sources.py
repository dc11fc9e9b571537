"""`hearken sources`: where posts can come from."""

from collections.abc import Sequence

from deploy.cli.options import ConfigFile, Output
from deploy.cli.output import Column, Row, emit, print_table
from schemas.settings import load

_NAMES = ("name", "network", "formats", "live", "past", "credentials", "promise")


def sources(config: ConfigFile = None, output: Output = "table") -> None:
    """List the sources: what they are called, what recordings of them look like, and what they promise.

    `hearken run` and `hearken ingest` listen to a live one; `hearken backfill` reads the past of one that has any.
    """
    from deploy.listening.choice import live_names
    from ingest.history import historical_names
    from ingest.source import sources as registered

    load(config)
    live, past = live_names(), historical_names()
    rows = [
        {
            "name": source.name,
            "network": source.network,
            "formats": source.formats,
            "live": source.name in live,
            "past": source.name in past,
            "credentials": list(source.credentials),
            "promise": source.promise,
        }
        for source in registered().values()
    ]
    emit(output, rows, _NAMES, _table)


def _table(rows: Sequence[Row]) -> None:
    print_table(
        [
            Column("source", lambda row: row["name"]),
            Column("network", lambda row: row["network"], spare=True),
            Column("live", lambda row: "yes" if row["live"] else "-"),
            Column("past", lambda row: "yes" if row["past"] else "-"),
            Column("recordings", lambda row: row["formats"], wide=True),
            Column("credentials", lambda row: ", ".join(row["credentials"]) or "none", wide=True),
            Column("promise", lambda row: row["promise"], spare=True),
        ],
        rows,
    )
