from enrich.runner.closed import ClosedMentions
from enrich.state import MemoryTable
from schemas.merge import Registers
from schemas.topics import VIEW_KEPT
from schemas.wire import ms
from tests.support.mentions import T0, mention, stub

WEEK = 7 * 24 * 3_600_000


def test_a_note_is_gone_once_it_was_used_and_when_documents_are_not_kept_any_longer() -> None:
    table = MemoryTable()
    closed = ClosedMentions(table)
    first, second = mention("1"), mention("2")
    for document in (first, second):
        closed.add(document, Registers(content_clock=7, first_seen_ms=ms(T0)))
    closed.settle(ms(T0))
    again = ClosedMentions(table)
    known = again.take_back(first.id)
    assert known is not None
    state, sent = known
    assert (state.registers.content_clock, state.registers.first_seen_ms) == (7, ms(T0))
    assert (sent.version, sent.brands, sent.published_at, sent.text) == (1, first.brands, first.published_at, None)
    assert again.take_back(first.id) is None
    kept_ms = VIEW_KEPT.days * 24 * 3_600_000
    again.settle(ms(T0) + kept_ms)
    assert second.id in table
    again.settle(ms(T0) + kept_ms + 3 * WEEK)
    assert again.take_back(second.id) is None
    assert set(table) == {"weeks"}


def test_what_was_withdrawn_leaves_no_note() -> None:
    table = MemoryTable()
    closed = ClosedMentions(table)
    for document in (stub("1"), mention("2", brand=None)):
        closed.add(document, Registers())
    closed.settle(ms(T0))
    assert not table
