"""Sums across series, step by step."""

import numpy as np
import pytest

from surefoot.promql import aggregate

pytestmark = pytest.mark.req("SLO-10")


@pytest.mark.parametrize("absent", [0.0, 0.1])
def test_each_step_adds_what_is_present_in_order(absent: float):
    source = np.random.default_rng(2)
    members = [((), source.normal(0, 1, 50), source.random(50) >= absent) for _ in range(9)]
    members[0][1][:20] = -0.0
    members[1][2][7] = False
    found = aggregate.total(members, 50)
    for step in range(50):
        values = [float(one[step]) for _, one, present in members if present[step]]
        expected = values[0]
        for value in values[1:]:
            expected += value
        assert found[step] == expected


def test_a_lone_negative_zero_keeps_its_sign():
    found = aggregate.total([((), np.array([-0.0]), np.array([True]))], 1)
    assert np.signbit(found[0])
