import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.promql.quantile import quantiles

values = st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf]), min_size=1, max_size=9)


@given(values, st.floats(0, 1), st.data())
def test_a_column_with_absent_samples_is_as_one_without(samples: list[float], q: float, data: st.DataObject):
    present = data.draw(st.lists(st.booleans(), min_size=len(samples), max_size=len(samples)))
    wide = quantiles(np.array([q]), np.array(samples)[:, np.newaxis], np.array(present)[:, np.newaxis])
    alone = np.array([one for one, there in zip(samples, present, strict=True) if there])[:, np.newaxis]
    narrow = quantiles(np.array([q]), alone, np.ones(alone.shape, bool))
    assert np.array_equal(wide, narrow, equal_nan=True)


@pytest.mark.parametrize(("q", "expected"), [(0.5, 2.5), (0, 1), (1, 4), (-1, -math.inf), (2, math.inf), (0.25, 1.75)])
def test_a_quantile_lies_between_two_samples(q: float, expected: float):
    column = np.array([[4.0], [1.0], [3.0], [2.0]])
    assert quantiles(np.array([q]), column, np.ones((4, 1), bool)).tolist() == [expected]
