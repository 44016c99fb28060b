"""Which runs are sealed: whole segments once they are past the time at hand, shorter ones before they wait too long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.audit.retention import Ages, Kept, Plans, solve
from surefoot.domain.audit.sealing import Block, Run, runs

pytestmark = pytest.mark.req("AUD-4")
NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PLANS = Plans(solve([], Kept(100 * DAY, 300 * DAY, ("test",))), {}, {})


def block(number: int, days: float) -> Block:
    """Make a block whose records are so many days old."""
    age = NOW - days * DAY
    return Block(number, {"data": Ages(age, age)})


def test_a_whole_segment_is_sealed_as_soon_as_it_is_past_the_time_at_hand():
    blocks = [block(number, 101) for number in range(9)]
    assert runs(blocks, PLANS, 1024, NOW) == [Run(0, 1024), Run(1024, 1024)]


def test_what_is_at_hand_stays():
    assert runs([block(number, 99) for number in range(8)], PLANS, 1024, NOW) == []


def test_a_segment_with_one_young_record_waits():
    blocks = [block(number, 101) for number in range(3)] + [block(3, 99)]
    assert runs(blocks, PLANS, 1024, NOW) == []


def test_a_slow_log_seals_shorter_runs_after_a_tenth_of_the_time():
    assert runs([block(number, 129) for number in range(7)], PLANS, 65_536, NOW) == []
    blocks = [block(number, 131) for number in range(7)]
    assert runs(blocks, PLANS, 65_536, NOW) == [Run(0, 1024), Run(1024, 512), Run(1536, 256)]


def test_a_run_begins_at_a_multiple_of_its_length():
    blocks = [block(number, 131) for number in range(3, 9)]
    assert runs(blocks, PLANS, 65_536, NOW) == [Run(768, 256), Run(1024, 1024), Run(2048, 256)]


def test_a_segment_that_is_no_power_of_two_is_rounded_down():
    assert runs([block(number, 101) for number in range(4)], PLANS, 1000, NOW) == [Run(0, 512), Run(512, 512)]


def test_what_is_past_all_of_its_time_waits_no_longer():
    plans = Plans(solve([], Kept(100 * DAY, 100 * DAY, ("test",))), {}, {})
    assert runs([block(0, 101)], plans, 65_536, NOW) == [Run(0, 256)]


def test_records_of_very_different_ages_get_runs_of_their_own():
    blocks = [block(number, 200) for number in range(2)] + [block(number, 110) for number in range(2, 4)]
    assert runs(blocks, PLANS, 1024, NOW) == [Run(0, 512)]
    assert runs(blocks[2:], PLANS, 512, NOW) == [Run(512, 512)]


@given(
    st.lists(st.tuples(st.integers(0, 80), st.floats(0, 400)), max_size=60, unique_by=lambda one: one[0]),
    st.integers(256, 5000),
)
def test_runs_are_aligned_apart_and_hold_only_what_may_leave(given: list[tuple[int, float]], segment: int):
    blocks = [block(number, days) for number, days in sorted(given)]
    found, end = runs(blocks, PLANS, segment, NOW), 0
    ages = dict(given)
    for run in found:
        assert run.size % 256 == 0
        assert run.size & (run.size - 1) == 0
        assert run.first % run.size == 0
        assert end <= run.first
        assert run.size <= segment
        end = run.first + run.size
        assert all(ages[number] >= 100 for number in range(run.first // 256, end // 256))
