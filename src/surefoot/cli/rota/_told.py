"""A simulation as text and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import orjson

from surefoot.calendar.hours import DAYS, parse_hours
from surefoot.calendar.moments import begin_at, wall_at
from surefoot.calendar.weekly import Span
from surefoot.cli.rota import _shared
from surefoot.domain.oncall.measure import Amount, weekend
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.simulation import Course, Load, Simulation
from surefoot.spec.model.policy_oncall import OncallNumbers

HEAD = ("who", "hours", "nights", "weekends", "holidays", "longest", "rest", "of the time")
_RIGHT = frozenset(range(1, len(HEAD)))
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SHOWN = 5  # gaps and the like of one kind; the others are counted
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Told:
    """A simulation, with what is needed to write it."""

    found: Simulation
    version: Version
    numbers: OncallNumbers

    def as_text(self, *, calendar: bool) -> str:
        """Write a table of people, then what is wrong, then perhaps a calendar of each schedule."""
        parts = [self.title(), _shared.table([HEAD, *self.rows()], _RIGHT)]
        parts += ["\n".join(self.problems()) or "everybody is there, and nobody twice"]
        if calendar:
            parts += [self._calendar(course) for course in self.found.courses.values()]
        return "\n\n".join(parts)

    def title(self) -> str:
        """Say what was played."""
        length = (self.found.end - self.found.start) / _DAY
        start = _shared.shown(self.found.start, self._zone())
        return f"{length:g} days from {start}: {', '.join(self.found.courses)}"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """List what each person carries, a cell for each of `HEAD`."""
        for load in self.found.loads.values():
            yield (
                self.version.title(load.person),
                f"{load.amount.hours / _HOUR:.0f}",
                *(f"{count:.1f}" for count in self._counts(load.amount)),
                length(load.longest),
                length(load.rest) if load.rest else "–",
                f"{load.share:.0%}",
            )

    def problems(self) -> Iterator[str]:
        """Say in lines what is wrong, schedule by schedule."""
        for name, course in self.found.courses.items():
            if course.gaps:
                yield f"{name}: nobody is on call for {length(course.uncovered)}"
                yield from _some(course.gaps, course.plan.zone)
        for double in self.found.doubles:
            zone = self.found.courses[double.schedules[1]].plan.zone
            steps = f", both steps of {double.escalation}" if double.escalation else ""
            yield f"{self.version.title(double.person)} is in {' and '.join(double.schedules)} at once{steps}"
            yield from _some(double.spans, zone)
        for conflict in self.found.conflicts:
            zone = self.found.courses[conflict.schedule].plan.zone
            yield f"{self.version.title(conflict.away.person)} is away, and on call in {conflict.schedule}"
            covers = [self.version.title(cover) if cover else "nobody" for cover in conflict.covers]
            yield from _some(conflict.spans, zone, [f"; free: {cover}" for cover in covers])
        for name, course in self.found.courses.items():
            yield from (f"{name}: {self.version.title(person)} never serves ({layer})" for layer, person in course.idle)

    def as_json(self) -> str:
        """Write everything in seconds and UTC."""
        written = {
            "version": self.version.id,
            "start": _shared.iso(self.found.start),
            "end": _shared.iso(self.found.end),
            "people": {person: _load(load) for person, load in self.found.loads.items()},
            "schedules": {
                name: {
                    "gaps": _spans(course.gaps),
                    "people": {person: _amount(share.amount) for person, share in course.shares.items()},
                    "never": [{"layer": layer, "person": person} for layer, person in course.idle],
                }
                for name, course in self.found.courses.items()
            },
            "doubles": [
                {
                    "person": double.person,
                    "schedules": double.schedules,
                    "escalation": double.escalation or None,
                    "spans": _spans(double.spans),
                }
                for double in self.found.doubles
            ],
            "conflicts": [
                {
                    "person": conflict.away.person,
                    "schedule": conflict.schedule,
                    "spans": _spans(conflict.spans),
                    "covers": [cover or None for cover in conflict.covers],
                }
                for conflict in self.found.conflicts
            ],
        }
        return orjson.dumps(written, option=orjson.OPT_INDENT_2).decode()

    def _counts(self, amount: Amount) -> tuple[float, float, float]:
        """Count in units of a night, a weekend and a holiday."""
        night = parse_hours(self.numbers.night, self._zone())
        start, end = (timedelta(hours=at.hour, minutes=at.minute) for at in (night.start, night.end))
        days = sum(len(each.days) for each in weekend(self.numbers, self._zone()))
        return (
            amount.nights / (end - start if end > start else end - start + _DAY),
            amount.weekends / (days * _DAY) if days else 0.0,
            amount.holidays / _DAY,
        )

    def _zone(self) -> str:
        return next(iter(self.found.courses.values())).plan.zone

    def _calendar(self, course: Course) -> str:
        """Write a row for each week and in it, for each day, who is on call at noon; `+` if the day has others."""
        days = list(_days(course, self.found.start, self.found.end))
        pad = ("",) * days[0][0].weekday()
        rows: list[tuple[str, ...]] = [("week of", *DAYS)]
        cells = [*pad, *(cell for _, cell in days)]
        monday = days[0][0] - days[0][0].weekday() * _DAY
        for start in range(0, len(cells), _WEEK):
            week = [*cells[start : start + _WEEK], *[""] * _WEEK][:_WEEK]
            rows.append((f"{monday + start * _DAY}", *week))
        return f"{course.plan.name} ({course.plan.zone})\n{_shared.table(rows)}"


def length(duration: timedelta) -> str:
    """Write a length in days and hours, a short one in hours and minutes."""
    minutes = round(duration / timedelta(minutes=1))
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m")]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    shown = parts[first : first + 2]
    return " ".join(f"{count}{unit}" for count, unit in shown if count) or "0m"


def _days(course: Course, start: datetime, end: datetime) -> Iterator[tuple[date, str]]:
    zone = course.plan.zone
    day, index = wall_at(start, zone).date(), 0
    while (midnight := begin_at(datetime.combine(day, time()), zone)) < end:
        after = begin_at(datetime.combine(day + _DAY, time()), zone)
        noon = midnight + (after - midnight) / 2
        while course.segments[index].end <= midnight:
            index += 1
        last, people, seen = index, "nobody", set()
        while last < len(course.segments) and course.segments[last].start < after:
            segment = course.segments[last]
            names = "/".join(holder.person for holder in segment.holders) or "nobody"
            people = names if segment.start <= noon < segment.end else people
            seen.add(names)
            last += 1
        yield day, f"{people}+" if len(seen) > 1 else people
        day += _DAY


def _some(spans: Sequence[Span], zone: str, notes: Sequence[str] = ()) -> Iterator[str]:
    for index, (start, end) in enumerate(spans[:_SHOWN]):
        note = notes[index] if notes else ""
        yield f"  {_shared.shown(start, zone)} – {_shared.shown(end, zone)} ({length(end - start)}){note}"
    if len(spans) > _SHOWN:
        yield f"  and {len(spans) - _SHOWN} more times"


def _spans(spans: Sequence[Span]) -> list[dict[str, str]]:
    return [{"start": _shared.iso(start), "end": _shared.iso(end)} for start, end in spans]


def _load(load: Load) -> dict[str, object]:
    return {
        **_amount(load.amount),
        "longest": load.longest.total_seconds(),
        "rest": load.rest.total_seconds() if load.rest else None,
        "share": load.share,
    }


def _amount(amount: Amount) -> dict[str, float]:
    kinds = {
        "seconds": amount.hours,
        "nights": amount.nights,
        "weekends": amount.weekends,
        "holidays": amount.holidays,
    }
    return {kind: part.total_seconds() for kind, part in kinds.items()}
