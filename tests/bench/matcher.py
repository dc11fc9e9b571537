"""How fast the matcher is, and whether ten thousand queries cost more than a hundred: `python -m tests.bench.matcher`.

The texts of 20,000 recorded tweets, in every tenth of which one of the distinct invented brand names is put; a third of
the queries have a phrase, a NOT or a field. Prints a table, then one line of JSON.
"""

import json
import lzma
from itertools import islice
from pathlib import Path
from random import Random
from time import process_time

from ingest.matcher import Matcher
from schemas.brand import Brand
from schemas.post import Author, PostEvent
from schemas.wire import from_ms

RECORDING = Path(__file__).resolve().parents[2] / "../shared/replay/stocknet-tweets/tweets_2014-07_2015-08.ndjson.xz"
SIZES = (100, 1_000, 10_000)
POSTS = 20_000
ROUNDS = 5


def texts() -> list[str]:
    """Return the texts of the recorded tweets."""
    with lzma.open(RECORDING, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in islice(lines, POSTS)]


def names(count: int) -> list[str]:
    """Return distinct names that no tweet holds."""
    random = Random(1)
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(random.choice("bcdfgklmnprstvz") + random.choice("aeiou") for _ in range(4))] = None
    return list(made)


def query(name: str, number: int) -> str:
    """Return a query for the name: two thirds are the name with its spellings, the rest are of all kinds."""
    kinds = {
        0: f'{name} AND NOT "{name} jobs"',
        3: f'"{name} phone"~3 OR "the {name}" OR {name}',
        6: f"({name} OR {name}phone*) AND NOT lang:xx AND NOT followers:>1000000",
    }
    return kinds.get(number % 9, f"{name} OR ${name} OR {name}phone")


def posts(plain: list[str], brands: list[str]) -> list[PostEvent]:
    """Return the texts as posts, with a name in front of every tenth."""
    at = from_ms(1_400_000_000_000)
    made = []
    for number, text in enumerate(plain):
        if number % 10 == 0:
            text = f"{brands[number // 10 % len(brands)]} {text}"
        made.append(
            PostEvent(
                id=str(number),
                source="x",
                native_id=str(number),
                version=0,
                observed_at=at,
                text=text,
                lang="en",
                author=Author(handle="someone", followers=10),
            )
        )
    return made


def measure() -> list[dict[str, float]]:
    """Return the figures for each number of queries: seconds of processor time, the best of several rounds in turn."""
    plain = texts()
    figures: list[dict[str, float]] = []
    sets: list[tuple[Matcher, list[PostEvent]]] = []
    for size in SIZES:
        brands = names(size)
        start = process_time()
        matcher = Matcher([Brand(name=name, query=query(name, number)) for number, name in enumerate(brands)])
        figures.append({"queries": size, "built_s": round(process_time() - start, 2), "seconds": float("inf")})
        sets.append((matcher, posts(plain, brands)))
    for _ in range(ROUNDS):
        for figure, (matcher, prepared) in zip(figures, sets, strict=True):
            start = process_time()
            figure["matched"] = sum(bool(matcher.match(post)) for post in prepared)
            figure["seconds"] = min(figure["seconds"], round(process_time() - start, 4))
    for figure in figures:
        figure["posts_per_s"] = round(POSTS / figure["seconds"])
    return figures


def report(figures: list[dict[str, float]]) -> None:
    """Print a table, then the same as a line of JSON."""
    print("".join(f"{name:>14}" for name in figures[0]))
    for figure in figures:
        print("".join(f"{value:14}" for value in figure.values()))
    print(json.dumps({"sizes": figures, "ratio": round(figures[-1]["seconds"] / figures[0]["seconds"], 2)}))


if __name__ == "__main__":
    report(measure())
