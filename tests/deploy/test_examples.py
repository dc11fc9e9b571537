"""The example consumer: what the README shows is what the tests run, and it is short."""

import ast
import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def example(root: Path) -> str:
    return (root / "deploy/examples/consumer.py").read_text(encoding="utf-8")


def test_the_readme_shows_it_as_it_is(root: Path, example: str) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"```python\n(.*?)```", readme, re.DOTALL) == [example]


def test_it_has_fifteen_lines_at_the_most(example: str) -> None:
    """Lines of code: neither empty ones, nor the words at its head."""
    head = ast.parse(example).body[0].end_lineno or 0
    assert len([line for line in example.splitlines()[head:] if line.strip()]) <= 15


def test_it_knows_nothing_of_ours(example: str) -> None:
    """Whoever consumes the topics has no hearken installed."""
    assert set(re.findall(r"(?m)^(?:from|import) (\w+)", example)) == {"json", "sys", "kafka"}
