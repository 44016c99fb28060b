"""Writing into the storage what rules make."""

from dataclasses import dataclass, field

import numpy as np

from surefoot.promql.series import Labels, Mask, Series, Storage, Times, Values, is_stale, stale_marker

_ROOM = 64


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One series that a rule makes, at the steps of an evaluation.

    Attributes:
        values: Shape (steps,); any value where nothing is present.
        present: Shape (steps,).
    """

    labels: Labels
    values: Values
    present: Mask


@dataclass(slots=True)
class _Buffer:
    """Arrays with room at their end, so that appending one sample copies nothing."""

    times: Times
    values: Values
    size: int

    def append(self, time: int, value: float) -> None:
        if self.size == len(self.times):
            room = max(_ROOM, self.size)
            self.times = np.concatenate((self.times, np.empty(room, np.int64)))
            self.values = np.concatenate((self.values, np.empty(room, np.float64)))
        self.times[self.size], self.values[self.size] = time, value
        self.size += 1

    def merge(self, times: Times, values: Values) -> None:
        """Add samples in between; what is there already stays."""
        joined = np.concatenate((self.times[: self.size], times))
        self.times, index = np.unique(joined, return_index=True)
        self.values = np.concatenate((self.values[: self.size], values))[index]
        self.size = len(self.times)

    def series(self, labels: Labels) -> Series:
        times, values = self.times[: self.size], self.values[: self.size]
        return Series(labels, times, values, is_stale(values))


@dataclass(slots=True)
class Recorder:
    """Adds samples to a storage; the first to write a series at a time wins, as in Prometheus."""

    storage: Storage
    _places: dict[Labels, int] = field(default_factory=dict)
    _buffers: dict[Labels, _Buffer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = {series.labels: place for place, series in enumerate(self.storage.series)}

    def record(self, times: Times, rows: list[Row], before: frozenset[Labels]) -> frozenset[Labels]:
        """Write what one rule made, with a stale marker where a series of it ends.

        Args:
            times: Of the steps, milliseconds.
            rows: All with different labels.
            before: The series that the rule had at its evaluation before these steps.

        Returns:
            The series that it has at the last step.
        """
        made = {row.labels for row in rows}
        nothing = np.zeros(len(times), bool)
        gone = [Row(labels, np.zeros(len(times)), nothing) for labels in sorted(before - made)]
        for row in [*rows, *gone]:
            had = np.concatenate(([row.labels in before], row.present[:-1]))
            ended = had & ~row.present
            written = row.present | ended
            self._write(row.labels, times[written], np.where(ended, stale_marker(), row.values)[written])
        return frozenset(row.labels for row in rows if row.present[-1])

    def _write(self, labels: Labels, times: Times, values: Values) -> None:
        if not len(times):
            return
        place = self._places.setdefault(labels, len(self.storage.series))
        buffer = self._buffers.get(labels)
        if place == len(self.storage.series):
            buffer = self._buffers[labels] = _Buffer(np.empty(0, np.int64), np.empty(0, np.float64), 0)
            self.storage.series.append(buffer.series(labels))
        elif buffer is None:
            old = self.storage.series[place]
            buffer = self._buffers[labels] = _Buffer(old.times, old.values, len(old.times))
        assert buffer is not None
        if len(times) == 1 and (not buffer.size or buffer.times[buffer.size - 1] < times[0]):
            buffer.append(int(times[0]), float(values[0]))
        else:
            buffer.merge(times, values)
        self.storage.series[place] = buffer.series(labels)
