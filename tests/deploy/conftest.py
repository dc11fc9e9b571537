"""The invented crisis in a store, made once; nobody writes to it."""

from pathlib import Path

import pytest

from tests.support.browser import crisis


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crisis(tmp_path_factory.mktemp("told") / "crisis.db")
