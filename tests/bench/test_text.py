"""What text enrichment costs: each stage, and the chain against the bare entity model on the same posts."""

import json
import lzma
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from time import process_time

import pytest
import spacy
from spacy.language import Language

from enrich.chain import Chain
from enrich.name_model import STOCK
from enrich.stage import Stage, stages
from enrich.stages.entities import Entities
from schemas.brand import Brand
from schemas.mention import Analysis
from schemas.settings import Settings, TextSettings

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

POSTS, ROUNDS = 2_000, 2
BRANDS = tuple(Brand(name=f"Company {at}", query="x", aliases=(f"$T{at}", f"tick{at}")) for at in range(88))
SETTINGS = Settings(brands=BRANDS, text=TextSettings(profile="fast"))


@pytest.fixture(scope="module")
def posts(shared: Path) -> list[str]:
    """Different real posts, chosen by chance, in an order of chance."""
    with lzma.open(shared / "replay/stocknet-tweets/tweets_2014-07_2015-08.ndjson.xz", "rt") as lines:
        texts = sorted({json.loads(line)["text"] for line in lines})
    return Random(1).sample(texts, POSTS)


def seconds(work: Callable[[], object]) -> float:
    """Processor time, which other processes on the machine lengthen less than the time on the wall."""
    start = process_time()
    work()
    return process_time() - start


def without_model(stage: Stage) -> Stage:
    if isinstance(stage, Entities):
        stage._models = {}
    return stage


@pytest.mark.parametrize("lang", ["en", None])
def test_stages(posts: list[str], lang: str | None) -> None:
    batch = [Analysis(text=text, lang=lang) for text in posts]
    total = 0.0
    print(f"\nstage, lang {'given' if lang else 'not given'}      µs a text")
    for stage in map(without_model, stages(SETTINGS)):
        cost = 1e6 / len(batch) * min(seconds(partial(stage.apply, batch)) for _ in range(ROUNDS))
        batch = stage.apply(batch)
        total += cost
        print(f"{stage.name + (' (brands only)' if stage.name == 'entities' else ''):<24} {cost:>8.1f}")
    print(f"{'together':<24} {total:>8.1f}")
    assert total < 400


def test_the_chain_against_the_bare_model(posts: list[str]) -> None:
    unique = [Analysis(text=text, lang="en") for text in posts]
    repeats = Random(2).sample([*unique, *unique[: POSTS // 2]], POSTS + POSTS // 2)
    others = [name for name in spacy.load(STOCK).pipe_names if name != "ner"]
    with_vectors = [name for name in others if name != "tok2vec"]  # what those run who keep what the others share
    fresh = [Chain(SETTINGS) for _ in range(2 * ROUNDS)]

    def bare(model: Language, size: int) -> None:
        for doc in model.pipe(posts, batch_size=size):
            assert doc.ents is not None

    def chained(batch: list[Analysis]) -> None:
        chain = fresh.pop()
        for first in range(0, len(batch), 256):
            chain.analyse(batch[first : first + 256])

    spent: dict[str, list[float]] = {}
    for _ in range(ROUNDS):  # in turns, so that a slow minute of the machine slows all of them
        for kind, unused in (("ner", others), ("tok2vec and ner", with_vectors)):
            for size in (256, 1_000):
                model = spacy.load(STOCK, exclude=[*unused, "senter"])  # a new one: it has met no word yet
                cost = seconds(partial(bare, model, size)) / POSTS
                spent.setdefault(f"bare {kind}, batches of {size}", []).append(cost)
        for name, batch in (("chain, each text once", unique), ("chain, a third repeated", repeats)):
            spent.setdefault(name, []).append(seconds(partial(chained, batch)) / len(batch))
    rates = {name: 1 / min(costs) for name, costs in spent.items()}
    best = max(rate for name, rate in rates.items() if name.startswith("bare"))
    print(f"\n{'':<38} {'texts/s':>8} {'of bare':>8}")
    for name, rate in rates.items():
        print(f"{name:<38} {rate:>8.0f} {rate / best:>8.2f}")
    assert rates["chain, each text once"] > 1.5 * best
    assert rates["chain, a third repeated"] > 2 * best
