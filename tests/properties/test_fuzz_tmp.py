"""Schedules against an oracle that shares no code with them: it looks at a wall clock minute by minute."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot.domain.oncall.reading import version_of
from surefoot.domain.oncall.timeline import timeline
from tests.workspaces import resolved

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
MINUTE = timedelta(minutes=1)
BEFORE, AFTER = timedelta(days=2), timedelta(days=2)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 7 * 24 * 60
LENGTHS = {"h": 60, "d": 24 * 60, "w": WEEK}
PEOPLE = ("ana", "bo", "chen", "dara")


@dataclass(frozen=True)
class Window:
    """Minutes of the day; an end at or before the start is on the next day."""

    days: tuple[int, ...]
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start if self.end > self.start else self.end - self.start + 24 * 60

    @property
    def text(self) -> str:
        return f"{','.join(DAYS[day] for day in self.days)} {clock(self.start)}-{clock(self.end)}"


@dataclass(frozen=True)
class Turning:
    """One layer, as a test writes it."""

    people: tuple[str, ...]
    every: int
    unit: str
    start: datetime
    windows: tuple[Window, ...] = ()
    zone: str | None = None
    priority: int = 0
    calendar: bool = False

    @property
    def yaml(self) -> str:
        only = f", only: [{', '.join(repr(window.text) for window in self.windows)}]" if self.windows else ""
        zone = f", zone: {self.zone}" if self.zone else ""
        count = ", count: calendar" if self.calendar else ""
        return (
            f"{{rotate: [{', '.join(self.people)}], every: {self.every}{self.unit}, "
            f"start: {self.start:%Y-%m-%d %H:%M}, priority: {self.priority}{only}{zone}{count}}}"
        )


@dataclass(frozen=True)
class Change:
    """An override, between two wall-clock minutes that occur once."""

    kind: str
    person: str
    by: str
    start: datetime
    end: datetime

    @property
    def yaml(self) -> str:
        by = f", with: {self.by}" if self.kind == "replace" else ""
        return (
            f"{{from: '{self.start:%Y-%m-%dT%H:%M:%SZ}', until: '{self.end:%Y-%m-%dT%H:%M:%SZ}', "
            f"{self.kind}: {self.person}{by}}}"
        )


@dataclass
class Clock:
    """What a wall shows in each minute from an instant on, in minutes since 2000."""

    zone: str
    start: datetime
    end: datetime
    shown: np.ndarray = field(init=False)

    def __post_init__(self):
        count = (self.end - self.start) // MINUTE
        zone = ZoneInfo(self.zone)
        self.shown = np.array([minutes((self.start + n * MINUTE).astimezone(zone)) for n in range(count)])


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def minutes(moment: datetime) -> int:
    return (moment.replace(tzinfo=None) - wall("2000-01-01")) // MINUTE


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@cache
def clock_of(zone: str, start: datetime, end: datetime) -> Clock:
    return Clock(zone, start, end)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """Find the hours in which a zone's offset changes; where none does, a few days of each year."""
    place = ZoneInfo(zone)
    hours = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(5 * 366 * 24)]
    offsets = [hour.astimezone(place).utcoffset() for hour in hours]
    found = tuple(hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1])
    return found or tuple(datetime(year, 3, 30, tzinfo=UTC) for year in range(2024, 2029))


def serving(layer: Turning, zone: str, start: datetime, end: datetime) -> list[str | None]:
    """Walk minute by minute: whose turn it is, and whether a window is open."""
    shown = clock_of(layer.zone or zone, start, end).shown
    open_ = opened(layer, shown)
    length, anchor = layer.every * LENGTHS[layer.unit], minutes(layer.start)
    turn = (int(shown[0]) - anchor) // length
    result: list[str | None] = []
    for index, minute in enumerate(shown):
        while minute >= anchor + (turn + 1) * length:
            turn += 1
        number = turn if layer.calendar or not layer.windows else count(layer, turn)
        result.append(layer.people[number % len(layer.people)] if open_[index] else None)
    return result


def opened(layer: Turning, shown: np.ndarray) -> np.ndarray:
    """Open each window when a clock first reaches its start, close it when it last shows its end, or has passed it."""
    if not layer.windows:
        return np.ones(len(shown), bool)
    result = np.zeros(len(shown), bool)
    first = date(2000, 1, 1) + timedelta(minutes=int(shown[0])) - timedelta(days=2)
    for offset in range(len(shown) // (24 * 60) + 5):
        day = first + timedelta(days=offset)
        for window in layer.windows:
            if day.weekday() not in window.days:
                continue
            begins = minutes(datetime.combine(day, time())) + window.start
            ends = begins + window.length
            after, past, exact = (np.flatnonzero(at) for at in (shown >= begins, shown >= ends, shown == ends))
            stop = exact[-1] if len(exact) else past[0] if len(past) else len(shown)
            if len(after):
                result[after[0] : stop] = True
    return result


@cache
def table(windows: tuple[Window, ...]) -> np.ndarray:
    """Mark the minutes of a week, Monday first, that lie in a window."""
    result = np.zeros(WEEK, bool)
    for window in windows:
        for day in window.days:
            begins = day * 24 * 60 + window.start
            result[np.arange(begins, begins + window.length) % WEEK] = True
    return result


@cache
def count(layer: Turning, turn: int) -> int:
    """Count turn by turn those that meet a window, from the anchor to a turn."""
    length, anchor = layer.every * LENGTHS[layer.unit], minutes(layer.start)
    monday = minutes(wall("2000-01-03"))
    meets = table(layer.windows)
    total = 0
    for k in range(min(turn, 0), max(turn, 0)):
        at = anchor + k * length - monday
        if meets[np.arange(at, at + length) % WEEK].any():
            total += 1 if turn > 0 else -1
    return total


def expected(
    layers: list[Turning], overrides: list[Change], zone: str, start: datetime, end: datetime
) -> Iterator[set[str]]:
    rows = [(layer.priority, serving(layer, zone, start, end)) for layer in layers]
    for index in range((end - start) // MINUTE):
        found = [(priority, row[index]) for priority, row in rows if row[index] is not None]
        top = max((priority for priority, _ in found), default=0)
        people = {person for priority, person in found if priority == top and person}
        for override in overrides:
            if override.start <= start + index * MINUTE < override.end:
                people = overridden(people, override)
        yield people


def overridden(people: set[str], change: Change) -> set[str]:
    if change.kind == "cover":
        return {change.person}
    if change.kind == "add":
        return people | {change.person}
    if change.kind == "remove":
        return people - {change.person}
    return (people - {change.person}) | {change.by} if change.person in people else people


def workspace(layers: list[Turning], overrides: list[Change], zone: str) -> str:
    people = ", ".join(f"{name}: {{name: {name}}}" for name in PEOPLE)
    return (
        f"people: {{{people}}}\nschedules:\n  s:\n    timezone: {zone}\n    layers:\n"
        + "".join(f"      - {layer.yaml}\n" for layer in layers)
        + "    overrides: ["
        + ", ".join(change.yaml for change in overrides)
        + "]\n"
    )


def compare(layers: list[Turning], overrides: list[Change], zone: str, at: datetime, folder: Path) -> None:
    start, end = at - BEFORE, at + AFTER
    plan = version_of(resolved(folder, workspace(layers, overrides, zone))).plans["s"]
    found = timeline(plan, start, end)
    assert found[0].start == start
    assert found[-1].end == end
    for before, after in pairwise(found):
        assert before.end == after.start, "a gap or an overlap"
    said: list[set[str]] = []
    for segment in found:
        assert segment.start < segment.end
        said += [{holder.person for holder in segment.holders}] * ((segment.end - segment.start) // MINUTE)
    for index, (mine, right) in enumerate(zip(said, expected(layers, overrides, zone, start, end), strict=True)):
        assert mine == right, f"{start + index * MINUTE}: {mine}, the oracle says {right}"


WORKDAYS, EVERY_DAY = tuple(range(5)), tuple(range(7))
SHAPES = {
    "weekly": [Turning(("ana", "bo", "chen"), 1, "w", wall("2024-01-07 02:30"))],
    "twelve hours": [Turning(("ana", "bo", "chen"), 12, "h", wall("2024-01-07 02:15"))],
    "hourly": [Turning(("ana", "bo", "chen"), 1, "h", wall("2025-01-07 02:45"))],
    "nights, joined": [
        Turning(
            ("ana", "bo"),
            1,
            "d",
            wall("2024-01-05 12:00"),
            (Window((4, 5, 6), 22 * 60, 150), Window((5, 6, 0), 150, 600)),
        )
    ],
    "ends in the repeated hour": [
        Turning(("ana", "bo"), 1, "w", wall("2024-01-01"), (Window(EVERY_DAY, 1200, 150),)),
        Turning(("chen",), 1, "w", wall("2024-01-01"), (Window(EVERY_DAY, 1260, 105),), None, 1),
    ],
    "ends when the repeated hour begins": [
        Turning(("ana", "bo"), 1, "w", wall("2024-01-01"), (Window(EVERY_DAY, 1200, 120),)),
        Turning(("chen",), 1, "w", wall("2024-01-01"), (Window(EVERY_DAY, 1260, 60),), None, 1),
    ],
    "working days": [
        Turning(("ana", "bo", "chen"), 1, "d", wall("2026-01-07"), (Window(WORKDAYS, 0, 0),)),
        Turning(("dara",), 1, "w", wall("2024-01-01"), (), None, -1),
    ],
    "the sun": [
        Turning(("ana",), 1, "w", wall("2024-01-01"), (Window(EVERY_DAY, 480, 1200),), "Europe/Berlin", 1),
        Turning(("bo",), 1, "w", wall("2024-01-01"), (Window(EVERY_DAY, 840, 120),), "America/New_York", 1),
        Turning(("chen", "dara"), 1, "d", wall("2024-01-01 09:00")),
    ],
}


@pytest.mark.req("ONC-1")
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_clock_change_of_five_years_gives_what_a_wall_clock_says(shape: str, zone: str, tmp_path: Path):
    for at in changes(zone):
        compare(SHAPES[shape], [], zone, at, tmp_path)


windows = st.builds(
    Window,
    st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True).map(lambda days: tuple(sorted(days))),
    st.integers(0, 95).map(lambda quarter: quarter * 15),
    st.integers(0, 95).map(lambda quarter: quarter * 15),
)
turnings = st.builds(
    Turning,
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4).map(tuple),
    st.integers(1, 5),
    st.sampled_from("hdw"),
    st.integers(0, 2 * 365 * 24 * 4).map(lambda quarter: wall("2025-01-01") + timedelta(minutes=15 * quarter)),
    st.lists(windows, max_size=3).map(tuple),
    st.sampled_from((None, None, *ZONES)),
    st.integers(0, 2),
    st.booleans(),
)
spans = st.tuples(st.integers(0, 4 * 96), st.integers(1, 96))


def overriding(at: datetime, kind: str, person: str, by: str, span: tuple[int, int]) -> Change:
    start = at - BEFORE + timedelta(minutes=15 * span[0])
    return Change(kind, person, by, start, start + timedelta(minutes=15 * span[1]))


@pytest.mark.req("ONC-1")
@settings(max_examples=1500, derandomize=False, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_layers_and_overrides_give_what_a_wall_clock_says(data: st.DataObject, tmp_path: Path):
    zone = data.draw(st.sampled_from(ZONES))
    at = data.draw(st.sampled_from(changes(zone)))
    layers = data.draw(st.lists(turnings, min_size=1, max_size=3))
    people = st.sampled_from(PEOPLE)
    kinds = st.sampled_from(("add", "remove", "replace", "cover"))
    overrides = data.draw(st.lists(st.builds(overriding, st.just(at), kinds, people, people, spans), max_size=3))
    compare(layers, overrides, zone, at, tmp_path)
