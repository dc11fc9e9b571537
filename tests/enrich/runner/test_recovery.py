import pytest

from enrich.runner.recovery import Progress, RecoveryWatch
from schemas.errors import Fatal


def watch(*told: Progress | None, each_s: float = 10) -> None:
    found = iter(told)
    looks = RecoveryWatch("text", found.__next__, still_s=30)
    for number in range(len(told)):
        looks.look(1_000 + number * each_s)


def test_recovery_that_stands_still_is_fatal() -> None:
    still = [Progress(1, 7)] * 4
    watch(*still[1:])
    with pytest.raises(Fatal, match="text: recovery stands still for 30 s with 7 records of its state unread"):
        watch(*still)


def test_one_that_moves_is_not() -> None:
    watch(*(Progress(1, 100 - number) for number in range(50)))
    watch(*(Progress(number // 3, 100) for number in range(50)))  # given other partitions each time
    watch(*([None] * 50))
    watch(Progress(1, 7), Progress(1, 7), Progress(1, 7), None, Progress(1, 7), Progress(1, 7), Progress(1, 7))
