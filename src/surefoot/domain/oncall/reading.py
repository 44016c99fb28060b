"""From the spec to schedules that can be asked: names, zones and lengths filled in."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeVar, cast

from surefoot.calendar.hours import DAYS, parse_hours
from surefoot.calendar.moments import end_at, wall_at
from surefoot.domain.oncall.plan import Away, DaysOff, Edits, Member, Override, Part, Plan, Swap, Temporary, Version
from surefoot.domain.oncall.rota import Rota, served
from surefoot.domain.oncall.turns import Turns, on_day, utc
from surefoot.spec import policy as shipped
from surefoot.spec.entry import Entry
from surefoot.spec.model.oncall import Escalation, Holidays, Person, Schedule, Team
from surefoot.spec.model.policy_oncall import OncallNumbers
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.model.rotation import Handover, Layer, Span, Unit
from surefoot.spec.model.rotation import Override as OverrideModel
from surefoot.spec.source import Origin, Value
from surefoot.spec.system import System

T = TypeVar("T")

NO_EDITS = Edits()
EPOCH = datetime(2024, 1, 1)  # noqa: DTZ001  # a Monday, by any clock; turns without a start are counted from it
_DAY = timedelta(days=1)
_EARLIEST, _LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001  # wall clocks, with room on both sides
_ROLES: tuple[Literal["primary", "secondary"], ...] = ("primary", "secondary")
_DIGITS = 16
_SECOND = timedelta(seconds=1)
_BACK: Mapping[Unit, timedelta] = {"hour": _DAY, "day": _DAY, "week": 7 * _DAY, "month": 31 * _DAY}


@lru_cache(maxsize=4)
def version_of(system: System, edits: Edits = NO_EDITS) -> Version:
    """Read the schedules of a workspace, with what was edited beside it.

    Schedules of imported calendars alone are left out.
    """
    numbers = numbers_of(system)
    reader = _Reader(system, numbers)
    schedules = system.spec.all("schedules", Schedule)
    plans = {name: edits.apply(reader.plan(entry)) for name, entry in sorted(schedules.items()) if entry.model.layers}
    content = f"{system.digest}\n{edits!r}" if edits != NO_EDITS else system.digest
    return Version(
        id=hashlib.sha256(content.encode()).hexdigest()[:_DIGITS],
        plans=plans,
        people={name: reader.member(entry) for name, entry in system.spec.all("people", Person).items()},
        parts=tuple(_parts(system, plans)),
    )


def numbers_of(system: System) -> OncallNumbers:
    """Read the policy's numbers of on-call duty."""
    entry = system.spec.single.get("policy")
    changes = cast("dict[str, Value]", entry.model) if entry else {}
    policy, _ = shipped.area("operations", OperationsPolicy, changes, entry.origin if entry else None)
    return policy.oncall


def _parts(system: System, plans: Iterable[str]) -> Iterator[Part]:
    known = set(plans)
    for name, entry in sorted(system.spec.all("escalations", Escalation).items()):
        for role in _ROLES:
            schedule = getattr(entry.model, role)
            if schedule in known:
                yield Part(name, role, schedule)


class _Reader:
    """Reads the sections of one workspace."""

    def __init__(self, system: System, numbers: OncallNumbers) -> None:
        self._system = system
        self._numbers = numbers
        self._teams = system.spec.all("teams", Team)
        self._holidays = system.spec.all("holidays", Holidays)

    def plan(self, entry: Entry[Schedule]) -> Plan:
        model, origin = entry.model, entry.origin
        team = self._teams[model.team].model if model.team in self._teams else None
        zone = model.timezone or (team.timezone if team else None) or self._system.zone
        layers = self._layers(model.layers, zone)
        return Plan(
            name=entry.name,
            zone=zone,
            team=model.team,
            layers=layers,
            absences=tuple(
                Away(away.person, *_span(away, zone), away.reason, place)
                for away, place in _placed(model.absences, origin, "absences")
            ),
            swaps=tuple(
                Swap(swap.layer or layers[0].name, swap.turn, swap.to, swap.back, swap.reason, place)
                for swap, place in _placed(model.swaps, origin, "swaps")
            ),
            overrides=tuple(
                _override(override, zone, place) for override, place in _placed(model.overrides, origin, "overrides")
            ),
            temporary=tuple(
                Temporary(
                    *_span(each, zone),
                    self._layers(each.layers, zone, each.begins),
                    each.holes == "empty",
                    each.reason,
                )
                for each in model.temporary
            ),
            days_off=self._days_off(model.holidays or (team.holidays if team else ())),
            origin=origin,
        )

    def member(self, entry: Entry[Person]) -> Member:
        person = entry.model
        ways = (way for each in (person.reach, *person.contact.values()) for way in each)
        return Member(
            name=entry.name,
            title=person.name,
            zone=person.timezone,
            days_off=self._days_off(person.holidays) if person.holidays else None,
            reachable=bool(person.email or person.phone or person.accounts or any(way.channel for way in ways)),
            origin=entry.origin,
        )

    def _days_off(self, names: Sequence[str]) -> DaysOff:
        found = DaysOff()
        for name in names:
            if name in self._holidays:
                model = self._holidays[name].model
                yearly = frozenset((int(day[:2]), int(day[3:])) for day in model.yearly)
                found |= DaysOff(frozenset(model.days), yearly)
        return found

    def _layers(self, models: Sequence[Layer], zone: str, since: datetime | None = None) -> tuple[Rota, ...]:
        return tuple(self._layer(layer, index, zone, since) for index, layer in enumerate(models))

    def _layer(self, layer: Layer, index: int, zone: str, since: datetime | None) -> Rota:
        zone = layer.zone or zone
        turns = self._turns(layer, zone, since)
        hours = tuple(parse_hours(text, zone) for text in layer.only)
        first = layer.rotate.index(layer.next) if layer.next in layer.rotate else 0
        return Rota(
            name=layer.name or str(index + 1),
            people=(*layer.rotate[first:], *layer.rotate[:first]),
            turns=turns,
            hours=hours,
            begins=utc(_sane(layer.begins), zone) if layer.begins else None,
            until=_until(layer.until, zone) if layer.until else None,
            priority=index if layer.priority is None else layer.priority,
            served=served(turns, hours) if layer.count == "turns" else (),
        )

    def _turns(self, layer: Layer, zone: str, since: datetime | None) -> Turns:
        every = layer.every or self._numbers.turn
        turns = Turns(zone, EPOCH, every.unit, every.count, layer.length == "elapsed")
        usual = self._numbers.handover
        if layer.start is not None:
            start = _wall(layer.start, zone)
            if layer.handover is None:
                return replace(turns, anchor=start, day=start.day)
            return _from_start(turns, start, _Grid.of(layer.handover, start.weekday(), start.day))
        grid = _Grid.of(layer.handover or usual, DAYS.index(usual.day or DAYS[0]), usual.day_of_month or 1)
        bound = layer.begins or since
        return _from_start(turns, EPOCH, grid) if bound is None else _around(turns, _wall(bound, zone), grid)


@dataclass(frozen=True, slots=True)
class _Grid:
    """When turns may begin: at a time of day; if they are that long, on a weekday or a day of the month."""

    time: time
    weekday: int
    day: int

    @classmethod
    def of(cls, handover: Handover, weekday: int, day: int) -> "_Grid":
        """Read a hand-over, with the days that count where it names none."""
        return cls(handover.time, DAYS.index(handover.day) if handover.day else weekday, handover.day_of_month or day)

    def first(self, unit: Unit, start: datetime) -> datetime:
        """Find the first hand-over at or after a wall time."""
        at = datetime.combine(start.date(), self.time)
        if unit == "month":
            at = on_day(at, 0, self.day)
            return at if at >= start else on_day(at, 1, self.day)
        at += _DAY if at < start else timedelta()
        return at + ((self.weekday - at.weekday()) % 7 * _DAY if unit == "week" else timedelta())


def _from_start(turns: Turns, start: datetime, grid: _Grid) -> Turns:
    """Let turn 0 begin with the first hand-over at or after a wall time."""
    return replace(turns, anchor=grid.first(turns.unit, start), day=grid.day)


def _around(turns: Turns, wall: datetime, grid: _Grid) -> Turns:
    """Let turn 0 be the one that a wall time falls into."""
    at = grid.first(turns.unit, wall - _BACK[turns.unit] + _SECOND)
    following = grid.first(turns.unit, at + _SECOND)
    if following <= wall:  # of two hand-overs within 31 days
        at = following
    if turns.unit == "hour" and turns.length is not None:
        at += (wall - at) // turns.length * turns.length
    return replace(turns, anchor=at, day=grid.day)


def _override(model: OverrideModel, zone: str, origin: Origin) -> Override:
    kinds: tuple[Literal["add", "remove", "replace", "cover"], ...] = ("add", "remove", "replace", "cover")
    kind = next(kind for kind in kinds if getattr(model, kind))
    return Override(kind, getattr(model, kind), *_span(model, zone), model.by or "", model.reason, origin)


def _placed(models: Sequence[T], origin: Origin, field: str) -> Iterator[tuple[T, Origin]]:
    for index, model in enumerate(models):
        yield model, Origin(origin.document, (*origin.path, field, index))


def _span(span: Span, zone: str) -> tuple[datetime, datetime]:
    return utc(_sane(span.begins), zone), _until(span.until, zone)


def _until(moment: datetime, zone: str) -> datetime:
    """Read an end: of a time that the clocks show twice, the last."""
    return utc(_sane(moment), zone) if moment.tzinfo else end_at(_sane(moment), zone)


def _wall(moment: datetime, zone: str) -> datetime:
    return wall_at(_sane(moment), zone) if moment.tzinfo else _sane(moment)


def _sane(moment: datetime) -> datetime:
    """Keep a moment where arithmetic has room; nobody serves before 1900 or after 2199."""
    return max(_EARLIEST.replace(tzinfo=moment.tzinfo), min(moment, _LATEST.replace(tzinfo=moment.tzinfo)))
