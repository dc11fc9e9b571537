"""What a mention costs in the embedded pipeline, and the whole pipeline against the bare entity model."""

import lzma
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import process_time

import orjson
import pytest
import spacy
from spacy.language import Language

from deploy.embedded import Embedded, Tally, batches
from deploy.memory import settle
from deploy.replay import BATCH
from enrich.encoder import MODEL, Encoder
from enrich.name_model import STOCK
from enrich.stages.entities import Entities
from enrich.stages.sentiment import Sentiment
from ingest.parsing import parse_recording
from ingest.source import source
from schemas.mention import Analysis
from schemas.settings import Settings, load
from sinks.sqlite.store import SqliteStore
from tests.support.companies import write_brands

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

POSTS = 4_000
WARM = 1_024


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The 88 companies as brands."""
    return load(None, write_brands(tmp_path_factory.mktemp("brands") / "brands.toml"))


@pytest.fixture(scope="module")
def lines(shared: Path) -> list[bytes]:
    """Real posts in the order in which they were seen, from a place in the middle."""
    with lzma.open(shared / "replay/stocknet-tweets/tweets_2014-07_2015-08.ndjson.xz") as packed:
        return [line for number, line in enumerate(packed) if 9_000 <= number < 9_000 + 2 * POSTS + WARM]


class _Meter:
    """Adds up the processor time spent in some calls."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, apply: Callable[..., list[Analysis]]) -> Callable[..., list[Analysis]]:
        def timed(stage: object, batch: Sequence[Analysis]) -> list[Analysis]:
            start = process_time()
            found = apply(stage, batch)
            self.seconds += process_time() - start
            return found

        return timed


def _run(lines: list[bytes], settings: Settings, folder: Path, meter: _Meter) -> tuple[float, float, Tally]:
    """Return the processor seconds of a replay of the lines behind the first ones, those of its models, its tally."""
    path = folder / "posts.ndjson"
    path.write_bytes(b"".join(lines))
    total = Tally()
    with SqliteStore(folder / "store.db") as store:
        pipeline = Embedded(settings, store)
        settle()
        start, models = process_time(), meter.seconds
        for number, batch in enumerate(batches(parse_recording(source("x-v1.1"), path), BATCH)):
            if number == WARM // BATCH:  # caches, vocabulary and pages are warm from here on
                start, models, total = process_time(), meter.seconds, Tally()
            total += pipeline.process(batch, "bench", lambda _: None)
        return process_time() - start, meter.seconds - models, total


def _bare(texts: list[str]) -> dict[str, float]:
    """Return the processor seconds of the bare model at its best batch size, alone and with the vectors beside it."""
    found = {}
    others = [name for name in spacy.load(STOCK).pipe_names if name != "ner"]
    for label, left_out in (("ner", others), ("tok2vec + ner", [name for name in others if name != "tok2vec"])):
        model = spacy.load(STOCK, exclude=left_out)
        list(model.pipe(texts[:500]))
        found[label] = min(_seconds(partial(_consume, model, texts, size)) for size in (64, 256))
    return found


def _consume(model: Language, texts: list[str], size: int) -> None:
    for document in model.pipe(texts, batch_size=size):
        assert document.ents is not None


def _seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


@pytest.mark.parametrize("profile", ["fast", "accurate"])
@pytest.mark.parametrize("repeats", [True, False], ids=["as recorded", "each text once"])
def test_the_pipeline_against_the_bare_model(
    repeats: bool, profile: str, lines: list[bytes], settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = settings.model_copy(update={"text": settings.text.model_copy(update={"profile": profile})})
    kept = lines if repeats else _each_text_once(lines)
    kept = kept[: WARM + POSTS]
    meter = _Meter()
    for stage in (Entities, Sentiment):
        monkeypatch.setattr(stage, "apply", meter.around(stage.apply))
    seconds, models, tally = _run(kept, settings, tmp_path, meter)
    texts = [orjson.loads(line)["text"] for line in kept[WARM:]]
    bare = _bare(texts)
    if profile == "accurate":
        bare["encoder"] = _seconds(partial(Encoder.read(MODEL).readings, texts))
    how = "as recorded" if repeats else "each text once"
    print(f"\n{profile}, {how}: {tally.matched} mentions of {tally.read} posts")
    print(f"  everything              {seconds / tally.matched * 1e3:7.3f} ms a mention")
    print(f"  entities and sentiment  {models / tally.matched * 1e3:7.3f} ms")
    print(f"  all the rest            {(seconds - models) / tally.matched * 1e3:7.3f} ms")
    for label, spent in bare.items():
        cost = spent / len(texts) * 1e3
        print(f"  bare {label:<18} {cost:7.3f} ms a text; the pipeline is at {spent / seconds:.2f} of its rate")


def _each_text_once(lines: list[bytes]) -> list[bytes]:
    """Return one line for each text that is nobody's repost, in order."""
    kept: dict[str, bytes] = {}
    for line in lines:
        post = orjson.loads(line)
        if "retweeted_status" not in post:
            kept.setdefault(post["text"], line)
    return list(kept.values())
