"""The API over a real socket, on a thread of its own, for as long as a test needs it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from deploy.api.service import create_app
from deploy.api.serving import server
from schemas.brand import Brand
from schemas.clock import SystemClock
from schemas.kibana import KibanaSettings
from schemas.serving import ApiSettings
from schemas.settings import ElasticsearchSettings, KafkaSettings, Settings

ACME = Brand(name="Acme", query="acme", group="phones")
ZETA = Brand(name="Zeta", query="zeta", group="phones", exclude=("jobs", "adverts"))


@contextmanager
def api(
    where: str | Path,
    brands_file: Path | None = None,
    brands: tuple[Brand, ...] = (ACME, ZETA),
    elasticsearch: ElasticsearchSettings | None = None,
    kafka: KafkaSettings | None = None,
    kibana: KibanaSettings | None = None,
    **settings: Any,
) -> Iterator[httpx.Client]:
    """Serve a store and yield a client for it; `settings` are those of `[api]`."""
    chosen = Settings(
        brands=brands, api=ApiSettings(**settings), elasticsearch=elasticsearch or ElasticsearchSettings(),
        kafka=kafka or KafkaSettings(), kibana=kibana or KibanaSettings(),
    )  # fmt: skip
    running = server(create_app(chosen, str(where), brands_file))
    with socket.create_server(("127.0.0.1", 0)) as opened:
        thread = Thread(target=running.run, args=([opened],))
        thread.start()
        clock = SystemClock()
        while not running.started:
            assert thread.is_alive(), "the server did not start"
            clock.sleep(0.01)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{opened.getsockname()[1]}", timeout=30) as client:
                yield client
        finally:
            running.should_exit = True
            thread.join()


def data(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return the rows of an answer that is one."""
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows
