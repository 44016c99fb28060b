"""Reducing several series at once gives what each gives by itself."""

import numpy as np
import pytest

from surefoot.promql import joint, over_time, rates, sliding
from surefoot.promql.series import Series
from surefoot.promql.windows import Frames, Windows

pytestmark = pytest.mark.req("SLO-10")

_HOWS = {
    "average": over_time.average,
    "variance": over_time.variance,
    "smoothed": lambda w: rates.holt_winters(w, 0.3, 0.6),
    "rate of change": over_time.changes,
}


def _many(steps: int) -> list[Windows]:
    source = np.random.default_rng(8)
    frames = Frames(np.arange(steps, dtype=np.int64) * 20_000, 300_000, left_open=False)
    made = []
    for number in range(9):
        times = np.cumsum(source.integers(1, 30_000, 40 * (number % 4)))
        values = source.normal(0, 3, len(times))
        if number == 5:
            values[10:20] = np.inf
        made.append(Series((("n", str(number)),), times, values, np.zeros(len(times), bool)))
    return list(map(frames.windows, made))


@pytest.mark.parametrize("width", [1, 150, 10_000])
@pytest.mark.parametrize("name", _HOWS)
def test_together_is_one_by_one(name: str, width: int, monkeypatch: pytest.MonkeyPatch):
    how, windows = _HOWS[name], _many(70)
    expected = [how(w) for w in windows]
    monkeypatch.setattr(sliding, "WIDTH", width)
    found = list(joint.together(how, iter(windows)))
    assert [w.labels for w, _ in found] == [w.labels for w in windows]
    for (_, (values, present)), (plain, there) in zip(found, expected, strict=True):
        assert np.array_equal(present, there)
        assert np.array_equal(values[there], plain[there], equal_nan=True)


def test_nothing_gives_nothing():
    assert not list(joint.together(over_time.average, []))
