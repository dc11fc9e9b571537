"""What a worker answers: metrics that Prometheus can read, and probes that mean progress."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from threading import Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.observation.metrics import Metrics
from deploy.observation.notices import NoticeMetrics
from deploy.observation.server import Observation, observed
from schemas.clock import ManualClock
from schemas.errors import UsageError
from schemas.settings import ObserveSettings
from schemas.vitals import Vitals
from sinks.delivery.told import Told
from tests.support.scrape import ask, free_port, samples

T0 = datetime(2024, 3, 4, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def text(clock: ManualClock) -> Vitals:
    return Vitals("text", clock)


@pytest.fixture
def trends(clock: ManualClock) -> Vitals:
    return Vitals("trends", clock)


@pytest.fixture
def port(text: Vitals, trends: Vitals) -> Iterator[int]:
    server = Observation("127.0.0.1", 0, (text, trends), 300)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def test_metrics_tell_what_became_of_notices(clock: ManualClock) -> None:
    told = Told()
    channel = told.of("on-call")
    channel.outcomes.update({"taken": 3, "later": 2})
    channel.given_up, channel.silenced, channel.waiting = 1, 4, 2
    channel.waiting_since = T0 - timedelta(minutes=10)
    told.of("quiet").waiting_since = T0 + timedelta(hours=1)  # it may not be told yet
    found = {
        (sample.name, sample.labels["channel"]): sample.value
        for family in text_string_to_metric_families(Metrics([], [NoticeMetrics("run", told, clock)]).text().decode())
        for sample in family.samples
        if "channel" in sample.labels
    }
    names = ("sent_total", "retried_total", "failed_total", "silenced_total", "waiting", "oldest_seconds")
    assert [found[f"hearken_notices_{name}", "on-call"] for name in names] == [3, 2, 1, 4, 2, 600]
    assert [found[f"hearken_notices_{name}", "quiet"] for name in names] == [0] * 6


def test_metrics_tell_what_was_reported(port: int, text: Vitals, trends: Vitals, clock: ManualClock) -> None:
    text.enter("recovering")
    trends.enter("waiting")
    text.begin()
    clock.advance(0.2)
    text.end({"mentions.raw.v1": 5, "engagement.v1": 2}, {"dead.v1": 1}, {"bad_json": 1})
    text.advance()
    text.behind({("mentions.raw.v1", 3): 7})
    trends.retried()
    status, kind, body = ask(port, "/metrics")
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = samples(body)
    assert found["hearken_messages_in_total", "text", "mentions.raw.v1"] == 5
    assert found["hearken_messages_in_total", "text", "engagement.v1"] == 2
    assert found["hearken_messages_out_total", "text", "dead.v1"] == 1
    assert found["hearken_dead_letters_total", "text", "bad_json"] == 1
    assert found["hearken_lag_messages", "text", "mentions.raw.v1", "3"] == 7
    assert found["hearken_batch_seconds_count", "text"] == 1
    assert found["hearken_batch_seconds_bucket", "text", "0.1"] == 0
    assert found["hearken_batch_seconds_bucket", "text", "0.25"] == 1
    assert found["hearken_batch_seconds_sum", "text"] == pytest.approx(0.2)
    assert found["hearken_progress_timestamp_seconds", "text"] == pytest.approx(clock.now().timestamp())
    assert found["hearken_store_retries_total", "trends"] == 1
    assert (found["hearken_breaker_open", "trends"], found["hearken_breaker_open", "text"]) == (1, 0)
    assert (found["hearken_recovering", "trends"], found["hearken_recovering", "text"]) == (0, 1)
    assert [name for name in found if name[0] == "hearken_build_info"]
    assert "python_info" in body


def test_every_metric_of_ours_names_the_worker_and_says_what_it_is(port: int) -> None:
    for family in text_string_to_metric_families(ask(port, "/metrics")[2]):
        if family.name.startswith("hearken_"):
            assert family.documentation
            assert all(sample.labels["worker"] in {"text", "trends"} for sample in family.samples)


def test_one_dead_worker_is_enough_to_start_the_process_again(
    port: int, text: Vitals, trends: Vitals, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    text.enter("working")
    trends.enter("working")
    assert ask(port, "/live") == (200, "text/plain; charset=utf-8", "ok\n")
    trends.begin()
    clock.advance(301)
    for _ in range(2):
        status, _, said = ask(port, "/live")
        assert (status, said) == (
            503, "trends: working, nothing finished for 301 s, 0 messages behind, a batch in hand\n",
        )  # fmt: skip
    assert len(caplog.records) == 1
    trends.end({})
    trends.advance()
    assert ask(port, "/live")[0] == 200


def test_it_is_ready_when_every_worker_is(port: int, text: Vitals, trends: Vitals) -> None:
    assert ask(port, "/ready")[::2] == (503, "text: waits for partitions; trends: waits for partitions\n")
    text.enter("working")
    trends.enter("recovering")
    assert ask(port, "/ready")[::2] == (503, "trends: recovers its state\n")
    trends.enter("working")
    assert ask(port, "/ready?verbose")[::2] == (200, "ok\n")


def test_it_answers_nothing_else_and_says_little_of_itself(port: int) -> None:
    assert ask(port, "/")[0] == 404
    assert ask(port, "/live", "POST")[0] == 501
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/live")
        assert connection.getresponse().headers["Server"].strip() == "hearken"


def test_a_port_that_is_taken_is_one_line(text: Vitals) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings = ObserveSettings(port=taken.getsockname()[1])
        line = r"^observe: cannot listen at 127\.0\.0\.1 port \d+: .*in use.*$"
        with pytest.raises(UsageError, match=line), observed(settings, text):
            pytest.fail("it cannot listen")


def test_it_listens_while_the_block_runs_and_not_when_it_is_off(text: Vitals) -> None:
    number = free_port()
    with observed(ObserveSettings(port=number), text):
        assert ask(number, "/ready")[0] == 503
    with pytest.raises(ConnectionRefusedError):
        ask(number, "/ready")
    with observed(ObserveSettings(), text):
        pass


def test_label_values_stay_few(port: int, text: Vitals) -> None:
    text.end({"mentions.raw.v1": 1}, {"mentions.enriched.v1": 1}, {"bad_time": 1})
    labels = set(re.findall(r'(\w+)="', "\n".join(re.findall("(?m)^hearken_.*$", ask(port, "/metrics")[2]))))
    assert labels <= {"worker", "topic", "partition", "reason", "le", "version"}
