"""Business hours as Alertmanager's time intervals."""

from collections.abc import Iterator, Mapping
from datetime import time

from surefoot.calendar.hours import WeeklyHours, parse_hours
from surefoot.spec.system import System

Json = Mapping[str, object]

# Alertmanager's week begins on Sunday; a range that runs across its end is refused.
_WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MIDNIGHT = time()


def interval_name(team: str) -> str:
    """Name the time interval of a team's business hours."""
    return f"business-hours-{team}"


def time_interval(system: System, team: str) -> Json:
    """Write a team's business hours, the policy's where it names none, by the clock of its zone."""
    entry = system.teams.get(team)
    written = (entry.model.hours if entry else ()) or (system.policy.alertmanager.business_hours,)
    zone = (entry.model.timezone if entry else None) or system.zone
    spans = [span for text in written for span in _spans(parse_hours(text, zone))]
    return {"name": interval_name(team), "time_intervals": spans}


def _spans(hours: WeeklyHours) -> Iterator[Json]:
    """Cut hours at midnight, which Alertmanager's do not cross."""
    if hours.start < hours.end:
        yield _span(hours.days, hours.start, hours.end, hours.zone)
        return
    yield _span(hours.days, hours.start, _MIDNIGHT, hours.zone)
    if hours.end != _MIDNIGHT:
        tomorrow = tuple(sorted((day + 1) % 7 for day in hours.days))
        yield _span(tomorrow, _MIDNIGHT, hours.end, hours.zone)


def _span(days: tuple[int, ...], start: time, end: time, zone: str) -> Json:
    last = "24:00" if end == _MIDNIGHT else f"{end:%H:%M}"
    return {
        "times": [{"start_time": f"{start:%H:%M}", "end_time": last}],
        "weekdays": list(_ranges(days)),
        "location": zone,
    }


def _ranges(days: tuple[int, ...]) -> Iterator[str]:
    """Write neighbouring days as a range: ``monday:friday``."""
    runs: list[list[int]] = []
    for day in sorted((day + 1) % 7 for day in days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        yield _WEEK[run[0]] if len(run) == 1 else f"{_WEEK[run[0]]}:{_WEEK[run[-1]]}"
