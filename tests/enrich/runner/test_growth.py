import logging
from collections.abc import Iterator

import pytest

from enrich.runner.growth import Growth, memory_mib


def sizes(*mib: float | None) -> Iterator[float | None]:
    return iter(mib)


def told(limit: int | None, *mib: float | None) -> list[bool]:
    growth = Growth(limit, sizes(*mib).__next__)
    return [growth.outgrown(processed=number + 1) for number in range(len(mib))]


def test_by_default_a_process_may_double() -> None:
    assert told(None, 600, 700, 1200, 1201) == [False, False, False, True]


def test_and_a_small_one_may_grow_by_half_a_gibibyte() -> None:
    assert told(None, 300, 812, 813) == [False, False, True]


def test_a_limit_is_kept() -> None:
    assert told(500, 300, 500, 501) == [False, False, True]


def test_a_limit_that_a_new_process_breaks_is_no_reason_to_begin_again(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert told(200, 300, 812, 813) == [False, False, True]
    assert "recycle_at_mib is 200, but a worker has 300 MiB" in caplog.text


def test_none_is_outgrown_where_there_is_no_limit_or_nothing_is_known_or_nothing_was_done() -> None:
    assert told(0, 1, 1e9) == [False, False]
    assert told(None, None, None) == [False, False]
    growth = Growth(1, sizes(1e9).__next__)
    assert not growth.outgrown(processed=0)


def test_memory_is_told_in_mib() -> None:
    found = memory_mib()
    assert found is None or 20 < found < 20_000
