"""Stories: made-up histories of metrics with one outage, and when an alert on them fires, in closed form.

Traffic is constant, the history before the outage clean and as long as the longest window. Times count from
the story's first instant, which is also 1970 (``time()`` is 0 there).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache

import numpy as np

from surefoot.promql.series import Labels, Series, Times, Values, is_stale, stale_marker

_MS = timedelta(milliseconds=1)
_DUST = 1e-9
_BINARY = 1024


class Form(StrEnum):
    """How the values of a series go.

    A counter grows by the figure per second, a gauge has it, a clock shows the time that it was so many
    seconds ago.
    """

    COUNTER = "counter"
    GAUGE = "gauge"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Signal:
    """One series of a story.

    Attributes:
        good: Before the outage and after it.
        bad: During it; None: the series is gone.
        first: Of a counter at time 0. Above zero, as a server that has run for a while: a counter that
            starts at zero is extrapolated less.
    """

    labels: Labels
    form: Form
    good: float
    bad: float | None
    first: float = 1e6


@dataclass(frozen=True, slots=True)
class Window:
    """One condition: the share of what is bad within a window exceeds a threshold.

    Attributes:
        length: Zero: only the present counts.
        theta: The threshold, a ratio.
        of: ``flow`` where a counter's growth is looked at, ``samples`` where its samples are, ``presence``
            where a rate must find nothing to compute from (fewer than two samples).
    """

    length: timedelta
    theta: float
    of: str = "flow"


Leg = tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One history and what the alert makes of it.

    Attributes:
        name: Of the grid point, such as ``twice 1h``.
        signals: The series.
        ratio: e, the share that is bad during the outage; below 1 for slices it is every so many.
        start: Of the outage.
        end: Of the outage, exclusive.
        length: Of everything.
        legs: The alert is active while every window of one of them is.
        lasting: The alert's ``for``.
        slice: Length of slices, which are good or bad as a whole.
        lag: How much later than the outage the indicator itself may turn, which the story cannot tell exactly.
        recovers: Whether the outage ends with its signals; a disk that fills goes on filling.
    """

    name: str
    signals: tuple[Signal, ...]
    ratio: float
    start: timedelta
    end: timedelta
    length: timedelta
    legs: tuple[Leg, ...]
    lasting: timedelta = timedelta()
    slice: timedelta | None = None
    lag: timedelta = timedelta()
    recovers: bool = True

    @property
    def theory(self) -> timedelta | None:
        """Compute how long after the outage's start the alert fires; None: never."""
        return fires_after(self.legs, self.ratio, self.lasting)

    @property
    def reset(self) -> timedelta | None:
        """Compute how long after the outage's end the alert stops; None: it never fired."""
        if self.theory is None or not self.recovers:
            return None
        return stops_after(self.legs, self.ratio, self.end - self.start)

    @property
    def resolution(self) -> timedelta:
        """Return how coarse the story itself is: slices come whole, and indicators may lag."""
        return self.lag + (self.slice / self.ratio if self.slice and self.ratio else timedelta())


def fires_after(legs: Sequence[Leg], e: float, lasting: timedelta = timedelta()) -> timedelta | None:
    """Compute the detection time: of each window length * theta / e, the slowest of a leg, the fastest leg.

    Args:
        legs: Of the alert.
        e: Share that is bad during the outage.
        lasting: The alert's ``for``.
    """
    return min((at + lasting for leg in legs if (at := _turns(leg, e)) is not None), default=None)


def stops_after(legs: Sequence[Leg], e: float, outage: timedelta) -> timedelta:
    """Compute the reset time: of each window length * (1 - theta / e), the fastest of a leg, the slowest leg.

    Only legs that had become true by the outage's end count; a window that the outage has not filled ends
    at the same time, since its bad events leave it at the same time.
    """
    true = [leg for leg in legs if (at := _turns(leg, e)) is not None and at <= outage]
    return max((min(_leaves(window, e) for window in leg) for leg in true), default=timedelta())


def _leaves(window: Window, e: float) -> timedelta:
    return timedelta() if window.of == "presence" else window.length * (1 - window.theta / e)


def _turns(leg: Leg, e: float) -> timedelta | None:
    if any(window.theta >= e for window in leg):
        return None
    return max(window.length * (window.theta / e) for window in leg)


def sample(story: Story, scrape: timedelta, phase: timedelta = timedelta()) -> list[Series]:
    """Scrape a story.

    Args:
        story: What happened.
        scrape: Between two scrapes.
        phase: Of the first scrape after time 0.
    """
    times = np.arange(phase // _MS, story.length // _MS + 1, scrape // _MS, dtype=np.int64)
    return [_series(signal, story, times) for signal in story.signals]


def _series(signal: Signal, story: Story, times: Times) -> Series:
    start, end = story.start // _MS, story.end // _MS
    outage = (times >= start) & (times < end)
    if signal.bad is None:
        values = _figures(signal, times, np.full(len(times), signal.good))
        gone = np.flatnonzero(outage)
        kept = ~outage
        if len(gone):
            values[gone[0]] = stale_marker()
            kept[gone[0]] = True
        return Series(signal.labels, times[kept], values[kept], is_stale(values[kept]))
    if signal.form is Form.COUNTER:
        over = np.clip(times, start, end) - start
        values = signal.first + (signal.good * times + (signal.bad - signal.good) * over) / 1000
    else:
        bad = outage & _slices(story, times - start)
        values = _figures(signal, times, np.where(bad, signal.bad, signal.good))
    return Series(signal.labels, times, values, np.zeros(len(times), bool))


def _figures(signal: Signal, times: Times, figures: Values) -> Values:
    seconds = times / 1000
    match signal.form:
        case Form.COUNTER:
            return signal.first + figures * seconds
        case Form.CLOCK:
            return seconds - figures
        case Form.GAUGE:
            return figures.copy()


def _slices(story: Story, since: Times) -> np.typing.NDArray[np.bool_]:
    """Tell which times lie in bad slices: evenly spread, the first one bad."""
    if story.slice is None or story.ratio >= 1:
        return np.ones(len(since), bool)
    index = since // (story.slice // _MS)
    before = np.ceil(index * story.ratio - _DUST)
    return np.asarray(np.ceil((index + 1) * story.ratio - _DUST) > before)


def notation(signal: Signal, story: Story, step: timedelta, burst: timedelta = timedelta()) -> str:
    """Write a series in promtool's notation, one value a step.

    Args:
        signal: Which series.
        story: Its start, end and length are whole steps.
        step: Between values.
        burst: So much traffic more, at the good rates, within the first step: to windows that reach back to
            it a short history then weighs like a long one.
    """
    before, during, total = (length // step for length in (story.start, story.end, story.length))
    gap = f" stale _x{during - before - 1} " if during - before > 1 else " stale "
    if signal.form is Form.COUNTER:
        good, jump = _exact(signal.good * step.total_seconds()), _exact(signal.good * burst.total_seconds())
        if signal.bad is None:
            back = signal.first + good * during
            return f"{_line(signal.first, good, before)}{gap}{_line(back, good, total - during + 1)}"
        bad = _exact(signal.bad * step.total_seconds())
        start = signal.first + jump + good * before
        end = start + bad * (during - before)
        return " ".join(
            (
                _line(signal.first, 0, 1),
                _line(signal.first + jump + good, good, before),
                _line(start + bad, bad, during - before),
                _line(end + good, good, total - during),
            )
        )
    move, sign = (step.total_seconds(), -1) if signal.form is Form.CLOCK else (0.0, 1)

    def level(first: int, last: int, figure: float) -> str:
        return _line(sign * figure + move * first, move, last - first)

    middle = gap if signal.bad is None else f" {level(before, during, signal.bad)} "
    return f"{level(0, before, signal.good)}{middle}{level(during, total + 1, signal.good)}"


def _exact(rise: float) -> float:
    """Round to a binary fraction, so that adding it again and again leaves no dust: a counter must not fall."""
    return round(rise * _BINARY) / _BINARY


def _line(first: float, rise: float, count: int) -> str:
    """Write a count of values that grow by a rise."""
    start = _number(first)
    if count <= 1:
        return start if count == 1 else ""
    return f"{start}{'-' if rise < 0 else '+'}{_number(abs(rise))}x{count - 1}"


def _number(value: float) -> str:
    """Write a number that reads back as the same; never with an exponent, which a sign could follow."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is sure at each step of a coarse grid, whether ranges are closed (2.x) or left-open (3.x)."""

    firing: tuple[bool, ...]
    silent: tuple[bool, ...]


def count(story: Story, step: timedelta, burst: timedelta = timedelta()) -> Outlook:
    """Count what is bad on a grid of steps, sample by sample, and tell where the alert surely fires or not.

    Shares within a millionth of a threshold are left open.
    """
    blank = replace(story, name="", signals=(), slice=None, lag=timedelta())
    return _count(blank, step, burst)


@lru_cache(maxsize=8192)
def _count(story: Story, step: timedelta, burst: timedelta) -> Outlook:
    """Count once for the many alerts of one policy that differ in nothing but their series."""
    steps = story.length // step + 1
    sides = [_active(story, step, burst, steps, left_open=left_open) for left_open in (False, True)]
    on = np.logical_and(sides[0][0], sides[1][0])
    off = np.logical_and(sides[0][1], sides[1][1])
    hold = -(-story.lasting // step)
    firing = [at >= hold and bool(on[at - hold : at + 1].all()) for at in range(steps)]
    silent = [at < hold or bool(off[max(0, at - hold) : at + 1].any()) for at in range(steps)]
    return Outlook(tuple(firing), tuple(silent))


_Sure = tuple[np.typing.NDArray[np.bool_], np.typing.NDArray[np.bool_]]


def _active(story: Story, step: timedelta, burst: timedelta, steps: int, *, left_open: bool) -> _Sure:
    start, end = story.start // step, story.end // step
    index = np.arange(steps)
    ons, offs = np.zeros(steps, bool), np.ones(steps, bool)
    for leg in story.legs:
        on, off = np.ones(steps, bool), np.zeros(steps, bool)
        for window in leg:
            bad, weight = _weights(window, index, (start, end), story.ratio, burst / step)
            wide = _width(window, step, left_open=left_open)
            share = _share(bad, weight, wide)
            theta = 1 - 1.5 / wide if window.of == "presence" else window.theta
            on &= share > theta * (1 + 1e-6)
            off |= share < theta * (1 - 1e-6)
        ons |= on
        offs &= off
    return ons, offs


def _weights(window: Window, index: Times, outage: tuple[int, int], e: float, burst: float) -> tuple[Values, Values]:
    """Weigh each step: a counter's growth up to it, or its sample."""
    start, end = outage
    weight = np.ones(len(index))
    if window.of == "flow" and window.length:
        weight[0] = 0.0
        weight[1:2] += burst
        bad = (index > start) & (index <= end)
    else:
        bad = (index >= start) & (index < end)
    return np.asarray(bad * e, np.float64), weight


def _width(window: Window, step: timedelta, *, left_open: bool) -> int:
    """Count the steps that a window holds."""
    if not window.length:
        return 1
    samples = -(-window.length // step) if left_open else window.length // step + 1
    return max(1, samples - 1) if window.of == "flow" else samples


def _share(bad: Values, weight: Values, wide: int) -> Values:
    sums = []
    for values in (bad, weight):
        total = np.concatenate(([0.0], np.cumsum(values)))
        ends = np.arange(1, len(values) + 1)
        sums.append(total[ends] - total[np.maximum(ends - wide, 0)])
    return np.asarray(sums[0] / np.maximum(sums[1], _DUST))
