"""Fast reductions of windows against the plain loops they stand for."""

from collections.abc import Callable

import numpy as np
import pytest

from surefoot.promql import over_time, rates, sliding
from surefoot.promql.series import Series
from surefoot.promql.windows import Windows, select

pytestmark = pytest.mark.req("SLO-10")


def _windows(seed: int, *, whole: bool, step: int = 60_000, length: int = 420_000) -> Windows:
    source = np.random.default_rng(seed)
    times = np.cumsum(source.choice([1, 15_000, 15_017, 200_000, 900_000], p=[0.05, 0.5, 0.42, 0.02, 0.01], size=4000))
    values = source.normal(0, 1, 4000) * 10.0 ** source.integers(-9, 9, 4000)
    values[500:700] = 3.0
    values[source.integers(4000, size=300)] = -0.0
    found = np.asarray(np.round(values) if whole else values, np.float64)
    ends = np.arange(0, int(times[-1]) + 900_000, step, dtype=np.int64)
    return select(Series((), times, found, np.zeros(4000, bool)), ends, length, left_open=False)


def _plain(
    how: Callable[[Windows], tuple[np.ndarray, ...]], w: Windows, monkeypatch: pytest.MonkeyPatch
) -> tuple[np.ndarray, ...]:
    with monkeypatch.context() as patch:
        patch.setattr(sliding, "tame", lambda _: False)
        return how(w)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "fractions"])
@pytest.mark.parametrize(
    "how", [over_time.total, over_time.average, over_time.variance, lambda w: rates.regression(w, None)]
)
def test_the_fast_way_gives_the_same_bits(
    how: Callable[[Windows], tuple[np.ndarray, ...]], monkeypatch: pytest.MonkeyPatch, *, whole: bool
):
    for seed in range(3):
        w = _windows(seed, whole=whole)
        plain = _plain(how, w, monkeypatch)
        for fast, slow in zip(how(w), plain, strict=True):
            there = w.counts > 0
            assert np.array_equal(fast[there], slow[there], equal_nan=fast.dtype.kind == "f")


@pytest.mark.parametrize("largest", [True, False])
def test_the_extreme_is_that_of_a_loop(*, largest: bool):
    w = _windows(4, whole=True)
    w.values[::7] = np.nan
    w.values[900:1000] = np.nan
    found = sliding.extreme(w, largest=largest)
    for step in np.flatnonzero(w.filled):
        best = np.nan
        for value in w.values[w.first[step] : w.last[step]]:
            if np.isnan(best) or (value > best if largest else value < best):
                best = value
        assert np.array_equal(found[step], best, equal_nan=True)


@pytest.mark.parametrize("left_open", [True, False])
@pytest.mark.parametrize(("step", "length"), [(15_000, 60_000), (15_000, 50_000), (15_000, 10**8), (1, 15_000)])
def test_windows_on_the_grid_hold_what_a_search_finds(step: int, length: int, *, left_open: bool):
    times = np.sort(np.random.default_rng(1).choice(np.arange(-5, 300) * 15_000, 100, replace=False)).astype(np.int64)
    ends = np.arange(0, 900 * step, step, dtype=np.int64)
    w = select(Series((), times, times / 1.0, np.zeros(100, bool)), ends, length, left_open=left_open)
    for step_at in range(0, len(ends), 7):
        start, end = ends[step_at] - length, ends[step_at]
        inside = (times > start if left_open else times >= start) & (times <= end)
        assert np.array_equal(w.values[w.first[step_at] : w.last[step_at]], times[inside])
