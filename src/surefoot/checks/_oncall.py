"""What the rules about schedules ask: one simulation for all of them, and how its findings are worded."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from surefoot.calendar.moments import wall_at
from surefoot.calendar.wallclock import first_instant
from surefoot.calendar.weekly import Span
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.oncall.simulation import Simulation, simulate
from surefoot.finding import Span as Place
from surefoot.spec.source import Origin
from surefoot.spec.system import System

_DAYS = timedelta(days=2)


@lru_cache(maxsize=2)
def simulated(system: System, today: date) -> Simulation:
    """Play the schedules of a workspace from the beginning of a day on, as long as the policy says."""
    numbers = numbers_of(system)
    start = first_instant(today, system.zone)
    return simulate(version_of(system), numbers, start, start + numbers.simulate)


def place(origin: Origin | None) -> Place | None:
    """Locate what a finding is about."""
    return origin.span(key=True) if origin else None


def shown(instant: datetime, zone: str) -> str:
    """Write an instant as the zone's clocks show it, such as ``2026-12-24 18:00``."""
    return f"{wall_at(instant, zone):%Y-%m-%d %H:%M}"


def span(stretch: Span, zone: str) -> str:
    """Write a stretch as the zone's clocks show it."""
    return f"{shown(stretch[0], zone)} to {shown(stretch[1], zone)}"


def length(duration: timedelta) -> str:
    """Write a length in hours, or in minutes below two of them; long ones in days."""
    if duration >= _DAYS:
        return f"{duration / timedelta(days=1):.4g} days"
    if duration >= timedelta(hours=2):
        return f"{duration / timedelta(hours=1):.4g} hours"
    return f"{duration / timedelta(minutes=1):g} minutes"


def times(stretches: Sequence[Span], zone: str) -> str:
    """Name the first of some stretches and count the others."""
    more = {1: "", 2: " and once more"}.get(len(stretches), f" and {len(stretches) - 1} more times")
    return f"{span(stretches[0], zone)}{more}"
