from array import array

from hypothesis import given
from hypothesis import strategies as st

from enrich.postings import KEYS, Place, Postings

# Few keys and few times, so that runs are long and places tie; the highest key and the lowest are among them.
rows = st.lists(
    st.tuples(
        st.lists(st.sampled_from([0, 1, 7, 2**31 - 1, 2**31, KEYS - 1]), min_size=1, max_size=4, unique=True),
        st.integers(0, 1),
        st.integers(0, 3),
    ),
    max_size=30,
)


@given(rows, st.lists(st.integers(0, 29), max_size=12, unique=True), st.integers(0, 3))
def test_rows_stand_in_order_under_their_keys(
    told: list[tuple[list[int], int, int]], gone: list[int], at_ms: int
) -> None:
    times = array("q", [at_ms for _, _, at_ms in told])

    def place(row: int) -> Place:
        return times[row], f"{row * 7 % 10}-{row}"

    postings = Postings(times, place)
    for row, (keys, sort, _) in enumerate(told):
        postings.add(keys, sort, row)
    left = [row for row in range(len(told)) if row not in gone]
    for row in {*range(len(told))} - {*left}:
        postings.remove(told[row][0], told[row][1], row)
    pivot = (at_ms, "5")
    for key in (0, 1, 2, 7, 2**31 - 1, 2**31, KEYS - 1):
        under = [row for row in left if key in told[row][0]]
        assert postings.held([key]) == ([key] if under else [])
        for sort in (0, 1):
            ordered = sorted((row for row in under if told[row][1] == sort), key=place)
            assert [*postings.since(key, sort, pivot)] == [row for row in ordered if place(row) >= pivot]
            assert [*postings.before(key, sort, pivot)] == [row for row in ordered[::-1] if place(row) < pivot]


def test_nothing_is_lost_when_pages_are_cut() -> None:
    times = array("q", range(3_000))
    postings = Postings(times, lambda row: (times[row], ""))
    keys = [[(row + 1) * 2_654_435_761 % KEYS, row % 5] for row in range(3_000)]
    for row in range(3_000):
        postings.add(keys[row], row % 2, row)
    for row in range(3_000):
        assert [*postings.since(keys[row][0], row % 2, (0, ""))] == [row]
    assert [*postings.since(3, 1, (0, ""))] == [row for row in range(3_000) if row % 5 == 3 and row % 2]
