"""Straight lines through windows: the fast sums against the plain loop."""

import numpy as np
import pytest

from surefoot.promql import rates, sliding, trends
from surefoot.promql.series import Series, Times, Values
from surefoot.promql.windows import Windows, select

pytestmark = pytest.mark.req("SLO-10")

_COUNT = 3000
_LENGTH = 1_800_000


def _windows(seed: int, kind: str) -> Windows:
    source = np.random.default_rng(seed)
    times = np.cumsum(source.choice([1, 14_990, 15_000, 15_017, 900_000], p=[0.01, 0.3, 0.4, 0.28, 0.01], size=_COUNT))
    values = {
        "whole": source.integers(-50, 50, _COUNT).astype(float),
        "fractions": source.normal(20, 5, _COUNT),
        "wide": source.normal(0, 1, _COUNT) * 10.0 ** source.integers(-20, 20, _COUNT),
        "constant": np.full(_COUNT, 3.3),
        "zero": np.zeros(_COUNT),
    }[kind]
    ends = np.arange(0, int(times[-1]) + 2 * _LENGTH, 60_000, dtype=np.int64)
    return select(Series((), times, values, np.zeros(_COUNT, bool)), ends, _LENGTH, left_open=False)


def _origins(w: Windows) -> dict[str, Times]:
    return {
        "first": w.moments(w.first),
        "last": w.moments(w.last - 1),
        "end": w.ends,
        "near the end": w.moments(w.last - 1) + 3,
        "inside": w.ends - _LENGTH // 3,
        "far before": w.ends - 400_000_000,
        "ever": np.full(len(w.ends), 12_345, np.int64),
    }


def _bits(values: Values) -> bytes:
    return values.tobytes()


@pytest.mark.parametrize("kind", ["whole", "fractions", "wide", "constant", "zero"])
@pytest.mark.parametrize("where", ["first", "last", "end", "near the end", "inside", "far before", "ever"])
def test_sums_have_the_bits_of_the_loop(where: str, kind: str):
    w = _windows(5, kind)
    origin = _origins(w)[where]
    for fast, slow in zip(trends.moments(w, origin), sliding.moments(w, origin), strict=True):
        assert _bits(fast) == _bits(slow)


@pytest.mark.parametrize("kind", ["whole", "fractions"])
def test_ordinary_samples_need_no_loop(kind: str, monkeypatch: pytest.MonkeyPatch):
    w = _windows(6, kind)
    with monkeypatch.context() as patch:
        patch.delattr(sliding, "moments")
        trends.moments(w, w.ends + 1000)


@pytest.mark.parametrize("where", ["first", "end"])
def test_a_line_is_that_of_prometheus_loop(where: str, monkeypatch: pytest.MonkeyPatch):
    w = _windows(7, "fractions")
    at = None if where == "first" else w.ends
    found = rates.regression(w, at)
    with monkeypatch.context() as patch:
        patch.setattr(sliding, "tame", lambda _: False)
        plain = rates.regression(w, at)
    there = found[2]
    assert _bits(found[0][there]) == _bits(plain[0][there])
    assert _bits(found[1][there]) == _bits(plain[1][there])
