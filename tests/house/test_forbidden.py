"""What must not stand in our code: a second clock, chance, pickle, places of one machine or of one registry."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

CLOCK = {
    "time.time", "time.time_ns", "time.sleep", "asyncio.sleep",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
}  # fmt: skip
ROOMS = {"ingest", "enrich", "sinks", "schemas", "deploy"}
# A folder under the root of some machine; `/tmp` alone, or a path in a URL, is none.
MACHINE_PATH = re.compile(r"/(?<![\w.:/*-]/)(?:home|root|Users|work|tmp|opt|mnt)/[\w.-]+")


@cache
def calls(source: str) -> frozenset[str]:
    """What a module calls of what it imported, by the last two parts of its full name."""
    nodes = list(ast.walk(ast.parse(source)))
    full: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            full |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            full |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = set()
    for node in nodes:
        if isinstance(node, ast.Call) and outermost(node.func) in full:
            first, _, rest = ast.unparse(node.func).partition(".")
            if first in full:
                name = ".".join(f"{full[first]}.{rest}".rstrip(".").split(".")[-2:])
                found.add(name if node.args or node.keywords else f"{name}()")
    return frozenset(found)


def outermost(node: ast.expr) -> str | None:
    """The name that an expression begins with, if it begins with one."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def uses_clock(source: str) -> set[str]:
    return {name for name in calls(source) if name.removesuffix("()") in CLOCK}


def uses_chance(source: str) -> set[str]:
    """Calls of Python's and numpy's own dice; those with a seed are repeatable, and are allowed."""
    dice = {name for name in calls(source) if name.partition(".")[0] in {"random", "secrets"}}
    return dice - {"random.Random", "random.default_rng"}


def test_the_walk_sees_every_spelling() -> None:
    assert uses_clock("import time\ntime.sleep(1)") == {"time.sleep"}
    assert uses_clock("from time import time as now\nnow()") == {"time.time()"}
    assert uses_clock("import datetime as d\nd.datetime.now(d.UTC)") == {"datetime.now"}
    assert uses_clock("from datetime import datetime\ndatetime.now()\nclock.now()") == {"datetime.now()"}
    assert uses_chance("import random\nrandom.random()") == {"random.random()"}
    assert uses_chance("from random import Random\nRandom(7)\nRandom()") == {"random.Random()"}
    assert uses_chance("from random import Random\nrandom = Random(7)\nrandom.choice('ab')") == set()
    assert uses_chance("import numpy as np\nnp.random.default_rng(7)") == set()
    assert uses_chance("import numpy as np\nnp.random.default_rng()") == {"random.default_rng()"}


@pytest.fixture
def shipped(root: Path, modules: list[Path]) -> dict[str, str]:
    return {path.as_posix(): (root / path).read_text(encoding="utf-8") for path in modules if path.parts[0] in ROOMS}


def test_only_one_module_reads_the_clock(shipped: dict[str, str]) -> None:
    assert {path for path, source in shipped.items() if uses_clock(source)} == {"schemas/clock.py"}


def test_nothing_is_left_to_chance(shipped: dict[str, str], root: Path, modules: list[Path]) -> None:
    tests = {path.as_posix(): (root / path).read_text(encoding="utf-8") for path in modules if path.parts[0] == "tests"}
    dice = {path: uses_chance(source) for path, source in (shipped | tests).items()}
    assert {path: found for path, found in dice.items() if found} == {}


def test_nothing_is_pickled(shipped: dict[str, str]) -> None:
    assert [path for path, source in shipped.items() if re.search(r"\bimport (pickle|shelve|marshal)\b", source)] == []


def test_the_pattern_tells_a_machine_from_an_address() -> None:
    assert MACHINE_PATH.findall("cp /home/ana/posts.ndjson '/work/x'") == ["/home/ana", "/work/x"]
    assert MACHINE_PATH.findall("https://social.example/home/ana, a/work/x, /tmp") == []


def test_no_file_names_a_place_on_one_machine(root: Path, ours: list[Path]) -> None:
    found = {}
    for path in ours:
        places = MACHINE_PATH.findall((root / path).read_text(encoding="utf-8", errors="replace"))
        if places and path.name != Path(__file__).name:
            found[str(path)] = places
    assert found == {}


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "Makefile", ".ci/run", ".gitignore"])
def test_packaging_files_name_no_address(root: Path, name: str) -> None:
    assert "://" not in (root / name).read_text(encoding="utf-8")
