"""Who is let in: tokens, roles, hosts, sites, rates and sizes; and what every answer carries."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from deploy.api.rates import Rates
from schemas.alert import Alert
from schemas.clock import ManualClock
from schemas.serving import ApiSettings, TokenSettings
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.api import api, data
from tests.support.mentions import T0, mention

TOKENS = tuple(
    TokenSettings.model_validate({"name": role, "token": f"{role}-0123456789-0123", "role": role})
    for role in ("viewer", "responder", "editor")
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one mention and one alert."""
    found = tmp_path_factory.mktemp("access") / "store.db"
    alert = Alert(
        id="a1", revision=1, brand="acme", kind="volume_spike", status="open", opened_at=T0, updated_at=T0, peak_at=T0,
        observed=9, summary="words",
    )  # fmt: skip
    with SqliteStore(found) as store:
        store.write(Write(mentions=[mention()], alerts=[alert]))
    return found


@pytest.fixture(scope="module")
def open_api(path: Path) -> Iterator[httpx.Client]:
    """Without tokens."""
    with api(path) as client:
        yield client


@pytest.fixture(scope="module")
def closed_api(path: Path) -> Iterator[httpx.Client]:
    """With a token of each role."""
    with api(path, tokens=TOKENS) as client:
        yield client


def bearer(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role}-0123456789-0123"}


def test_without_a_token_nothing_is_answered(closed_api: httpx.Client) -> None:
    paths = [path for path in closed_api.get("/v1/openapi.json").json()["paths"] if path != "/v1/session"]
    for path in paths:
        said = closed_api.get(path.replace("{kind}", "authors").replace("{measure}", "reach"))
        if said.status_code != 405:  # what is only put or posted
            assert (said.status_code, said.headers["content-type"]) == (401, "application/problem+json"), path
            assert said.headers["www-authenticate"] == "Bearer"
    assert closed_api.post("/v1/queries/preview", json={"query": "tea"}).status_code == 401
    assert len(paths) > 20


@pytest.mark.parametrize("shown", ["Bearer wrong-0123456789-0123", "Bearer", "Basic dmlld2Vy", "Bearer \udc80x"])
def test_a_wrong_token_is_refused(closed_api: httpx.Client, shown: str) -> None:
    said = closed_api.get("/v1/status", headers={b"Authorization": shown.encode("utf-8", "surrogateescape")})
    assert said.status_code == 401
    assert "wrong" not in said.text


def test_a_role_may_do_what_it_says_and_no_more(closed_api: httpx.Client) -> None:
    for role, acknowledges, saves in (("viewer", 403, 403), ("responder", 200, 403), ("editor", 200, 409)):
        assert closed_api.get("/v1/session", headers=bearer(role)).json() == {
            "name": role,
            "role": role,
            "signed_in": True,
            "kibana": None,
        }
        acknowledged = closed_api.put("/v1/alerts/a1/acknowledgement", json={"note": "seen"}, headers=bearer(role))
        assert acknowledged.status_code == acknowledges
        saved = closed_api.put("/v1/brands/new", json={"name": "New", "query": "new"}, headers=bearer(role))
        assert saved.status_code == saves
    (alert,) = data(closed_api.get("/v1/alerts", headers=bearer("viewer")))
    assert (alert["acknowledged"]["by"], alert["acknowledged"]["note"]) == ("editor", "seen")


def test_an_alert_is_told_in_the_language_that_is_asked_for(open_api: httpx.Client) -> None:
    for language, told in (("en", "words"), ("zh-Hans", "有 9 条提及"), ("zh-Hant", "有 9 則提及")):
        (alert,) = data(open_api.get("/v1/alerts", params={"language": language}))
        one = open_api.get("/v1/alerts/a1", params={"language": language}).json()
        assert told in alert["summary"]
        assert one["summary"] == alert["summary"]
    assert open_api.get("/v1/alerts", params={"language": "tlh"}).status_code == 422


def test_a_browser_keeps_its_token_where_no_script_reads_it(closed_api: httpx.Client) -> None:
    assert closed_api.post("/v1/session", json={"token": "wrong-0123456789-0123"}).status_code == 401
    said = closed_api.post("/v1/session", json={"token": "viewer-0123456789-0123"})
    cookie = said.headers["set-cookie"].lower()
    assert said.status_code == 204
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert closed_api.get("/v1/session").json()["role"] == "viewer"
    closed_api.delete("/v1/session")
    assert closed_api.get("/v1/session").status_code == 401


@pytest.mark.parametrize("host", ["pages.example", "pages.example:8900", "127.0.0.1.pages.example", "", "[::1"])
def test_without_tokens_another_name_for_this_machine_is_refused(open_api: httpx.Client, host: str) -> None:
    said = open_api.get("/v1/status", headers={"Host": host})
    assert said.status_code == 403


def test_a_page_of_another_site_is_refused(open_api: httpx.Client) -> None:
    for headers in ({"Origin": "https://pages.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert open_api.put("/v1/brands/acme/mute", json={"minutes": 9}, headers=headers).status_code == 403
        assert open_api.get("/v1/status", headers=headers).status_code == 403
    own = {"Origin": str(open_api.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert open_api.get("/v1/status", headers=own).status_code == 200


def test_every_answer_keeps_browsers_from_harm(open_api: httpx.Client) -> None:
    for path in ("/v1/status", "/v1/nothing", "/v1/volume?interval=x", "/"):
        headers = open_api.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
    assert open_api.get("/v1/status").headers["cache-control"] == "no-store"


def test_a_body_that_is_too_large_is_not_read(open_api: httpx.Client) -> None:
    said = open_api.post("/v1/queries/preview", content=b"x" * 300_000)
    assert (said.status_code, said.json()["status"]) == (413, 413)


def test_who_asks_too_often_waits(path: Path) -> None:
    with api(path, requests_per_minute=5) as client:
        answers = [client.get("/v1/session") for _ in range(7)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 12


def test_who_guesses_tokens_waits_sooner(path: Path) -> None:
    with api(path, tokens=TOKENS) as client:
        answers = [client.get("/v1/session", headers={"Authorization": f"Bearer guess{n}"}) for n in range(25)]
        assert {one.status_code for one in answers} == {401, 429}
        assert client.get("/v1/session", headers=bearer("viewer")).status_code == 200


def test_a_rate_is_of_each_client_and_comes_back() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    rates = Rates(60, clock)
    assert [rates.wait_s("a") for _ in range(61)] == [0] * 60 + [1]
    assert rates.wait_s("b") == 0
    clock.advance(2)
    assert [rates.wait_s("a") > 0 for _ in range(3)] == [False, False, True]


def test_settings_that_would_let_everybody_in_are_refused() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "hearken.example"):  # noqa: S104
        with pytest.raises(ValidationError, match="give tokens"):
            ApiSettings(host=host)
        assert ApiSettings(host=host, tokens=TOKENS).host == host
    with pytest.raises(ValidationError, match="two tokens"):
        ApiSettings(tokens=(TOKENS[0], TOKENS[0]))
    with pytest.raises(ValidationError):
        TokenSettings.model_validate({"name": "a", "token": "short"})
    with pytest.raises(ValidationError, match="letters, digits"):
        TokenSettings.model_validate({"name": "a", "token": "twenty letters and; a sign"})
    assert "0123456789" not in repr(ApiSettings(tokens=TOKENS))
