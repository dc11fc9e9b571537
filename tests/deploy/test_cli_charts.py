import pytest

from deploy.cli.charts import balance_bar, bar, columns, sparkline, thinned


def test_bar_is_proportional_and_never_hides_a_value() -> None:
    assert bar(10, 10, 4) == "████"
    assert bar(5, 10, 4) == "██"
    assert bar(0.01, 10, 4) == "▏"
    assert bar(0, 10, 4) == ""
    assert bar(3, 0, 4) == ""
    assert bar(99, 10, 4) == "████"


@pytest.mark.parametrize(("balance", "drawn"), [(-0.5, "  ██│"), (1.0, "    │████"), (0.0, "    │"), (None, "")])
def test_balance_bar_grows_from_its_middle(balance: float | None, drawn: str) -> None:
    assert balance_bar(balance, 4) == drawn


def test_sparkline_has_one_character_for_each_value() -> None:
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
    assert sparkline([]) == ""
    assert sparkline([0.5], 1.0) == "▄"


def test_columns_reach_the_top_with_the_largest_value_only() -> None:
    assert columns([0, 1, 2], 2) == ["  █", " ██"]
    assert columns([], 3) == []
    assert columns([0, 0], 3) == []


def test_thinning_keeps_every_peak_that_is_the_largest() -> None:
    values = [0.0] * 1000
    values[637] = 9.0
    assert max(thinned(values, 40)) == 9.0
    assert len(thinned(values, 40)) == 40
    assert thinned([1, 2, 3], 40) == [1, 2, 3]
