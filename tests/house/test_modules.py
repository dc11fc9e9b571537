"""The shape of the tree: what stands at the top level, how long a module is, what it may be called."""

import sys
from pathlib import Path
from statistics import median

ROOMS = {"ingest", "enrich", "sinks", "schemas", "deploy"}
ROOT_FILES = {
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "pyproject.toml",
    "requirements.lock",
}
LONGEST, LONGEST_MEDIAN = 300, 130
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "core"}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_top_level_holds_the_rooms_and_the_root_files(ours: list[Path]) -> None:
    assert {path.parts[0] for path in ours if not path.parts[0].startswith(".")} == ROOMS | {"tests"} | ROOT_FILES


def test_no_module_is_longer_than_a_reader_can_hold(root: Path, modules: list[Path]) -> None:
    long = {str(path): lines(root / path) for path in modules if lines(root / path) > LONGEST}
    assert long == {}


def test_most_modules_are_short(root: Path, modules: list[Path]) -> None:
    shipped = [path for path in modules if path.parts[0] in ROOMS and path.name != "__init__.py"]
    assert median(lines(root / path) for path in shipped) < LONGEST_MEDIAN


def test_a_module_is_named_by_what_it_holds(modules: list[Path]) -> None:
    shipped = [path for path in modules if path.parts[0] in ROOMS]
    parts = {part for path in shipped for part in path.with_suffix("").parts if not part.startswith("__")}
    assert parts & SAYS_NOTHING == set()
    assert parts & set(sys.stdlib_module_names) == set()


def test_every_package_is_typed_and_described(root: Path) -> None:
    for room in ROOMS:
        assert (root / room / "py.typed").is_file(), room
        assert (root / room / "__init__.py").read_text(encoding="utf-8").startswith('"""'), room


def test_tests_are_no_packages(modules: list[Path]) -> None:
    assert [path for path in modules if path.parts[0] == "tests" and path.name == "__init__.py"] == []
