"""The latest samples of every series, found by selectors."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from surefoot.promql.selector import Selector
from surefoot.promql.series import (
    NAME,
    Labels,
    Series,
    condition,
    is_stale,
    stale_marker,
    without_name,
)

_SPARE = 64  # samples that may be too old before they are dropped together


class Buffer:
    """One series, growing at its end; stale markers stand apart from the samples.

    Attributes:
        labels: Sorted, with the metric's name.
        bare: Without the name.
        times: Milliseconds.
        values: One for each time.
        ends: Times of the stale markers.
        resets: Times of the samples that are lower than the one before.
        hidden: The value before each reset.
    """

    __slots__ = ("bare", "ends", "hidden", "labels", "resets", "times", "values")

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.bare = without_name(labels)
        self.times = array("q")
        self.values = array("d")
        self.ends = array("q")
        self.resets = array("q")
        self.hidden = array("d")

    def append(self, time: int, value: float) -> bool:
        """Add a sample; False if it is not later than what is there."""
        if time <= self.last:
            return False
        if self.values and value < self.values[-1]:
            self.resets.append(time)
            self.hidden.append(self.values[-1])
        self.times.append(time)
        self.values.append(value)
        return True

    def take(self, series: Series) -> None:
        """Take over the samples of a series, which are later than what is there."""
        times, values = series.times[~series.stale], series.values[~series.stale]
        with np.errstate(invalid="ignore"):
            falls = np.flatnonzero(values[1:] < values[:-1])
        if self.values and len(values) and values[0] < self.values[-1]:
            self.resets.append(int(times[0]))
            self.hidden.append(self.values[-1])
        self.resets.frombytes(times[falls + 1].tobytes())
        self.hidden.frombytes(values[falls].tobytes())
        self.times.frombytes(times.tobytes())
        self.values.frombytes(values.tobytes())
        self.ends.frombytes(series.times[series.stale].tobytes())

    def end(self, time: int) -> bool:
        """Mark that the series ends; False if the mark is not later than what is there."""
        if time <= self.last:
            return False
        self.ends.append(time)
        return True

    @property
    def last(self) -> int:
        """Time of the latest sample or marker; far in the past without any."""
        return max(self.times[-1] if self.times else -(1 << 62), self.ends[-1] if self.ends else -(1 << 62))

    def instant(self, at: int, lookback: int, *, left_open: bool) -> float | None:
        """Return the value that an instant selector sees; None if the series is not there."""
        index = bisect_right(self.times, at) - 1
        if index < 0:
            return None
        time = self.times[index]
        age = at - time
        if age > lookback or (left_open and age == lookback):
            return None
        if self.ends:
            mark = bisect_right(self.ends, at) - 1
            if mark >= 0 and self.ends[mark] > time:
                return None
        return self.values[index]

    def trim(self, before: int) -> None:
        """Forget what is older, a good piece at a time."""
        index = bisect_left(self.times, before)
        if index > max(_SPARE, len(self.times) // 8):
            del self.times[:index]
            del self.values[:index]
        old = bisect_left(self.ends, before)
        del self.ends[:old]
        old = bisect_left(self.resets, before)
        del self.resets[:old]
        del self.hidden[:old]

    def series(self, start: int) -> Series:
        """Copy what is not older, stale markers among the samples."""
        index, mark = bisect_left(self.times, start), bisect_left(self.ends, start)
        ends = np.array(self.ends[mark:], np.int64)
        times = np.concatenate([np.array(self.times[index:], np.int64), ends])
        values = np.concatenate([np.array(self.values[index:], np.float64), np.full(len(ends), stale_marker())])
        order = np.argsort(times, kind="stable")
        return Series(self.labels, times[order], values[order], is_stale(values[order]))


@dataclass(slots=True)
class Memory:
    """Every series that is known.

    Attributes:
        keep: For how long samples of a metric are kept, milliseconds; ``""`` counts for every metric.
        past: How far back a metric is looked at for the first time; later, what was seen then is remembered.
    """

    keep: dict[str, int] = field(default_factory=lambda: {"": 0})
    past: dict[str, int] = field(default_factory=dict)
    _found: dict[Labels, Buffer] = field(default_factory=dict)
    _named: dict[str, list[Buffer]] = field(default_factory=dict)
    _dropped: int = 0

    def __len__(self) -> int:
        return len(self._found)

    @property
    def dropped(self) -> int:
        """How often series were dropped; whoever remembers series must look again when it changes."""
        return self._dropped

    def buffer(self, labels: Labels) -> Buffer:
        """Return a series, a new one if there is none with these labels."""
        found = self._found.get(labels)
        if found is None:
            found = self._found[labels] = Buffer(labels)
            for name in {dict(labels).get(NAME, ""), ""}:
                self._named.setdefault(name, []).append(found)
        return found

    def need(self, metric: str, length: int) -> None:
        """Keep the samples of a metric (every one if it is empty) at least so long, milliseconds."""
        self.keep[metric] = max(self.keep.get(metric, 0), length)

    def need_once(self, metric: str, length: int) -> None:
        """Note how far back a metric is looked at for the first time, milliseconds."""
        self.past[metric] = max(self.past.get(metric, 0), length)

    def named(self, metric: str) -> list[Buffer]:
        """List the series of a metric, all for an empty name; new ones are added at the end."""
        return self._named.setdefault(metric, [])

    def load(self, series: Iterable[Series]) -> None:
        """Take over samples from elsewhere, such as those of an earlier process, all later than what is there."""
        for one in series:
            self.buffer(one.labels).take(one)

    def trim(self, now: int) -> None:
        """Forget samples that nothing looks at any more, and series that have none left."""
        always, empty = self.keep[""], []
        for labels, buffer in self._found.items():
            oldest = now - max(always, self.keep.get(dict(labels).get(NAME, ""), 0))
            if buffer.last < oldest:
                empty.append(labels)
            else:
                buffer.trim(oldest)
        if not empty:
            return
        for labels in empty:
            del self._found[labels]
        self._named.clear()
        for labels, buffer in self._found.items():
            for name in {dict(labels).get(NAME, ""), ""}:
                self._named.setdefault(name, []).append(buffer)
        self._dropped += 1


class Matched:
    """The series that a selector means, sorted by their labels; looks only at what is new."""

    def __init__(self, memory: Memory, selector: Selector) -> None:
        self._memory = memory
        self._metric = selector.metric
        self._meant = condition(selector)
        self._seen = 0
        self._dropped = memory.dropped
        self._found: list[Buffer] = []

    def buffers(self) -> list[Buffer]:
        """Return them; not to be changed."""
        named = self._memory.named(self._metric)
        if self._dropped != self._memory.dropped:
            self._seen, self._dropped, self._found = 0, self._memory.dropped, []
        if self._seen < len(named):
            for buffer in named[self._seen :]:
                if self._meant(buffer.labels):
                    insort(self._found, buffer, key=lambda one: one.labels)
            self._seen = len(named)
        return self._found
