"""A report in a real browser: it asks for nothing, fits on a phone, and everybody can read it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from deploy.cli import main
from tests.support.browser import chromium


@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_stands_alone(told: Path, tmp_path: Path, width: int) -> None:
    file = tmp_path / "day.html"
    asked = ["report", "--brand", "veridane", "--period", "day", "--until", "2026-03-21", "--store", str(told)]
    assert main([*asked, "-o", str(file)]) == 0
    heard: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: heard.append(message.text))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(file.as_uri())
        assert heard == [file.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("svg[role=img]").count() == 2
        faults = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults if fault["impact"] != "minor"] == []
