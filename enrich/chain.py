"""The chain of all text stages over batches of texts; a text that comes again is not analysed again."""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

from enrich.repost_prefix import with_prefix, without_prefix
from enrich.stage import stages
from schemas.mention import Analysis
from schemas.settings import Settings

_REMEMBERED = 2_000  # characters: what is copied is short, and ten thousand long texts would not be


class Chain:
    """Every stage in order, behind one function, with a memory of the last texts (`text.cache_size` of them).

    Pure but for the two counts `analysed` and `repeated`: what it returns for one text never depends on the others.
    """

    def __init__(self, settings: Settings) -> None:
        """Build every stage; UsageError when one of them lacks something it cannot do without."""
        self.analysed = 0
        self.repeated = 0
        self._stages = stages(settings)
        self._longest = settings.text.max_characters
        self._size = settings.text.cache_size
        self._known: OrderedDict[bytes, Analysis] = OrderedDict()

    def analyse(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Return the analyses with every field filled in: as many, in the same order.

        Of a text longer than `text.max_characters` only the head is read; `text` is the whole one and all offsets hold.
        """
        bodies = [without_prefix(analysis) for analysis in batch]  # a repost repeats the words of its original
        keys = [_digest(analysis) for analysis in bodies]
        results = {key: self._known[key] for key in keys if key in self._known}
        new = {key: analysis for key, analysis in zip(keys, bodies, strict=True) if key not in results}
        results.update(zip(new, self._run(list(new.values())), strict=True))
        self.analysed += len(new)
        self.repeated += len(batch) - len(new)
        self._remember(keys, results)
        return [with_prefix(results[key], analysis.text) for key, analysis in zip(keys, batch, strict=True)]

    def describe(self) -> list[str]:
        """Return one line per stage, in order, for `hearken check`."""
        return [f"{stage.name}: {stage.describe()}" for stage in self._stages]

    def _run(self, batch: list[Analysis]) -> list[Analysis]:
        batch = [
            analysis.replace(text=analysis.text[: self._longest]) if len(analysis.text) > self._longest else analysis
            for analysis in batch
        ]
        for stage in self._stages:
            batch = stage.apply(batch)
        return batch

    def _remember(self, keys: list[bytes], results: dict[bytes, Analysis]) -> None:
        for key in keys:
            result = results[key]
            if key not in self._known and len(result.text) <= _REMEMBERED:
                self._known[key] = result
            if key in self._known:
                self._known.move_to_end(key)
        while len(self._known) > self._size:
            self._known.popitem(last=False)


def _digest(analysis: Analysis) -> bytes:
    given = f"{analysis.lang or ''}\0{analysis.text}"
    return blake2b(given.encode(errors="surrogatepass"), digest_size=16).digest()
