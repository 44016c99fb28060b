from datetime import UTC, datetime, timedelta

from surefoot.health.clock import SYSTEM


def test_monotonic_time_goes_on_and_the_wall_clock_is_in_utc():
    first = SYSTEM.now()
    assert SYSTEM.now() >= first
    assert SYSTEM.today().utcoffset() == timedelta()
    assert abs(SYSTEM.today() - datetime.now(UTC)) < timedelta(seconds=5)
