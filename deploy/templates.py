"""The index templates at the start of what writes to Elasticsearch."""

from schemas.errors import Fatal
from sinks.elastic.store import ElasticStore


def require_templates(store: ElasticStore) -> None:
    """Make the index templates that are missing or another version's; where they are as they should be, change nothing,
    so that a sink needs no right to. Raises Fatal when it may not.
    """
    if not (outdated := store.outdated()):
        return
    try:
        store.prepare()
    except Fatal as error:
        raise Fatal(
            f"the index templates {', '.join(outdated)} are missing or another version's, and could not be changed:"
            f" run `hearken topics` as a keeper ({error})"
        ) from None
