"""`hearken sources`: where posts can come from."""

from collections.abc import Sequence

from deploy.cli.options import ConfigFile, Output
from deploy.cli.output import Column, Row, emit, print_table
from schemas.settings import load

_NAMES = ("name", "network", "formats", "credentials", "promise")


def sources(config: ConfigFile = None, output: Output = "table") -> None:
    """List the sources: what they are called, what recordings of them look like, and what they promise."""
    from ingest.source import sources as registered

    load(config)
    rows = [
        {
            "name": source.name,
            "network": source.network,
            "formats": source.formats,
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
            Column("network", lambda row: row["network"]),
            Column("recordings", lambda row: row["formats"], wide=True),
            Column("credentials", lambda row: ", ".join(row["credentials"]) or "none"),
            Column("promise", lambda row: row["promise"]),
        ],
        rows,
    )
