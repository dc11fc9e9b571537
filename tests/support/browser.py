"""A real browser on the dashboard, and a server with the invented crisis for it to look at."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from deploy.demo.brands import BRANDS
from deploy.demo.scenario import Scenario
from deploy.replay import replay
from schemas.settings import Settings, TextSettings

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 60_000  # of a busy machine


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; without one tests are skipped, but in CI they fail."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "no chromium on the PATH: `make browser` as root installs Debian's, else install it by hand"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(_QUIET))
        yield browser
        browser.close()


def crisis(path: Path) -> Path:
    """Make a store with the invented crisis as `hearken demo` does, and return its path."""
    recording = path.with_suffix(".ndjson")
    Scenario().write(recording)
    replay(recording, "ndjson", Settings(brands=BRANDS, text=TextSettings(profile="fast")), str(path))
    return path


@contextmanager
def dashboard(store: Path, *options: str) -> Iterator[str]:
    """Serve a store in a process of its own, and yield the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [str(Path(sys.executable).with_name("hearken")), "dashboard", "--store", str(store), "--port", str(port)]
    process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, env=os.environ)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not _answers(address):
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _answers(address: str) -> bool:
    try:
        httpx.get(f"{address}/v1/status")
    except httpx.TransportError:
        return False
    return True


class Visitor:
    """Somebody with a browser; `faults` is what the browser complained about, and what was asked of other hosts."""

    def __init__(self, browser: Browser, address: str, language: str = "en", width: int = 1280) -> None:
        self.faults: list[str] = []
        self._host = urlsplit(address).netloc
        context = browser.new_context(base_url=address, locale=language, viewport={"width": width, "height": 900})
        context.set_default_timeout(PATIENCE_MS)
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("dialog", self._interrupted)

    def open(self, path: str) -> Page:
        """Open a page, and wait until it stands."""
        self.page.goto(path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until a page stands."""
        self.page.wait_for_selector("main[aria-busy=false]")

    def close(self) -> None:
        """Go."""
        self.page.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in ("http", "https", "ws", "wss") and asked.netloc != self._host:
            self.faults.append(f"asked {asked.netloc}")

    def _interrupted(self, dialog: Dialog) -> None:
        self.faults.append("a dialog opened")
        dialog.dismiss()
