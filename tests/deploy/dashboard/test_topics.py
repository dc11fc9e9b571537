"""From the pages to what lies behind and beside them: a theme's posts, a file for analysts, the same in Kibana."""

import json
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Route

from tests.support.browser import Visitor

CRISIS = "brand=veridane&from=2026-03-20T00:00:00Z&to=2026-03-31T00:00:00Z"


def test_from_a_theme_to_its_posts(visitor: Visitor) -> None:
    page = visitor.open(f"/topics?{CRISIS}")
    name = page.locator(".themes strong a").first
    words = name.inner_text()
    assert page.locator(".themes li").count() >= 5
    name.click()
    page.wait_for_url("**/mentions*")
    visitor.settle()
    assert page.locator("#posts .post").count() > 2
    assert f'"{words}"' in unquote(page.url).replace("+", " ")


def test_from_a_name_to_its_posts(visitor: Visitor) -> None:
    page = visitor.open(f"/topics?{CRISIS}")
    named = page.locator(".panel", has=page.get_by_role("heading", name="Named", exact=True))
    named.get_by_role("link").nth(1).click()
    page.wait_for_url("**/mentions*")
    visitor.settle()
    assert page.locator("#posts .post").count() > 0


def test_mentions_as_parquet_and_what_is_said_where_the_server_cannot(visitor: Visitor) -> None:
    page = visitor.open(f"/mentions?{CRISIS}")
    link = page.get_by_role("link", name="PARQUET")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "mentions.parquet"
    assert Path(download.value.path()).read_bytes()[:4] == b"PAR1"
    said = {"title": "Not Implemented", "detail": "Parquet needs pyarrow"}
    page.route("**/v1/export/**", lambda route: route.fulfill(status=501, body=json.dumps(said)))
    link.click()
    page.locator(".exports .wrong", has_text="Parquet needs pyarrow").wait_for()
    visitor.faults.clear()  # the browser itself complains about the status


def test_pages_lead_to_the_same_in_kibana(visitor: Visitor) -> None:
    def session(route: Route) -> None:
        route.fulfill(json={"name": "local", "role": "admin", "kibana": "https://kibana.example/s/brands"})

    visitor.page.route("**/v1/session", session)
    for path, place, query in (
        (f"/?{CRISIS}", "dashboards#/view/hearken-brand-overview", 'brand: "veridane"'),
        (f"/topics?{CRISIS}", "dashboards#/view/hearken-sentiment-topics", 'brand: "veridane"'),
        (f"/mentions?{CRISIS}", "discover#/", 'brand: "veridane"'),
    ):
        link = unquote(visitor.open(path).get_by_role("link", name="In Kibana").get_attribute("href") or "")
        assert link.startswith(
            f"https://kibana.example/s/brands/app/{place}?_g=(time:(from:'2026-03-20T00:00:00Z',to:'"
        )
        assert f"query:(language:kuery,query:'{query}')" in link
