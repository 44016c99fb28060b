import numpy as np
import pytest

from surefoot.promql.burnrate import Scene, Seen, growth
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Series

MINUTE = 60_000


def scene(evaluations: int = 10, longest: int = 5) -> Scene:
    times = np.arange(longest, longest + evaluations, dtype=np.int64) * MINUTE
    return Scene(times, longest * MINUTE, Semantics())


def series(*values: float, step: int = MINUTE) -> Series:
    return Series.of({"__name__": "x"}, [step * n for n in range(len(values))], values)


@pytest.mark.parametrize("values", [[0.5], [-1], [2.0**53], [float("nan")], [float("inf")]])
def test_counters_that_would_not_add_up_exactly_are_refused(values: list[float]):
    assert scene().counter(series(*values)) is None


def test_series_of_one_target_share_where_their_samples_lie():
    here = scene()
    one, other = here.counter(series(*range(15))), here.counter(series(*range(15)))
    assert one is not None
    assert other is not None
    assert one.sight is other.sight


def test_resets_are_added_back():
    counter = scene().counter(series(0, 60, 120, 180, 240, 300, 60, 120, 180, 240, 300, 360, 420, 480, 540))
    assert counter is not None
    assert growth([counter]).tolist() == [60] * 14


def test_a_newborn_counter_s_first_value_is_not_growth():
    times = [MINUTE * n for n in range(7, 15)]
    counter = scene().counter(Series.of({"__name__": "x"}, times, [100 + n for n in range(8)]))
    assert counter is not None
    assert growth([counter]).sum() == 7


def test_a_series_without_samples_yields_nothing():
    here = scene()
    counter = here.counter(series())
    assert counter is not None
    values, present = here.total([counter], 5 * MINUTE, slice(0, 10), Seen())
    assert values.shape == (10,)
    assert not present.any()
