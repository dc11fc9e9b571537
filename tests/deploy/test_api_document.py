"""The OpenAPI document, and whatever it allows one to ask: nothing of that is a fault of ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from deploy.api.service import create_app
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.api import api
from tests.support.mentions import bucket, mention

STREAM = "/v1/live"  # has no end
DOCUMENT = create_app(Settings(), "nowhere.db").openapi()
OPERATIONS: list[Any] = [
    found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).exclude(path=STREAM).get_all_operations()
    if isinstance(found, Ok)
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    path: Path = tmp_path_factory.mktemp("document") / "store.db"
    with SqliteStore(path) as store:
        store.write(
            Write(mentions=[mention(str(n), hours=n) for n in range(50)], trends=[bucket(n) for n in range(50)])
        )
    with api(path, requests_per_minute=1_000_000) as made:
        yield made


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_nothing_that_is_allowed_is_a_server_error(operation: Any, client: httpx.Client) -> None:
    @settings(max_examples=15, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy())
    def asked(case: Any) -> None:
        answer = case.call(base_url=str(client.base_url))
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"]

    asked()


def test_every_operation_is_tried() -> None:
    assert len(OPERATIONS) == sum(len(operations) for operations in DOCUMENT["paths"].values()) - 1


def test_the_document_names_every_path_and_how_to_be_let_in(client: httpx.Client) -> None:
    document = client.get("/v1/openapi.json").json()
    assert {path.split("/")[1] for path in document["paths"]} == {"v1"}
    for path, operations in document["paths"].items():
        for name, operation in operations.items():
            assert operation["summary"], path
            assert operation["description"], path
            assert "429" in operation["responses"], path
            assert "security" in operation or path == "/v1/session", f"{name} {path}"
