"""The index that Elasticsearch keeps its API keys in, made where the server cannot make it itself.

Its settings name an analyzer for addresses whose filter is in none of the modules of the archive that the stack runs
on. An index of that name with a plainer analyzer will do; the server adds the mapping. It lets nobody create such an
index, but somebody with rights on restricted indices may clone another one under its name.
"""

import warnings

from elasticsearch import Elasticsearch, ElasticsearchWarning

NAME, ALIAS = ".security-7", ".security"
_FORMAT = 6  # the version of its layout, as the server wants to find it
_PATTERN = "hearken-keys"
_ANALYZER = {"type": "custom", "tokenizer": "standard"}

ROLE = {"indices": [{"names": [f"{ALIAS}*"], "privileges": ["all"], "allow_restricted_indices": True}]}
"""What the user needs, besides being a superuser, for `make_key_index`."""


def make_key_index(client: Elasticsearch) -> None:
    """Make the index, unless it is there. Raises what the client raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ElasticsearchWarning)  # the server warns of indices like this one
        if not client.indices.exists(index=NAME):
            _clone(client)


def _clone(client: Elasticsearch) -> None:
    settings = {
        "number_of_replicas": 0,
        "hidden": True,
        "format": _FORMAT,
        "blocks.write": True,  # only what stands still is cloned
        "analysis": {"analyzer": {"email": _ANALYZER}},
    }
    client.indices.delete(index=_PATTERN, ignore_unavailable=True)
    client.indices.create(index=_PATTERN, settings={"index": settings})
    changes = {"index.blocks.write": None, "index.number_of_replicas": 0}  # the latter is not taken over
    client.indices.clone(index=_PATTERN, target=NAME, settings=changes, aliases={ALIAS: {"is_hidden": True}})
    client.cluster.health(index=NAME, wait_for_status="green", timeout="60s")
    client.indices.delete(index=_PATTERN)
