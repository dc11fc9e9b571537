"""Opening the store that a command names: a path is SQLite, a URL is Elasticsearch."""

from schemas.errors import UsageError
from schemas.settings import ElasticsearchSettings
from sinks.store import Store

DEFAULTS = ElasticsearchSettings()


def open_store(
    where: str,
    *,
    read_only: bool = True,
    elasticsearch: ElasticsearchSettings = DEFAULTS,
    within_s: float | None = None,
) -> Store:
    """Return the store at a path or a URL; `elasticsearch` says how to reach a URL, whatever URL it names itself.

    A question that takes longer than `within_s` raises Transient.

    For writing, what the store needs is made. Raises UsageError for a file that is missing or not a store and for a
    server that cannot be used, Transient for one that does not answer.
    """
    if "://" not in where:
        from sinks.sqlite.store import SqliteStore  # here: a command that asks nothing does not wait for it

        return SqliteStore(where, read_only=read_only, within_s=within_s)
    if not where.startswith(("http://", "https://")):
        raise UsageError("a store is the path of an SQLite file, or the http(s) URL of an Elasticsearch")
    from sinks.elastic.store import ElasticStore

    timeout_s = min(within_s or elasticsearch.request_timeout_s, elasticsearch.request_timeout_s)
    store = ElasticStore(elasticsearch.model_copy(update={"url": where, "request_timeout_s": timeout_s}))
    try:
        store.check()
        if not read_only:
            store.prepare()
    except BaseException:
        store.close()
        raise
    return store
