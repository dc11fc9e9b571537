"""Hearing: a silence counts only where somebody listened."""

from enrich.hearing import Hearing

HOUR = 3_600_000
NOW = 1_700_000_000_000


def test_live_it_counts_from_when_this_process_began_to_listen() -> None:
    hearing = Hearing(seen_ms=NOW, awake_ms=NOW - 5 * HOUR)
    assert hearing.counts_from(NOW - 9 * HOUR, NOW) == NOW - 5 * HOUR
    assert hearing.counts_from(NOW - 2 * HOUR, NOW) == NOW - 2 * HOUR


def test_in_a_recording_it_counts_while_others_are_heard() -> None:
    last = NOW - 9 * HOUR
    assert Hearing().counts_from(last, NOW) is None
    assert Hearing(starts=[last - HOUR, NOW + HOUR]).counts_from(last, NOW) is None
    assert Hearing(starts=[NOW + HOUR, last - HOUR, NOW - HOUR]).counts_from(last, NOW) == last


def test_a_backlog_is_as_a_recording() -> None:
    assert Hearing(seen_ms=NOW + 48 * HOUR, awake_ms=NOW + 40 * HOUR).counts_from(NOW - HOUR, NOW) is None


def test_what_was_before_a_hole_does_not_count() -> None:
    starts = [NOW + n * HOUR for n in (0, 3, 50, 52)]
    whole = Hearing(starts=starts)
    assert whole.counts_from(NOW - HOUR, NOW + 4 * HOUR) == NOW - HOUR
    assert whole.counts_from(NOW - HOUR, NOW + 40 * HOUR) is None
    assert whole.counts_from(NOW - HOUR, NOW + 53 * HOUR) == NOW + 50 * HOUR
    for cut in range(5):
        parts = Hearing(moments=Hearing(starts=starts[:cut]).keep(), starts=starts[cut:])
        assert parts.counts_from(NOW - HOUR, NOW + 53 * HOUR) == NOW + 50 * HOUR
    assert len(Hearing(starts=range(NOW, NOW + 900 * HOUR, HOUR)).keep()) == 1
