"""The invented crisis in a store, made once for all workers of a run; nobody writes to it."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.support.browser import crisis


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (run / "told.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = run / "told" / "crisis.db"
        if not made.exists():
            shutil.rmtree(run / "making", ignore_errors=True)
            (run / "making").mkdir()
            crisis(run / "making" / made.name)
            (run / "making").rename(made.parent)
    return Path(shutil.copy(made, tmp_path_factory.mktemp("told")))
