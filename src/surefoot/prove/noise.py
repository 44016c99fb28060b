"""Which alerts are noisy (ALR-5), and how many pages and tickets a week brings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from surefoot.prove.incidents import Incident, belongs
from surefoot.prove.judging import Judgement
from surefoot.prove.past import AlertPast, Range

WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Noise:
    """How much one alert disturbs.

    Attributes:
        firings: How often it fired.
        short: How often too short; see `Judgement`.
        flaps: How often it came back too soon.
        unmatched: How often without an incident; None where none are known.
        firing: For how long in all, milliseconds.
    """

    alert: AlertPast
    firings: int
    short: int
    flaps: int
    unmatched: int | None
    firing: int

    @property
    def score(self) -> int:
        """Count what need not have been: the order of the ranking."""
        return self.short + self.flaps + (self.unmatched or 0)


def ranking(
    alerts: Iterable[AlertPast], incidents: Sequence[Incident] | None, judged: Judgement, over: Range
) -> tuple[Noise, ...]:
    """Rank the alerts that fired, the noisiest first."""
    found = [_noise(alert, incidents, judged, over.end) for alert in alerts if alert.intervals]
    found.sort(key=lambda one: (-one.score, -one.firings, one.alert.subject, one.alert.name, one.alert.labels))
    return tuple(found)


def by_week(alerts: Iterable[AlertPast], over: Range) -> dict[str, list[int]]:
    """Count firings by tier in each week from the range's start on; the last may be shorter."""
    weeks = -(-(over.end - over.start) // WEEK_MS)
    counts = {"page": [0] * weeks, "ticket": [0] * weeks}
    for alert in alerts:
        for fired in alert.intervals:
            counts[alert.tier][min((fired.start - over.start) // WEEK_MS, weeks - 1)] += 1
    return counts


def per_week(count: int, over: Range) -> float:
    """Scale a number of firings to a week."""
    return count * WEEK_MS / (over.end - over.start)


def firing_by_day(alert: AlertPast, over: Range) -> list[float]:
    """Compute which share of each day, from the range's start on, an alert was firing."""
    day = 86_400_000
    days = [0.0] * -(-(over.end - over.start) // day)
    for fired in alert.intervals:
        at, until = fired.start, fired.until(over.end)
        while at < until:
            index = min((at - over.start) // day, len(days) - 1)
            stop = min(until, over.start + (index + 1) * day)
            if stop <= at:
                break
            days[index] += (stop - at) / day
            at = stop
    return days


def _noise(alert: AlertPast, incidents: Sequence[Incident] | None, judged: Judgement, end: int) -> Noise:
    fired, grace = alert.intervals, judged.grace
    lengths = [one.until(end) - one.start for one in fired]
    short = sum(one.end is not None and length < judged.short for one, length in zip(fired, lengths, strict=True))
    flaps = sum(before.end is not None and after.start - before.end < judged.flap for before, after in pairwise(fired))
    unmatched = None
    if incidents is not None:
        unmatched = sum(not any(belongs(alert, one, incident, grace, end) for incident in incidents) for one in fired)
    return Noise(alert, len(fired), short, flaps, unmatched, sum(lengths))
