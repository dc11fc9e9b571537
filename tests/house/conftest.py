"""What the tests of the house look at: the files that belong to the repository, and their syntax trees."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def ours(root: Path) -> list[Path]:
    """Every file of the repository, committed or about to be, relative to its root."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(Path(name) for name in set(listed) if name and (root / name).is_file())


@pytest.fixture(scope="session")
def modules(ours: list[Path]) -> list[Path]:
    """Every Python module of the repository, tests included."""
    return [path for path in ours if path.suffix == ".py"]
