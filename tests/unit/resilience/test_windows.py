import pytest

from surefoot.resilience.windows import FAILED, SLOW, CountWindow, TimeWindow

pytestmark = pytest.mark.req("RES-1")


def test_a_count_window_knows_the_last_results_alone():
    window = CountWindow(3)
    for code in (FAILED, FAILED | SLOW, SLOW):
        window.add(code, 0.0)
    assert window.totals() == (3, 2, 2)
    assert window.full()
    assert window.add(0, 0.0) == (3, 1, 2)


def test_a_time_window_forgets_by_whole_seconds():
    window = TimeWindow(2)
    window.add(FAILED, 10.9)
    window.add(SLOW, 11.0)
    assert window.totals() == (2, 1, 1)
    assert window.add(0, 12.0) == (2, 0, 1)
    window.expire(100.0)
    assert window.totals() == (0, 0, 0)
    assert not window.full()


def test_a_result_older_than_the_newest_second_goes_to_it():
    window = TimeWindow(2)
    window.add(0, 12.0)
    window.add(FAILED, 11.9)
    window.expire(13.9)
    assert window.totals() == (2, 1, 0)


def test_a_result_that_comes_after_its_second_was_forgotten_is_forgotten_in_turn():
    window = TimeWindow(2)
    window.add(FAILED, 10.0)
    window.expire(20.0)
    assert window.add(FAILED, 10.5) == (1, 1, 0)
    assert window.add(0, 20.0) == (1, 0, 0)
