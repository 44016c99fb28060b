"""Sums without rounding against correctly rounded ones and against the compensated loop of Prometheus."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surefoot.promql import exact
from surefoot.promql.exact import Span
from surefoot.promql.kahan import Kahan
from surefoot.promql.series import Series, Values
from surefoot.promql.windows import Windows, select

pytestmark = pytest.mark.req("SLO-10")


def _windows(values: Values, length: int = 30) -> Windows:
    times = np.arange(len(values), dtype=np.int64)
    series = Series((), times, values, np.zeros(len(values), bool))
    return select(series, np.arange(0, len(values) + 2 * length, 7, dtype=np.int64), length, left_open=True)


def _looped(w: Windows) -> Values:
    sums = Kahan(len(w.first))
    for here, value in w.positions():
        sums.add(here, value)
    return sums.value


def _bits(values: Values) -> bytes:
    return values.tobytes()


def _samples(kind: str) -> Values:
    source = np.random.default_rng(3)
    values = {
        "whole": source.integers(-1000, 1000, 5000).astype(float),
        "thirds": source.integers(-1000, 1000, 5000) / 3,
        "large whole": np.floor(source.normal(0, 1, 5000) * 2.0**60),
        "fractions": source.normal(0, 1, 5000) * 10.0 ** source.integers(-1, 2, 5000),
        "many fractions": source.normal(0, 1, 80_000) * 10.0 ** source.integers(-1, 2, 80_000),
        "zeros": np.zeros(5000),
        "tiny": source.normal(0, 1e-140, 5000),
    }[kind]
    values[::11] = -0.0
    return values


@pytest.mark.parametrize("kind", ["whole", "thirds", "large whole", "fractions", "many fractions", "zeros", "tiny"])
def test_running_sums_have_the_bits_of_the_compensated_loop(kind: str):
    w = _windows(_samples(kind))
    found = exact.window_sums(w)
    assert found is not None
    assert _bits(found) == _bits(_looped(w))
    assert found[5] == math.fsum(w.values[w.first[5] : w.last[5]])


@pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf, 1e200, 1e-200])
def test_strange_values_are_left_to_the_loop(strange: float):
    values = _samples("thirds")
    values[77] = strange
    assert exact.window_sums(_windows(values)) is None


def test_values_too_far_apart_are_left_to_the_loop():
    assert exact.window_sums(_windows(np.array([1e20, 1 / 3, -1e20, 1e-5] * 9))) is None


def test_no_samples_add_up_to_nothing():
    found = exact.window_sums(_windows(np.zeros(0)))
    assert found is not None
    assert not found.any()


_WIDE = st.builds(math.ldexp, st.floats(-1, 1).filter(lambda one: one == 0 or abs(one) > 1e-9), st.integers(-30, 30))


@given(st.lists(st.lists(_WIDE, min_size=5, max_size=5), min_size=1, max_size=40))
def test_rows_add_up_exactly_or_the_span_says_no(rows: list[list[float]]):
    values = np.array(rows)
    span = Span.between(*exact.magnitudes(values))
    assume(span is not None)
    assert span is not None
    cut = span.cut(5)
    assume(cut is not None)
    assert cut is not None
    looped = Kahan(len(values))
    for column in values.T:
        looped.add(np.ones(len(values), bool), column)
    found = exact.row_sums(values.copy(), cut, np.empty_like(values))
    assert found.tolist() == [math.fsum(row) for row in rows]
    assert found.tolist() == looped.value.tolist()
