import numpy as np

from surefoot.prove.intervals import firings, runs


def test_stretches_are_found_at_both_ends():
    mask = np.array([1, 1, 0, 1, 0, 1], bool)
    assert runs(mask).tolist() == [[0, 2], [3, 4], [5, 6]]


def test_an_alert_waits_and_lingers():
    active = np.array([1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0], bool)
    times = np.arange(12, dtype=np.int64) * 10
    assert list(firings(active, times, 20, 15)) == [(5, 10)]


def test_what_still_fires_has_no_end():
    assert list(firings(np.array([0, 1], bool), np.array([0, 10]), 0, 0)) == [(1, None)]
