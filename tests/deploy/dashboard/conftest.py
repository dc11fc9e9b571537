"""A browser, and one server for all tests of the pages; a test that changes the store asks for a copy of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Visitor, chromium, dashboard


@pytest.fixture(scope="module")  # its driver keeps an event loop running, beside which others cannot run theirs
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def address(told: Path) -> Iterator[str]:
    with dashboard(told) as found:
        yield found


@pytest.fixture
def own(told: Path, tmp_path: Path) -> Path:
    """A copy of the store that a test may change."""
    return Path(shutil.copy(told, tmp_path / "own.db"))


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    made = Visitor(browser, address)
    yield made
    made.close()
    assert made.faults == []
