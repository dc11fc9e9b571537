"""The decision about each item, and how long to wait: pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.elastic.retry import BASE_S, CAP_S, Verdict, delay_s, verdict


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (200, "", "done"),
        (201, "", "done"),
        (409, "version_conflict_engine_exception", "done"),
        (429, "es_rejected_execution_exception", "again"),
        (500, "", "again"),
        (503, "unavailable_shards_exception", "again"),
        (400, "document_parsing_exception", "refused"),
        (413, "", "refused"),
        (400, "validation_exception", "fatal"),
        (401, "", "fatal"),
        (403, "cluster_block_exception", "fatal"),
        (404, "index_not_found_exception", "fatal"),
    ],
)
def test_verdicts(status: int, kind: str, expected: Verdict) -> None:
    assert verdict(status, kind) == expected


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_anything_up_to_the_doubled_base(attempt: int, chance: float) -> None:
    bound = min(CAP_S, BASE_S * 2 ** min(attempt, 100))
    assert 0 <= delay_s(attempt, chance) <= bound
    assert delay_s(attempt, 0) == 0
    assert delay_s(attempt, 0.5) == bound / 2
