"""Trends: what a brand's mentions come to in each five minutes, counted from the last contribution of each mention."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from enrich import near_copies
from enrich.bucket_tally import NUMBERS, BucketTally
from enrich.contributions import Bucket, Record, drop_slice, sightings
from enrich.copy_index import CopyIndex, Verdict
from enrich.held_slices import HeldSlices
from enrich.state import State
from enrich.volumes import Volumes
from schemas.brand import Brand
from schemas.trend import BUCKET_MS, BrandDelta, TrendBucket, bucket_start
from schemas.wire import from_ms, ms

LATENESS_MS = 900_000
"""How far the watermark stays behind a brand's newest mention."""

OPEN_MS = 48 * 3_600_000
"""How long after its end, by the watermark, a bucket may change without being marked as revised."""

_MAX_REVISION = 2**63 - 1
_AUTHORS = 50_000  # of big buckets whose tally is kept from one flush to the next, in all


class Trends:
    """Counts mentions into buckets. What these say follows from the set of deltas, not from their order or number.

    Everything that lasts is in `state`; call `flush` before the runner commits it: what was touched is not part of it.
    """

    def __init__(
        self,
        state: State,
        brands: Sequence[Brand],
        bands: Callable[[str], Iterable[Hashable]] = near_copies.bands,
        similar: Callable[[str, str], bool] = near_copies.similar,
        remembered: int = 5_000,
        bounded: bool = False,
    ) -> None:
        """Count for `brands`, of which only the time zones matter here; a brand that is not among them has UTC.

        `bands` and `similar` say what a near-copy is; `remembered` is as in `CopyIndex`. `bounded` lets go of what
        `HeldSlices` says is over: a bucket that changes after that is counted from what changes alone, and has, by its
        smaller revision, little chance against what was sent before.
        """
        self._state = state
        self._volumes = Volumes(state.table("trend_volumes"), {brand.id: ZoneInfo(brand.timezone) for brand in brands})
        self._copies = CopyIndex(partial(sightings, state), bands, similar, remembered)
        self._held = HeldSlices(state.table("trend_held")) if bounded else None
        self._touched: dict[tuple[str, int], Bucket] = {}
        self._recalled: set[tuple[str, int]] = set()  # buckets that history touched
        self._tallies: OrderedDict[tuple[str, int], BucketTally] = OrderedDict()

    def apply(self, delta: BrandDelta) -> None:
        """Take in one change; one no newer than what is known of the mention in this bucket changes nothing."""
        brand, mention_id = delta.brand, delta.mention_id
        record = Record.of(delta.version, delta.contribution)
        start_ms = bucket_start(ms(delta.bucket) if record.at_ms is None else record.at_ms)
        bucket = self._touched.get((brand, start_ms)) or Bucket(self._state, brand, start_ms)
        known = bucket.record(mention_id)
        if known is not None and known.version >= record.version:
            return
        if record.at_ms is not None:
            self._volumes.saw(brand, record.at_ms, record.counted)
        self._touch(brand, start_ms, bucket)
        if delta.history:
            self._recalled.add((brand, start_ms))
        before = known.sighting(mention_id) if known is not None else None
        after = record.sighting(mention_id)
        if known is not None and before == after:
            self._put(brand, start_ms, mention_id, record._replace(witness=known.witness))
            return
        if before is not None:
            # Off the record before the index is asked again: it may have to load what stands there.
            self._put(brand, start_ms, mention_id, Record(record.version))
            self._note(brand, self._copies.remove(brand, before))
        verdicts = self._copies.add(brand, after) if after is not None else []
        self._put(brand, start_ms, mention_id, record)
        self._note(brand, verdicts)

    def flush(self) -> list[TrendBucket]:
        """Return the buckets that changed since the last flush, by brand and start, each with a higher revision.

        A revision is at least the sum of the versions behind the bucket, so that it comes out the same however often
        this is called, but for near-copies that appear or vanish through other buckets: each such change adds one.
        """
        counted = [(*place, self._touched[place], *self._tally(*place)) for place in sorted(self._touched)]
        self._touched.clear()
        for brand, start_ms, bucket, numbers, _ in counted:
            before = bucket.notes.get("numbers")
            self._volumes.add(brand, start_ms, numbers[0] - (before[0] if before else 0))
            bucket.keep()
        buckets = [self._bucket(*found) for found in counted if _news(*found[2:])]
        if self._held is not None:
            self._let_go(self._held, [found[:2] for found in counted])
        return buckets

    def _bucket(self, brand: str, start_ms: int, bucket: Bucket, numbers: list[int], versions: int) -> TrendBucket:
        notes = bucket.notes
        revision = min(max(notes.get("revision", 0) + 1, versions), _MAX_REVISION)
        notes.update(numbers=numbers, versions=versions, revision=revision)
        bucket.keep()
        shown = {
            "schema_version": 1,
            "brand": brand,
            "start": from_ms(start_ms),
            "revision": revision,
            "expected": self._volumes.expected(brand, start_ms),
            "revised": notes.get("revised", False),
        }
        return TrendBucket.trusted(shown | dict(zip(NUMBERS, numbers, strict=True)))

    def _let_go(self, held: HeldSlices, places: Sequence[tuple[str, int]]) -> None:
        for brand, start_ms in places:
            recalled = (brand, start_ms) in self._recalled
            held.note(brand, start_ms, self._volumes.newest_ms(brand), history=recalled)
        self._recalled.clear()
        for brand in {brand for brand, _ in places}:
            for number in held.over(brand, self._volumes.newest_ms(brand)):
                drop_slice(self._state, brand, number)
                self._copies.forget(brand, number)

    def _touch(self, brand: str, start_ms: int, bucket: Bucket) -> None:
        self._touched[brand, start_ms] = bucket
        if start_ms + BUCKET_MS + OPEN_MS < self._volumes.newest_ms(brand) - LATENESS_MS:
            bucket.notes["revised"] = True

    def _put(self, brand: str, start_ms: int, mention_id: str, record: Record) -> None:
        """Set a record of a bucket that was touched."""
        before = self._touched[brand, start_ms].put(mention_id, record)
        tally = self._tallies.get((brand, start_ms))
        if tally is not None and not tally.replace(before, record):
            del self._tallies[brand, start_ms]

    def _tally(self, brand: str, start_ms: int) -> tuple[list[int], int]:
        """Return the numbers of a bucket that was touched, in the order of `NUMBERS`, and the sum of its versions."""
        bucket = self._touched[brand, start_ms]
        tally = self._tallies.pop((brand, start_ms), None)
        if tally is None or tally.records != bucket.size:  # it may have been dropped from the record, and begun again
            tally = BucketTally.of(record for _, record in bucket.records())
        if bucket.is_big:  # its records would have to be read again at each flush
            self._tallies[brand, start_ms] = tally
            while len(self._tallies) > 1 and sum(kept.authors for kept in self._tallies.values()) > _AUTHORS:
                self._tallies.popitem(last=False)
        return tally.numbers(), min(tally.versions, _MAX_REVISION)

    def _note(self, brand: str, verdicts: Iterable[Verdict]) -> None:
        """Put on record which mentions are near-copies now, and of what."""
        for at_ms, mention_id, witness in verdicts:
            start_ms = bucket_start(at_ms)
            bucket = self._touched.get((brand, start_ms)) or Bucket(self._state, brand, start_ms)
            known = bucket.record(mention_id)
            if known is not None and known.witness != witness:
                self._touch(brand, start_ms, bucket)
                self._put(brand, start_ms, mention_id, known._replace(witness=witness))


def _news(bucket: Bucket, numbers: list[int], versions: int) -> bool:
    """Say whether a bucket is to be sent: not when it is as it was, and not when it never held anything that counts."""
    notes = bucket.notes
    if "numbers" not in notes:
        return numbers[0] > 0
    return bool(notes["numbers"] != numbers or notes["versions"] != versions)
