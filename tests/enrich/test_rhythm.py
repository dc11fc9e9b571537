"""The rhythm: what an hour makes likely is learnt, and a burst does not become the rhythm."""

from random import Random
from zoneinfo import ZoneInfo

from enrich.rhythm import Rhythm

WIDTH, HOUR_MS = 300_000, 3_600_000
MONDAY = 1_704_067_200_000  # 2024-01-01
DAY = 288


def taught(days: int, burst: float = 0, zone: ZoneInfo | None = None) -> Rhythm:
    random, rhythm = Random(1), Rhythm(WIDTH) if zone is None else Rhythm(WIDTH, zone)
    for n in range(days * DAY):
        at, noon, sunday = MONDAY + n * WIDTH, n % DAY // 12 == 12, n // DAY % 7 == 6
        volume = sum(random.random() < 0.2 for _ in range(100)) * (3 if noon else 1) * (0.5 if sunday else 1)
        if n // DAY == days - 1 and n % DAY < 12:
            volume += burst
        rhythm.learn(at, at + WIDTH, volume)
    return rhythm


def expected(rhythm: Rhythm, day: int, hour: int) -> float:
    return rhythm.mean * rhythm.season(MONDAY + day * 24 * HOUR_MS + hour * HOUR_MS + HOUR_MS, HOUR_MS)


def test_hours_and_days_have_their_own_volume() -> None:
    rhythm = taught(28)
    assert 45 < expected(rhythm, 28, 12) < 75
    assert 17 < expected(rhythm, 28, 3) < 24
    assert 7 < expected(rhythm, 34, 3) < 15


def test_an_hour_is_one_on_the_wall_clock_of_the_zone() -> None:
    assert taught(14).side()["hours"].index(max(taught(14).side()["hours"])) == 12
    local = taught(14, zone=ZoneInfo("Asia/Tokyo")).side()["hours"]
    assert local.index(max(local)) == 21


def test_a_burst_counts_as_much_as_is_usual_at_the_most() -> None:
    calm, after = taught(14), taught(14, burst=100_000)
    assert after.mean < calm.mean * 1.2
    assert expected(after, 14, 0) < 3 * expected(calm, 14, 0)


def test_more_scatter_gives_less_z() -> None:
    even, uneven, random = Rhythm(WIDTH), Rhythm(WIDTH), Random(2)
    for n in range(14 * DAY):
        at = MONDAY + n * WIDTH
        even.learn(at, at + WIDTH, 20)
        uneven.learn(at, at + WIDTH, 20 * random.gammavariate(1, 1))
    assert even.z(80, 20) > 2 * uneven.z(80, 20) > 2
    assert even.z(20, 20) == 0
    assert even.z(5, 20) < 0


def test_the_season_of_a_long_span_is_the_mean_of_its_hours() -> None:
    rhythm = taught(28)
    end = MONDAY + 28 * 24 * HOUR_MS + 15 * HOUR_MS
    parts = [rhythm.season(end - n * HOUR_MS, HOUR_MS) for n in range(12)]
    assert abs(rhythm.season(end, 12 * HOUR_MS) - sum(parts) / 12) < 1e-12
    assert rhythm.season(end, 7 * 24 * HOUR_MS) == 1
