"""Stories of outages for the alerts of an objective: error ratios around every threshold, and silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from surefoot.domain.rules.burning import Burning
from surefoot.domain.rules.driving import Drive
from surefoot.domain.rules.indicator import presence
from surefoot.domain.rules.story import Leg, Story, Window, fires_after
from surefoot.domain.slo.budget import budget_ratio
from surefoot.domain.slo.burn import threshold
from surefoot.promql.duration import format_duration
from surefoot.promql.parse import parse
from surefoot.promql.walk import ranges
from surefoot.spec.model.policy import Policy
from surefoot.spec.system import Slo

BELOW, ABOVE, TWICE = 0.95, 1.1, 2.0
"""The grid: times theta; and a total outage."""

_PAUSE = timedelta(minutes=10)
_NOW = timedelta()
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the server scrapes and evaluates."""

    scrape: timedelta
    evaluation: timedelta

    @property
    def slack(self) -> timedelta:
        """Return how much later than the closed form an alert may fire."""
        return self.scrape + self.evaluation


def burn_legs(slo: Slo, alert: Burning, of: str) -> tuple[Leg, ...]:
    """Translate the legs of a burn alert: both windows above F * b."""
    b = budget_ratio(slo.objective)
    return tuple(
        tuple(Window(length, threshold(leg, b), of) for length in dict.fromkeys((leg.long, leg.short)))
        for leg in alert.legs
    )


def burn_stories(slo: Slo, alert: Burning, found: Drive, pace: Pace) -> Iterator[Story]:
    """Tell a burn alert's stories: just below every threshold, just above each, twice each, everything bad."""
    legs = burn_legs(slo, alert, found.of)
    longest = max(window.length for leg in legs for window in leg)
    for name, e in _grid(alert, legs, found):
        blank = Story(
            name, found.signals(e), e, longest + _PAUSE, _NOW, _NOW, legs, alert.lasting or _NOW, found.slice, found.lag
        )
        if name == "below":
            start = _PAUSE + (longest if found.of == "samples" else _NOW)  # slices weigh alike, so these need history
            end = start + longest + _PAUSE
            yield replace(blank, start=start, end=end, length=end + _PAUSE)
        else:
            yield timed(blank, pace)


def _grid(alert: Burning, legs: Sequence[Leg], found: Drive) -> Iterator[tuple[str, float]]:
    lowest = min(window.theta for leg in legs for window in leg)
    if not found.fixed:
        below = BELOW * lowest
        if found.slice is None or all(_below(leg[0], below, found.slice) for leg in legs):
            yield "below", below
        for leg, windows in zip(alert.legs, legs, strict=True):
            text = format_duration(leg.long)
            for word, times in (("above", ABOVE), ("twice", TWICE)):
                if times * windows[0].theta < 1:
                    yield f"{word} {text}", times * windows[0].theta
    if any(window.theta < 1 for leg in legs for window in leg):
        yield "total", 1.0


def _below(window: Window, e: float, slice_: timedelta) -> bool:
    """Tell whether so few bad slices can be told at all: they come whole."""
    inside = window.length // slice_ + 1
    return ceil(inside * e) <= window.theta * (inside - 1)


def timed(story: Story, pace: Pace) -> Story:
    """Let an outage last until the alert has fired, and no leg turns true just when the outage ends."""
    slack = 2 * (pace.slack + story.resolution)
    first = story.theory
    lasting = (first or _NOW) + _PAUSE + slack
    turns = sorted(at for leg in story.legs if (at := fires_after((leg,), story.ratio)) is not None)
    for at in turns:
        if abs(at - lasting) <= slack:
            lasting = at + 2 * slack
    lasting = pace.evaluation * ceil(lasting / pace.evaluation)
    end = story.start + lasting
    told = replace(story, end=end, length=end)
    return replace(told, length=end + (told.reset or _NOW) + story.resolution + 2 * _PAUSE)


def absent_legs(slo: Slo, pace: Pace) -> tuple[Leg, ...]:
    """Translate an absent alert: at once where a series is asked for, later where a rate runs out of samples."""
    text = presence(slo)
    lengths = [] if text.endswith("}") and "(" not in text else [length for _, length in ranges(parse(text))]
    if not lengths:
        return ((Window(_NOW, _HALF, "samples"),),)
    length = max(lengths)
    return ((Window(length, 1 - pace.scrape / length, "presence"),),)


def absent_story(slo: Slo, found: Drive, lasting: timedelta, policy: Policy, pace: Pace) -> Story:
    """Tell that every series of an indicator ends, and comes back."""
    signals = tuple(replace(signal, bad=None) for signal in found.signals(0.0))
    before = (policy.slo.absent.offset if slo.by else _NOW) + _PAUSE
    return timed(Story("gone", signals, 1.0, before, _NOW, _NOW, absent_legs(slo, pace), lasting), pace)
