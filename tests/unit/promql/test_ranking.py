import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.promql.ranking import best_first, kept, sorted_places

NAN = float("nan")
few = st.lists(st.sampled_from([0.0, 1.0, 2.0, NAN, float("inf"), float("-inf")]), min_size=1, max_size=9)


@given(few, st.integers(1, 9), st.booleans())
def test_a_column_keeps_what_the_instant_vector_keeps(values: list[float], k: int, largest: bool):  # noqa: FBT001  # drawn
    column = np.array(values)[:, np.newaxis]
    found = kept(column, np.ones(column.shape, bool), k, largest=largest)
    assert sorted(best_first(values, k, largest=largest)) == np.flatnonzero(found[:, 0]).tolist()
    assert found.sum() == min(k, len(values))


@given(few, st.integers(1, 9))
def test_nothing_that_is_left_out_is_larger(values: list[float], k: int):
    places = best_first(values, k, largest=True)
    shown = [values[place] for place in places if not np.isnan(values[place])]
    hidden = [value for place, value in enumerate(values) if place not in places and not np.isnan(value)]
    assert shown == sorted(shown, reverse=True)
    assert not hidden or not shown or max(hidden) <= min(shown)


@pytest.mark.parametrize(("descending", "expected"), [(False, [1, 3, 2, 0]), (True, [2, 3, 1, 0])])
def test_nan_comes_last(*, descending: bool, expected: list[int]):
    assert sorted_places([NAN, 1, 3, 2], descending=descending) == expected
