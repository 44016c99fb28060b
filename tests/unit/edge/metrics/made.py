"""Series for tests of sources."""

from collections.abc import Sequence

import numpy as np

from surefoot.promql.series import NAME, Series, is_stale, stale_marker

BASE = 1_767_571_200_000


def series(name: str, times: Sequence[int], values: Sequence[float], **labels: str) -> Series:
    found = np.array(values, np.float64)
    at = np.array(times, np.int64)
    return Series(tuple(sorted({NAME: name, **labels}.items())), at, found, is_stale(found))


def counter(name: str = "requests_total", count: int = 500, **labels: str) -> Series:
    rng = np.random.default_rng(count)
    times = BASE + np.arange(count) * 15_000 + rng.integers(-400, 400, count)
    return series(name, times.tolist(), np.cumsum(rng.integers(0, 50, count)).tolist(), **labels)


def odd() -> Series:
    values = [0.1, -0.0, np.nan, np.inf, -np.inf, 1e300, 5e-324, stale_marker(), 2.0**60, 3.0]
    return series("odd", [BASE + 7 * n for n in range(len(values))], values, quote='a"b\\c\nd', ümlaut="ß")


def same(left: Sequence[Series], right: Sequence[Series]) -> bool:
    """Tell whether series are equal to the last bit."""
    return len(left) == len(right) and all(
        a.labels == b.labels
        and np.array_equal(a.times, b.times)
        and np.array_equal(a.values.view(np.int64), b.values.view(np.int64))
        and np.array_equal(a.stale, b.stale)
        for a, b in zip(left, right, strict=True)
    )
