"""Rates of many windows against one window at a time, operation by operation as in Prometheus."""

from itertools import pairwise

import numpy as np
import pytest

from surefoot.promql import rates
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Series
from surefoot.promql.windows import Windows, select

pytestmark = pytest.mark.req("SLO-10")

_LENGTH = 300_000


def _windows(*, resets: float, left_open: bool, step: int) -> Windows:
    source = np.random.default_rng(9)
    times = np.cumsum(
        source.choice([15_000, 14_993, 15_007, 200_000, 900_000], p=[0.5, 0.2, 0.28, 0.01, 0.01], size=6000)
    )
    values = np.zeros(6000)
    for at in range(1, 6000):
        fell = source.random() < resets
        values[at] = source.integers(3) if fell else values[at - 1] + source.integers(4)
    ends = np.arange(0, int(times[-1]) + 2 * _LENGTH, step, dtype=np.int64)
    return select(Series((), times, values, np.zeros(6000, bool)), ends, _LENGTH, left_open=left_open)


def _one(w: Windows, at: int, semantics: Semantics, *, counter: bool, per_second: bool) -> float:
    times, values = w.times[w.first[at] : w.last[at]].tolist(), w.values[w.first[at] : w.last[at]].tolist()
    result = values[-1] - values[0]
    if counter:
        for before, after in pairwise(values):
            result += before if after < before else 0.0
    to_start, to_end = (times[0] - int(w.starts[at])) / 1000, (int(w.ends[at]) - times[-1]) / 1000
    sampled = (times[-1] - times[0]) / 1000
    gap = sampled / (len(times) - 1)
    near = gap * 1.1
    if counter and not semantics.clamp_after and result > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * (values[0] / result))
    to_start = gap / 2 if to_start >= near else to_start
    if counter and semantics.clamp_after and result > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * (values[0] / result))
    to_end = gap / 2 if to_end >= near else to_end
    factor = (sampled + to_start + to_end) / sampled
    return float(result * (factor / (_LENGTH / 1000) if per_second else factor))


@pytest.mark.parametrize("version", ["2.42", "2.53", "3.0"])
@pytest.mark.parametrize("resets", [0.0, 0.01, 0.3], ids=["no resets", "few", "many"])
@pytest.mark.parametrize(("counter", "per_second"), [(True, True), (True, False), (False, False)])
def test_each_window_has_the_bits_of_its_own_rate(version: str, resets: float, *, counter: bool, per_second: bool):
    semantics = Semantics.of(version)
    w = _windows(resets=resets, left_open=semantics.left_open, step=20_000)
    found, present = rates.extrapolated(w, semantics, counter=counter, per_second=per_second)
    assert np.array_equal(present, w.counts > 1)
    for at in np.flatnonzero(present)[::3].tolist():
        assert found[at] == _one(w, at, semantics, counter=counter, per_second=per_second)
