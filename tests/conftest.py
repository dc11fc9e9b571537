"""What every test shares: the recorded data beside the repository, a clean environment, hypothesis's profile."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.services"]

ROOT = Path(__file__).resolve().parents[1]

# Settings of the person who runs the tests must not reach them.
for _name in [name for name in os.environ if name.startswith("HEARKEN_")]:
    del os.environ[_name]
os.environ.pop("COLUMNS", None)  # nor the width of their terminal
# Each of the hundreds of processes that tests start would compile all that it imports, which is most of its time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No deadline: a busy machine is not a fault. The same examples every time: a red run can be run again.
settings.register_profile("hearken", deadline=None, derandomize=True)
settings.load_profile("hearken")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded data, `../shared` beside the repository or where `TEST_DATA` says."""
    folder = Path(os.environ.get("TEST_DATA", ROOT.parent / "shared")).resolve()
    if not folder.is_dir():
        reason = f"no recorded data at {folder}: put it there or name its folder in TEST_DATA"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
