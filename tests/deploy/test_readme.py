"""The README: each command in it is run, each target and each file it names exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.settings import load

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_its_commands_run_one_after_the_other(root: Path, readme: str, tmp_path: Path) -> None:
    lines = [line for block in blocks(readme, "sh") for line in block.splitlines() if not line.startswith("make ")]
    assert len(lines) > 5
    command = tmp_path / ".venv" / "bin" / "hearken"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!{sys.executable}\nimport sys\nfrom deploy.cli import main\nsys.exit(main())\n")
    command.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(root)}
    script = "\n".join(["set -eu", *lines])
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"matched":3' in done.stdout.replace(" ", "")


def test_its_settings_are_valid(readme: str, tmp_path: Path) -> None:
    for number, block in enumerate(blocks(readme, "toml")):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        assert load(path).brands


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_targets_and_files_it_names_exist(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8")))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?=[`\n ]*(?:`|$))", text)) <= targets
    named = re.findall(r"`((?:schemas|ingest|enrich|sinks|deploy|tests)/[\w./-]*)`", text)
    named += re.findall(r"\]\(([\w./-]+)\)", text)
    assert [path for path in named if not (root / path).exists()] == []
