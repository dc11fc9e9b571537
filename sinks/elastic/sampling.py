"""A sample of selected mentions, the same ones whenever it is asked for."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from schemas.mention import Mention
from schemas.text import index_text
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.reader import Clause, Reader
from sinks.elastic.selecting import clauses
from sinks.selection import Selection
from sinks.spoken import Spoken

# Ids are digests: in their order nothing of the mentions is left.
_ORDER: list[Clause] = [{"id": "asc"}]
_READ = ("id", "text", "title", "quoted_text", "media.alt", "hashtags", "facts.time", "facts.entities")


class Sampling:
    """Draws mentions evenly from all that are selected."""

    def __init__(self, reader: Reader, names: Names) -> None:
        """Ask `reader`."""
        self._reader = reader
        self._index = names.alias("mentions")

    def sample(self, selection: Selection, without: Selection | None, limit: int) -> list[Spoken]:
        """Return mentions of a selection that are not of another one: all, or `limit` drawn from them."""
        ways: list[Clause] = []
        checked: list[Spoken] = []
        for brand in selection.brands:
            chosen = clauses(selection, brand)
            if without is not None and brand in without.brands:
                chosen.all_of.append({"bool": {"must_not": [{"bool": {"filter": clauses(without, brand).all_of}}]}})
            if chosen.checks:
                hits = self._reader.hits(self._index, chosen.all_of, _ORDER)
                found = ((source, read(Mention, source)) for source in hits)
                checked += islice((_spoken(source) for source, one in found if chosen.passes(one)), limit)
            else:
                ways.append({"bool": {"filter": chosen.all_of}})
        drawn = {one.id: one for one in (*checked, *self._found(ways, limit))}
        return [drawn[name] for name in sorted(drawn)[:limit]]

    def _found(self, ways: list[Clause], limit: int) -> Iterator[Spoken]:
        if ways:
            wanted: list[Clause] = [{"bool": {"should": ways, "minimum_should_match": 1}}]
            yield from map(_spoken, self._reader.hits(self._index, wanted, _ORDER, limit, fields=_READ))


def _spoken(source: dict[str, Any]) -> Spoken:
    texts = [source.get(name) for name in ("text", "title", "quoted_text")]
    texts += [media.get("alt") for media in source.get("media", [])]
    words = " \n ".join(index_text(text) for text in texts if text)
    facts = source["facts"]
    return Spoken(
        source["id"], facts["time"], words, tuple(source.get("hashtags", ())), tuple(facts.get("entities", ()))
    )
