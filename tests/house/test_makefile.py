"""The Makefile's own behaviour where it can be shown without building anything."""

import subprocess
from pathlib import Path

import pytest


def make(root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-f", str(root / "Makefile"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_without_a_suitable_python_one_line_says_what_is_needed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "pyproject.toml").touch()
    done = make(root, tmp_path, "setup", "PYTHONS=no-such-python false")
    assert done.returncode != 0
    first, *_ = done.stderr.splitlines()
    assert first.startswith("hearken needs Python 3.11, 3.12 or 3.13")
    assert not (tmp_path / ".venv").exists()


def test_once_built_setup_does_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    for name in ("requirements.lock", "pyproject.toml", ".venv/locked", ".venv/ready"):
        (tmp_path / name).touch()
    done = make(root, tmp_path, "setup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("target", ["setup", "demo", "lint", "check", "test", "bench", "soak", "lock", "clean"])
def test_help_lists_every_target(root: Path, target: str) -> None:
    assert f"  make {target} " in make(root, root, "help").stdout
