from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.oncall.simulation import Simulation, simulate
from tests.rotas import PEOPLE, utc
from tests.workspaces import resolved

pytestmark = pytest.mark.req("ONC-4")
START = utc("2026-01-05 09:00")
DAY = timedelta(days=1)


def played(folder: Path, text: str, days: int = 28) -> Simulation:
    system = resolved(folder, f"{PEOPLE}\n{text}")
    return simulate(version_of(system), numbers_of(system), START, START + days * DAY)


def test_time_without_anybody_is_found_to_the_minute(tmp_path: Path):
    found = played(
        tmp_path,
        "schedules: {s: {layers: [{rotate: ana, every: 1w, only: ['00:00-12:15', '12:30-24:00']}]}}",
        days=2,
    )
    course = found.courses["s"]
    assert course.uncovered == timedelta(minutes=30)
    assert course.gaps[0] == (utc("2026-01-05 12:15"), utc("2026-01-05 12:30"))


def test_regions_that_change_clocks_apart_leave_a_gap_in_those_weeks(tmp_path: Path):
    """Berlin until 18:00, New York from 12:00 on: that meets, but for the weeks between the two clock changes."""
    system = resolved(
        tmp_path,
        f"{PEOPLE}\nschedules:\n  s:\n    layers:\n"
        "      - {rotate: ana, every: 1w, only: '06:00-17:00', zone: Europe/Berlin}\n"
        "      - {rotate: bo, every: 1w, only: '12:00-23:00', zone: America/New_York}\n"
        "      - {rotate: chen, every: 1w, only: '13:00-14:30', zone: Asia/Tokyo}\n"
        "      - {rotate: chen, every: 1w, only: '23:00-06:00', zone: UTC}\n",
    )
    gaps = simulate(version_of(system), numbers_of(system), utc("2026-02-01"), utc("2026-11-15")).courses["s"].gaps
    hours = {(f"{start:%m}", f"{start:%H:%M}-{end:%H:%M}") for start, end in gaps}
    assert ("02", "16:00-17:00") in hours
    assert ("03", "16:00-17:00") in hours
    assert not any("03-09" <= f"{start:%m-%d}" < "03-29" and f"{start:%H}" == "16" for start, _ in gaps)


def test_primary_and_secondary_at_once_is_a_double_booking_of_the_escalation(tmp_path: Path):
    found = played(
        tmp_path,
        "schedules:\n"
        "  one: {layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
        "  two: {layers: [{rotate: [ana, bo, chen], every: 1w, start: 2026-01-05 09:00}]}\n"
        "  three: {layers: [{rotate: [chen, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
        "escalations: {x: {primary: one, secondary: two, lead: ana, executive: ana}}\n",
    )
    assert [(one.person, one.schedules, one.escalation) for one in found.doubles] == [
        ("ana", ("one", "two"), "x"),
        ("bo", ("one", "three"), ""),
        ("bo", ("one", "two"), "x"),
        ("bo", ("three", "two"), ""),
        ("chen", ("three", "two"), ""),
    ]
    assert found.doubles[0].spans == ((START, START + 7 * DAY),)


def test_an_absence_is_reported_with_who_is_free_and_carries_least(tmp_path: Path):
    found = played(
        tmp_path,
        "schedules:\n"
        "  one:\n"
        "    layers: [{rotate: [ana, bo, chen], every: 1w, start: 2026-01-05 09:00}]\n"
        "    absences:\n"
        "      - {from: 2026-01-06, until: 2026-01-20, person: ana}\n"
        "      - {from: 2026-01-07, until: 2026-01-08, person: bo}\n"
        "      - {from: 2025-01-01, until: 2025-02-01, person: ana}\n"
        "  two: {layers: [{rotate: [bo, chen], every: 1w, start: 2026-01-05 09:00}]}\n",
        days=14,
    )
    conflict, other = found.conflicts
    assert (other.away.person, other.schedule, other.covers) == ("bo", "two", ("chen",))
    assert (conflict.away.person, conflict.schedule) == ("ana", "one")
    assert conflict.spans == ((utc("2026-01-06"), utc("2026-01-12 09:00")),)
    assert conflict.covers == ("chen",)


def test_nobody_covers_where_nobody_is_free(tmp_path: Path):
    found = played(
        tmp_path,
        "schedules:\n"
        "  one:\n"
        "    layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]\n"
        "    absences: [{from: 2026-01-06, until: 2026-01-08, person: ana}]\n"
        "  two: {layers: [{rotate: bo, every: 1w}]}\n",
    )
    assert found.conflicts[0].covers == ("",)


def test_who_never_serves_is_found_but_not_in_a_fallback(tmp_path: Path):
    found = played(
        tmp_path,
        "schedules:\n"
        "  s:\n"
        "    layers:\n"
        "      - {name: fallback, rotate: chen, every: 1w}\n"
        "      - {name: day, rotate: [ana, bo, ana, ana, ana, ana, ana], every: 1d, count: calendar,"
        " only: [mon, tue 00:00-24:00], start: 2026-01-04 00:00}\n"
        "      - {name: rest, rotate: ana, every: 1w, priority: 9}\n",
    )
    assert found.courses["s"].idle == ()
    partly = played(
        tmp_path,
        "schedules:\n"
        "  s:\n"
        "    layers:\n"
        "      - {name: day, rotate: [ana, bo, ana, ana, ana, ana, ana], every: 1d, count: calendar,"
        " only: mon, start: 2026-01-05 00:00}\n",
    )
    assert partly.courses["s"].idle == (("day", "bo"),)


def test_load_counts_two_schedules_at_once_only_once_and_knows_rest(tmp_path: Path):
    found = played(
        tmp_path,
        "schedules:\n"
        "  one: {layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
        "  two: {layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
        "  three: {layers: [{rotate: [chen, bo], every: 8h, start: 2026-01-05 09:00}]}\n",
    )
    ana, chen = found.loads["ana"], found.loads["chen"]
    assert ana.share == pytest.approx(0.5)
    assert ana.longest == 7 * DAY
    assert ana.rest == 7 * DAY
    assert (chen.rest, chen.tired) == (timedelta(hours=8), utc("2026-01-05 17:00"))
