from hypothesis import given
from hypothesis import strategies as st

from enrich.runner.deeds import Deeds
from enrich.state import MemoryTable


@given(st.lists(st.integers(0, 400)))
def test_it_is_a_set(numbers: list[int]) -> None:
    table = MemoryTable()
    deeds = Deeds(table, "m")
    seen: set[int] = set()
    for number in numbers:
        assert (deeds.get(f"deed {number}") is not None) == (number in seen)
        deeds.put(f"deed {number}", 1)
        seen.add(number)
        deeds = Deeds(table, "m", deeds.size, deeds.few)
    assert deeds.size == len(seen)


def test_no_value_grows_without_limit_and_all_of_them_go() -> None:
    table = MemoryTable()
    deeds = Deeds(table, "m")
    for number in range(3_000):
        deeds.put(f"deed {number}", 1)
    assert max(len(chunk) for chunk in table.values()) < 300
    assert not deeds.few
    assert all(deeds.get(f"deed {number}") for number in range(3_000))
    deeds.delete("deed 7")
    assert deeds.get("deed 7") is None
    assert deeds.size == 2_999
    deeds.clear()
    assert not table


def test_few_need_no_record_of_their_own() -> None:
    table = MemoryTable()
    deeds = Deeds(table, "m")
    for number in range(100):
        deeds.put(f"deed {number}", 1)
    assert not table
    assert len(deeds.few) == deeds.size == 100
