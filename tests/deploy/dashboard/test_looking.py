"""What a person does with the pages: drill down, filter, look after an alert, try a query, watch what comes in."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, expect

from deploy.demo.brands import BRANDS
from deploy.replay import replay
from schemas.settings import Settings
from tests.support.browser import Visitor, dashboard

BRANDS_FILE = '[[brands]]\nname = "Veridane"\nid = "veridane"\nquery = "Veridane"\ngroup = "phones"\n'


TOKEN = "a-token-that-is-long-enough-to-be-one"


def write(store: Path, *posts: dict[str, object]) -> None:
    """Put posts into a store, as a run of the pipeline does."""
    recording = store.with_suffix(f".{posts[0]['native_id']}.ndjson")
    recording.write_text("".join(json.dumps(post) + "\n" for post in posts))
    replay(recording, "ndjson", Settings().model_copy(update={"brands": BRANDS}), str(store))


def said(text: str, number: str = "1", name: str = "Ann") -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    return {
        "source": "forum", "native_id": number, "observed_at": now, "published_at": now, "text": text,
        "author": {"id": f"ann{number}", "name": name}, "url": f"https://forum.example/{number}",
    }  # fmt: skip


def test_from_a_spike_to_its_posts(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.locator(".alert", has_text="More negative mentions than usual").get_by_role("link", name="Explain").click()
    page.wait_for_url("**/alert/*")
    visitor.settle()
    assert page.locator(".panel", has_text="Posts that drove it").locator(".post").count() >= 3
    page.get_by_role("link", name="The posts of this episode").click()
    page.wait_for_url("**/mentions*")
    visitor.settle()
    page.locator("#posts .post").first.wait_for()
    assert page.locator("#posts .post").count() == page.locator("#posts .post.negative").count() >= 20
    page.get_by_role("button", name="More").click()
    expect(page.locator("#posts .post")).to_have_count(60)


def test_from_a_point_of_a_chart_to_its_posts(visitor: Visitor) -> None:
    page = visitor.open("/")
    chart = page.get_by_role("img", name=re.compile("Mentions of Veridane"))
    drawn = chart.locator("canvas")
    page.wait_for_function("Object.keys(Chart.instances).length > 0")
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    assert box is not None
    drawn.click(position={"x": box["width"] * 0.7, "y": box["height"] * 0.5})
    page.wait_for_url(re.compile("/(mentions|alert/)"))
    visitor.settle()
    page.locator(".post").first.wait_for()


def test_the_table_of_a_chart_leads_to_the_same(visitor: Visitor) -> None:
    page = visitor.open("/")
    panel = page.locator(".panel", has_text="Volume").first
    panel.locator("summary").click()
    panel.locator("tbody a").nth(40).click()
    page.wait_for_url("**/mentions*")
    visitor.settle()
    assert "from=" in page.url


def test_a_filter_and_its_negative_twin(visitor: Visitor) -> None:
    page = visitor.open("/mentions")
    page.get_by_label("Sentiment").select_option("negative")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**sentiment=negative*")
    visitor.settle()
    assert page.locator("#posts .post").count() == page.locator("#posts .post.negative").count() > 0
    page.get_by_role("button", name="Everything but this: Sentiment: negative").click()
    page.wait_for_url("**not_sentiment=negative*")
    visitor.settle()
    assert page.locator("#posts .post").count() > 0
    assert page.locator("#posts .post.negative").count() == 0
    page.get_by_role("button", name="Take this filter away: not Sentiment: negative").click()
    page.wait_for_url(lambda address: "sentiment" not in address)


def test_a_query_that_cannot_be_read_says_where(browser: Browser, own: Path, tmp_path: Path) -> None:
    brands = tmp_path / "brands.toml"
    brands.write_text(BRANDS_FILE)
    with dashboard(own, "--brands", str(brands)) as address:
        visitor = Visitor(browser, address)
        page = visitor.open("/queries?brand=veridane")
        page.locator("textarea[name=query]").fill("Veridane AND (recall")
        page.get_by_role("button", name="Try").click()
        page.locator("pre.caret").wait_for()
        page.locator("textarea[name=query]").fill("Veridane AND recall")
        page.get_by_role("button", name="Try").click()
        expect(page.locator("#preview")).to_contain_text("stored posts match")
        assert page.locator("#preview .post").count() > 0
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#preview")).to_have_text("Saved.")
        visitor.close()
    assert 'query = "Veridane AND recall"' in brands.read_text()


def test_an_alert_is_looked_after(browser: Browser, own: Path) -> None:
    with dashboard(own) as address:
        visitor = Visitor(browser, address)
        page = visitor.open("/alerts")
        page.get_by_role("link", name="Explain").first.click()
        page.wait_for_url("**/alert/*")
        visitor.settle()
        page.get_by_label("Note").fill("asked the <b>workshop</b>")
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.locator("#acknowledged")).to_contain_text("asked the <b>workshop</b>")
        page.get_by_role("link", name="All alerts").click()
        page.wait_for_url("**/alerts*")
        visitor.settle()
        assert page.get_by_text("looks after it").count() == 1
        visitor.close()
        assert visitor.faults == []


def test_what_comes_in_is_seen_within_two_seconds(browser: Browser, own: Path) -> None:
    with dashboard(own) as address:
        visitor = Visitor(browser, address)
        page = visitor.open("/mentions?period=all")
        page.wait_for_timeout(1_500)  # the stream is open
        write(own, said("Veridane has opened a shop in our street"))
        begun = time.monotonic()
        page.locator("#live .post", has_text="a shop in our street").wait_for()
        assert time.monotonic() - begun < 2
        visitor.close()
        assert visitor.faults == []


def test_what_posts_say_is_only_ever_text(browser: Browser, own: Path, root: Path) -> None:
    corpus = (root / "tests" / "deploy" / "dashboard" / "scripts.txt").read_text().splitlines()
    assert len(corpus) >= 50
    posts = [said(f"Veridane {script} #{script[:20]}", str(n), script) for n, script in enumerate(corpus)]
    for n, post in enumerate(posts):
        post["url"] = ("javascript:document.title='broken'", "https://forum.example/<img src=x onerror=alert(1)>")[
            n % 2
        ]
    write(own, *posts)
    with dashboard(own) as address:
        visitor = Visitor(browser, address)
        for path in (
            "/?period=day",
            "/mentions?period=day",
            "/virality?period=day",
            "/people?period=day",
            "/topics?period=day",
        ):
            page = visitor.open(path)
            page.wait_for_timeout(300)
            assert page.evaluate("window.broken") is None
            assert page.locator("main script, main iframe, main img, main svg[onload], main [onerror]").count() == 0
            assert page.locator("main a[href^='javascript:' i]").count() == 0
        shown = visitor.open("/mentions?period=day").locator("#posts .post .text").all_inner_texts()
        assert any("<script>" in text for text in shown)
        visitor.close()
        assert visitor.faults == []


def test_a_token_is_asked_for_where_one_is_set(browser: Browser, own: Path, tmp_path: Path) -> None:
    config = tmp_path / "hearken.toml"
    config.write_text(f'[[api.tokens]]\nname = "board"\nrole = "viewer"\ntoken = "{TOKEN}"\n')
    with dashboard(own, "--config", str(config)) as address:
        visitor = Visitor(browser, address)
        page = visitor.open("/")
        page.get_by_label("Token").fill("a-wrong-token-that-is-long-enough")
        page.get_by_role("button", name="Sign in").click()
        page.locator(".wrong:not(:empty)").wait_for()
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Veridane").wait_for()
        assert page.get_by_role("button", name="Acknowledge").count() == 0
        page.get_by_role("button", name="Sign out board").click()
        page.get_by_label("Token").wait_for()
        visitor.close()
