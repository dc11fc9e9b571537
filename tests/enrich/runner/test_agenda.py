from enrich.runner.agenda import Agenda
from enrich.state import MemoryTable
from enrich.trends import LATENESS_MS
from schemas.season import HOUR_MS

TOPICS = ("posts", "deeds")


def test_ids_fall_due_when_the_watermark_has_left_their_hour() -> None:
    agenda = Agenda(MemoryTable(), TOPICS)
    agenda.add("a", 3 * HOUR_MS)
    agenda.add("b", 4 * HOUR_MS)
    agenda.note("posts", 4 * HOUR_MS + LATENESS_MS - 1)
    assert agenda.due(level=True) == []
    agenda.note("posts", 4 * HOUR_MS + LATENESS_MS)
    assert agenda.due(level=True) == ["a"]
    agenda.note("posts", 9 * HOUR_MS)
    assert agenda.due(level=True) == ["b"]
    assert agenda.due(level=True) == []


def test_the_topic_behind_holds_the_watermark_back_while_there_is_more_to_read() -> None:
    agenda = Agenda(MemoryTable(), TOPICS)
    agenda.add("a", HOUR_MS)
    agenda.note("posts", 90 * HOUR_MS)
    assert agenda.due(level=False) == []
    assert agenda.watermark_ms == 0
    agenda.note("deeds", 3 * HOUR_MS)
    assert agenda.due(level=False) == ["a"]
    assert agenda.due(level=True) == []
    assert agenda.watermark_ms == 90 * HOUR_MS - LATENESS_MS
    agenda.due(level=False)
    assert agenda.watermark_ms == 90 * HOUR_MS - LATENESS_MS


def test_it_is_recovered_from_its_table() -> None:
    table = MemoryTable()
    agenda = Agenda(table, TOPICS)
    for name in ("a", "b"):
        agenda.add(name, 2 * HOUR_MS)
        agenda.note("posts", HOUR_MS)
        agenda.settle()
    again = Agenda(table, TOPICS)
    again.add("a", 2 * HOUR_MS)
    again.note("deeds", 9 * HOUR_MS)
    assert again.due(level=True) == ["a", "b"]
    again.settle()
    assert set(table) == {"clock"} or all(value is None for key, value in table.items() if key != "clock")


def test_what_falls_due_at_once_is_given_in_parts_and_once() -> None:
    table = MemoryTable()
    agenda = Agenda(table, TOPICS)
    for chunk in range(30):
        for number in range(400):
            agenda.add(f"{chunk}-{number}", (chunk % 7) * HOUR_MS)
        agenda.settle()
    agenda.note("posts", 90 * HOUR_MS)
    given: list[str] = []
    while some := agenda.due(level=True):
        assert len(some) <= 2_400
        given += some
        agenda.settle()
        agenda = Agenda(table, TOPICS)  # a restart between any two of them
    assert len(given) == len(set(given)) == 12_000
    assert set(table) == {"clock"} or all(value is None for key, value in table.items() if key != "clock")
