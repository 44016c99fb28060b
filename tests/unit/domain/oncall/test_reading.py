from datetime import date
from pathlib import Path

import pytest

from surefoot.domain.oncall.plan import Away, Edits, Override, Swap
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.oncall.timeline import timeline
from tests.rotas import PEOPLE, plan, said, utc, version
from tests.workspaces import resolved

pytestmark = pytest.mark.req("ONC-1")
TWO = f"{PEOPLE}\nschedules: {{s: {{layers: [{{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}}]}}}}\n"


@pytest.mark.parametrize(
    ("layer", "begins"),
    [
        # a start is a hand-over, unless one is named: then the first at or after it
        ("every: 1w, start: 2026-01-07 10:00", "2026-01-07 10:00"),
        ("every: 1w, start: 2026-01-07, handover: mon 09:00", "2026-01-12 09:00"),
        ("every: 1w, start: 2026-01-05, handover: mon 09:00", "2026-01-05 09:00"),
        ("every: 1w, start: 2026-01-07, handover: 09:00", "2026-01-07 09:00"),
        ("every: 1d, start: 2026-01-07 10:00, handover: 09:00", "2026-01-08 09:00"),
        ("every: 1 month, start: 2026-01-07, handover: 1 09:00", "2026-02-01 09:00"),
        ("every: 1 month, start: 2026-01-31 09:00", "2026-01-31 09:00"),
        # without one, the first of 2024 by the policy's hand-over
        ("every: 1w", "2024-01-01 09:00"),
        ("every: 1w, handover: wed 12:00", "2024-01-03 12:00"),
        ("every: 8h", "2024-01-01 09:00"),
        ("every: 1 month", "2024-01-01 09:00"),
        ("handover: 10:00", "2024-01-01 10:00"),
        # with bounds alone, the turn that the first instant falls into
        ("every: 1w, from: 2026-01-07", "2026-01-05 09:00"),
        ("every: 2w, from: 2026-01-12 09:00", "2026-01-12 09:00"),
        ("every: 8h, from: 2026-01-07 20:00", "2026-01-07 17:00"),
        ("every: 1 month, from: 2026-03-01", "2026-02-01 09:00"),
        ("every: 1 month, handover: 31 09:00, from: 2026-03-01", "2026-02-28 09:00"),
        ("every: 1d, from: 2026-01-07T20:00:00Z", "2026-01-07 09:00"),
    ],
)
def test_turn_0_begins(layer: str, begins: str, tmp_path: Path):
    found = plan(tmp_path, f"layers: [{{rotate: [ana, bo], {layer}}}]", zone="UTC").layers[0]
    assert found.turns.begins(0) == utc(begins)


def test_a_new_list_names_its_next_person(tmp_path: Path):
    found = plan(tmp_path, "layers: [{rotate: [ana, bo, chen], next: bo, every: 1w, start: 2026-01-05 09:00}]")
    assert found.layers[0].people == ("bo", "chen", "ana")
    with pytest.raises(AssertionError, match="is next, but takes no turns"):
        plan(tmp_path, "layers: [{rotate: [ana, bo], next: chen}]")


def test_zones_come_from_the_layer_the_schedule_the_team_or_the_workspace(tmp_path: Path):
    found = version(
        tmp_path,
        "timezone: Asia/Tokyo\n"
        "teams: {t: {timezone: Asia/Kathmandu, holidays: h}}\n"
        "holidays: {h: {days: [2026-01-07], yearly: {02-29: leap}}}\n"
        "schedules:\n"
        "  a: {layers: [{rotate: ana}]}\n"
        "  b: {team: t, layers: [{rotate: ana}]}\n"
        "  c: {team: t, timezone: Europe/Berlin, layers: [{rotate: ana}, {rotate: bo, zone: America/Chicago}]}\n",
    )
    assert [plan.zone for plan in found.plans.values()] == ["Asia/Tokyo", "Asia/Kathmandu", "Europe/Berlin"]
    assert [layer.turns.zone for layer in found.plans["c"].layers] == ["Europe/Berlin", "America/Chicago"]
    assert date(2026, 1, 7) in found.plans["b"].days_off
    assert date(2028, 2, 29) in found.plans["b"].days_off
    assert date(2026, 1, 7) not in found.plans["a"].days_off


def test_people_are_reachable_if_any_way_is_named(tmp_path: Path):
    people = version(
        tmp_path,
        "people:\n"
        "  a: {name: A, reach: [push]}\n"
        "  b: {name: B, phone: '+49 30 000001'}\n"
        "  c: {name: C, reach: ['channel:ops']}\n"
        "  d: {name: D, accounts: {slack: U1}, timezone: Asia/Tokyo}\n"
        "channels: {ops: {slack: env:SLACK}}\n",
    ).people
    assert [person.reachable for person in people.values()] == [False, True, True, True]
    assert people["d"].zone == "Asia/Tokyo"


def test_edits_come_after_what_the_spec_says_and_make_another_version(tmp_path: Path):
    system = resolved(tmp_path, TWO)
    start, end = utc("2026-01-05 09:00"), utc("2026-01-12 09:00")
    edits = Edits(
        swaps=(("s", Swap("1", 0, "bo")),),
        overrides=(
            ("s", Override("cover", "chen", start, utc("2026-01-06"))),
            ("other", Override("cover", "x", start, end)),
        ),
        absences=(("s", Away("ana", start, end)),),
    )
    before, after = version_of(system), version_of(system, edits)
    assert before.id != after.id
    assert version_of(system, Edits(absences=edits.absences)).id not in (before.id, after.id)
    assert said(timeline(after.plans["s"], start, end)) == [("01-05 09:00", "chen"), ("01-06 00:00", "bo")]
    assert [away.person for away in after.plans["s"].absences] == ["ana"]


def test_numbers_of_the_policy_can_be_changed(tmp_path: Path):
    assert numbers_of(resolved(tmp_path, f"{TWO}policy: {{oncall: {{load: 40%}}}}")).load == 40


def test_moments_beyond_all_calendars_do_no_harm(tmp_path: Path):
    found = plan(
        tmp_path,
        "layers: [{rotate: ana, every: 1w, start: 0001-01-01, from: 0001-01-01, until: 9999-12-31T23:59:59Z}]\n"
        "overrides: [{from: 0001-01-01, until: 9999-12-31, add: bo}]",
    )
    assert said(timeline(found, utc("2026-01-01"), utc("2026-01-02"))) == [("01-01 00:00", "ana+bo")]
