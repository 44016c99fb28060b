import numpy as np

from surefoot.promql.notation import read_labels, read_series
from surefoot.promql.recording import Recorder, Row
from surefoot.promql.series import Labels, Storage

X = read_labels("x")


def row(*values: float | None) -> Row:
    present = np.array([value is not None for value in values])
    return Row(X, np.array([value or 0.0 for value in values]), present)


def shown(storage: Storage) -> list[tuple[int, float | None]]:
    (series,) = storage.series
    return [
        (int(time), None if stale else float(value))
        for time, value, stale in zip(series.times, series.values, series.stale, strict=True)
    ]


def test_a_stale_marker_follows_the_last_sample():
    storage = Storage()
    left = Recorder(storage).record(np.array([0, 1, 2, 3]), [row(1, 2, None, None)], frozenset())
    assert shown(storage) == [(0, 1), (1, 2), (2, None)]
    assert left == frozenset()


def test_step_by_step_is_as_at_once():
    storage = Storage()
    left: frozenset[Labels] = frozenset()
    recorder = Recorder(storage)
    for time, value in enumerate([1, None, None, 4, 5] * 30):
        left = recorder.record(np.array([time]), [row(value)] if value else [], left)
    other = Storage()
    Recorder(other).record(np.arange(150), [row(*[1, None, None, 4, 5] * 30)], frozenset())
    assert shown(storage) == shown(other)
    assert left == {X}


def test_the_first_to_write_at_a_time_wins():
    storage = Storage([read_series("x 7 _ 7", 1)])
    recorder = Recorder(storage)
    recorder.record(np.array([0, 1]), [row(1, 1)], frozenset())
    recorder.record(np.array([1]), [row(2)], frozenset())
    assert shown(storage) == [(0, 7), (1, 1), (2, 7)]
