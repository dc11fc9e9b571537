"""Every page opens, says nothing in the console, asks nobody else, and can be used without seeing it well."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from deploy.dashboard.pages import PATHS
from tests.support.browser import Visitor

STATIC = Path(__file__).resolve().parents[3] / "deploy" / "dashboard" / "static"
PAGES = [path for path in PATHS if "{" not in path]


def serious(visitor: Visitor) -> list[str]:
    """What axe finds that keeps people out."""
    found = Axe().run(visitor.page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_and_everybody_can_use_it(visitor: Visitor, path: str, appearance: str) -> None:
    visitor.page.add_init_script(f"localStorage.setItem('appearance', '{appearance}')")
    page = visitor.open(path)
    assert page.locator("h1").count() == 1
    assert page.locator("main [role=alert].wrong:not(:empty)").count() == 0
    assert serious(visitor) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_a_page_whole(browser: Browser, address: str, path: str) -> None:
    visitor = Visitor(browser, address, width=360)
    page = visitor.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    visitor.close()
    assert visitor.faults == []


def test_keys_are_enough(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    alerts = page.get_by_role("navigation").get_by_role("link", name="Alerts")
    alerts.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts*")
    visitor.settle()
    assert page.locator("h1").inner_text() == "Alerts"


def test_the_pages_speak_three_languages(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.get_by_label("Language").select_option("zh-Hant")
    page.get_by_role("link", name="總覽").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-Hant"
    page.get_by_label("語言").select_option("zh-Hans")
    page.get_by_role("link", name="总览").wait_for()
    page.get_by_label("语言").select_option("en")
    page.get_by_role("link", name="Overview").wait_for()


@pytest.mark.parametrize(("language", "words"), [("zh-TW", "總覽"), ("zh-CN", "总览"), ("de", "Overview")])
def test_the_browser_says_which_language_is_first(browser: Browser, address: str, language: str, words: str) -> None:
    visitor = Visitor(browser, address, language)
    visitor.open("/").get_by_role("link", name=words).wait_for()
    visitor.close()


def test_every_language_has_every_word() -> None:
    words = {path.stem: json.loads(path.read_text()) for path in (STATIC / "lang").glob("*.json")}
    assert set(words) == {"en", "zh-Hant", "zh-Hans"}
    for language, known in words.items():
        assert known.keys() == words["en"].keys(), language
        for key, text in known.items():
            assert text, key
            holes = {part.partition("}")[0] for part in text.split("{")[1:]}
            assert holes == {part.partition("}")[0] for part in words["en"][key].split("{")[1:]}, key
