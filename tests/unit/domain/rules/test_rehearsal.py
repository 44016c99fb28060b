from datetime import timedelta

import pytest

from surefoot.domain.rules.rehearsal import grid

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("long", "short", "step"),
    [
        (HOUR, 5 * MINUTE, timedelta(seconds=100)),
        (6 * HOUR, 30 * MINUTE, 10 * MINUTE),
        (3 * DAY, 6 * HOUR, 2 * HOUR),
        (HOUR, HOUR, timedelta(seconds=150)),
        (timedelta(seconds=7), timedelta(seconds=7), timedelta(milliseconds=280)),
    ],
)
def test_a_grid_divides_both_windows(long, short, step):
    assert grid(long, short) == step
    assert not long % step
    assert not short % step
