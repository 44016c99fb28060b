from datetime import timedelta

import pytest

from surefoot.domain.rules.story import Form, Signal, Story, Window, count, fires_after, notation, sample, stops_after
from surefoot.promql.notation import read_series

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
X = (("__name__", "x"),)
PAIR = ((Window(HOUR, 0.1), Window(5 * MINUTE, 0.1)),)


def story(signal: Signal, **changes) -> Story:
    given = {
        "name": "",
        "signals": (signal,),
        "ratio": 1.0,
        "start": 4 * MINUTE,
        "end": 6 * MINUTE,
        "length": 8 * MINUTE,
        "legs": PAIR,
    }
    return Story(**{**given, **changes})


@pytest.mark.req("SLO-4")
def test_detection_and_reset_are_those_of_the_workbook():
    assert fires_after(PAIR, 0.2) == 30 * MINUTE
    assert stops_after(PAIR, 0.2, HOUR) == 2.5 * MINUTE
    assert fires_after(PAIR, 0.1) is None


def test_the_fastest_leg_fires_and_the_slowest_of_those_that_fired_resets():
    both = (*PAIR, ((Window(6 * HOUR, 0.05), Window(30 * MINUTE, 0.05))))
    assert fires_after(both, 0.2, MINUTE) == 31 * MINUTE
    assert stops_after(both, 0.2, HOUR) == 2.5 * MINUTE
    assert stops_after(both, 0.2, 2 * HOUR) == 22.5 * MINUTE
    assert stops_after(both, 0.01, HOUR) == timedelta()


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("bad", [0.0, 5.0, None])
def test_the_notation_tells_what_the_samples_tell(form, bad):
    told = story(Signal(X, form, 10.0, bad))
    (series,) = sample(told, MINUTE)
    again = read_series(f"x {notation(told.signals[0], told, MINUTE)}", 60_000)
    assert again.times.tolist() == series.times.tolist()
    assert again.values[~again.stale] == pytest.approx(series.values[~series.stale])
    assert again.stale.tolist() == series.stale.tolist()


def test_a_counter_in_notation_never_falls_by_dust():
    told = story(Signal(X, Form.COUNTER, 1 / 3, 0.0), start=40 * MINUTE, end=80 * MINUTE, length=120 * MINUTE)
    series = read_series(f"x {notation(told.signals[0], told, MINUTE, HOUR)}", 60_000)
    assert (series.values[1:] >= series.values[:-1]).all()
    assert series.values[1] - series.values[0] == pytest.approx(61 * 20, abs=0.1)


def test_bad_slices_are_spread_evenly_and_the_first_is_bad():
    told = story(Signal(X, Form.GAUGE, 0.0, 1.0), ratio=0.4, slice=MINUTE, end=14 * MINUTE, length=15 * MINUTE)
    (series,) = sample(told, MINUTE)
    assert series.values.tolist()[4:14] == [1, 0, 1, 0, 0, 1, 0, 1, 0, 0]


def test_resolution_is_that_of_slices_and_lags():
    told = story(Signal(X, Form.GAUGE, 0.0, 1.0), ratio=0.5, slice=MINUTE, lag=SECOND)
    assert told.resolution == 121 * SECOND


def test_counting_on_a_grid_brackets_the_closed_form():
    told = story(Signal(X, Form.COUNTER, 1, 1), ratio=0.2, start=70 * MINUTE, end=110 * MINUTE, length=120 * MINUTE)
    outlook = count(told, MINUTE)
    fires = outlook.firing.index(True) - 70
    assert 30 <= fires <= 31
    assert all(outlook.silent[:99])
    assert outlook.firing[111]
    assert outlook.silent[113]


def test_a_hold_is_counted_in_whole_steps():
    now = ((Window(timedelta(), 0.5, "samples"),),)
    told = story(Signal(X, Form.GAUGE, 0, 1), legs=now, lasting=90 * SECOND, end=8 * MINUTE)
    assert count(told, MINUTE).firing.index(True) == 6


def test_a_story_that_does_not_recover_has_no_reset():
    assert story(Signal(X, Form.GAUGE, 0, 1), recovers=False).reset is None
    assert story(Signal(X, Form.GAUGE, 0, 1), ratio=0.05).reset is None
