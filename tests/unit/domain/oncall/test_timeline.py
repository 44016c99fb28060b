from pathlib import Path

import pytest

from surefoot.domain.oncall.timeline import effect, giver, oncall, shifts, timeline
from tests.rotas import plan, said, utc, version

pytestmark = pytest.mark.req("ONC-1")
WEEK = "layers: [{name: week, rotate: [ana, bo, chen], every: 1w, start: 2026-01-05 09:00}]"
START, END = utc("2026-01-05 08:00"), utc("2026-01-26 08:00")


def test_the_highest_priority_wins_and_splits_what_is_below(tmp_path: Path):
    found = plan(
        tmp_path,
        """
        layers:
          - {rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}
          - {rotate: chen, every: 1w, only: sat-sun}
        """,
    )
    assert said(timeline(found, START, utc("2026-01-13"))) == [
        ("01-05 08:00", "ana"),
        ("01-09 23:00", "chen"),
        ("01-11 23:00", "ana"),
        ("01-12 08:00", "bo"),
    ]


def test_layers_of_one_priority_are_on_call_together_and_nobody_twice(tmp_path: Path):
    found = plan(
        tmp_path,
        """
        layers:
          - {rotate: ana, every: 1w, priority: 1}
          - {rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00, priority: 1}
          - {rotate: chen, every: 1w, priority: 0}
        """,
    )
    assert said(timeline(found, START, utc("2026-01-13"))) == [
        ("01-05 08:00", "ana"),
        ("01-12 08:00", "ana+bo"),
    ]


def test_a_swap_names_the_turn_and_follows_it(tmp_path: Path):
    swapped = f"{WEEK}\nswaps: [{{layer: week, turn: 0, to: bo, back: 1}}]"
    found = plan(tmp_path, swapped)
    assert said(timeline(found, START, END)) == [("01-05 08:00", "bo"), ("01-12 08:00", "ana"), ("01-19 08:00", "chen")]
    moved = plan(tmp_path, swapped.replace("2026-01-05 09:00", "2026-01-07 10:00"))
    assert said(timeline(moved, START, END))[1:3] == [("01-07 09:00", "bo"), ("01-14 09:00", "ana")]
    assert [str(segment.holders[0].why) for segment in timeline(found, START, END)] == [
        "turn 0 of `week`, swap: for ana",
        "turn 1 of `week`, swap: for bo",
        "turn 2 of `week`",
    ]


def test_a_later_swap_starts_from_what_earlier_ones_left(tmp_path: Path):
    found = plan(tmp_path, f"{WEEK}\nswaps: [{{turn: 0, to: bo}}, {{turn: 0, to: chen, back: 2, reason: wedding}}]")
    assert said(timeline(found, START, END)) == [("01-05 08:00", "chen"), ("01-12 08:00", "bo"), ("01-19 08:00", "bo")]
    assert giver(found.layers[0], found.swaps, 2) == "bo"
    assert giver(found.layers[0], (), 2) == "chen"
    assert str(timeline(found, START, END)[0].holders[0].why) == "turn 0 of `week`, swap: wedding"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("add: bo", [("01-05 08:00", "ana"), ("01-06 00:00", "ana+bo"), ("01-07 00:00", "ana")]),
        ("add: ana", [("01-05 08:00", "ana")]),
        ("remove: ana", [("01-05 08:00", "ana"), ("01-06 00:00", ""), ("01-07 00:00", "ana")]),
        ("remove: bo", [("01-05 08:00", "ana")]),
        ("replace: ana, with: bo", [("01-05 08:00", "ana"), ("01-06 00:00", "bo"), ("01-07 00:00", "ana")]),
        ("replace: bo, with: chen", [("01-05 08:00", "ana")]),
        ("cover: chen", [("01-05 08:00", "ana"), ("01-06 00:00", "chen"), ("01-07 00:00", "ana")]),
    ],
)
def test_overrides(change: str, expected: list[tuple[str, str]], tmp_path: Path):
    found = plan(tmp_path, f"{WEEK}\noverrides: [{{from: 2026-01-06 01:00, until: 2026-01-07 01:00, {change}}}]")
    assert said(timeline(found, START, utc("2026-01-08"))) == expected
    assert effect(found, 0) is (change not in ("remove: bo", "replace: bo, with: chen"))


def test_replaced_by_somebody_who_is_on_call_already_they_are_so_once(tmp_path: Path):
    found = plan(
        tmp_path,
        f"""
        {WEEK}
        overrides:
          - {{from: 2026-01-05, until: 2026-01-12, add: bo}}
          - {{from: 2026-01-05, until: 2026-01-12, replace: ana, with: bo}}
        """,
    )
    assert said(timeline(found, START, utc("2026-01-10")))[0] == ("01-05 08:00", "bo")


def test_cover_and_add_act_where_nobody_is_on_call(tmp_path: Path):
    found = plan(
        tmp_path,
        "layers: [{rotate: ana, every: 1w, only: mon 09:00-10:00}]\n"
        "overrides: [{from: 2026-01-06 01:00, until: 2026-01-07 01:00, cover: bo}]",
    )
    assert said(timeline(found, START, utc("2026-01-08"))) == [
        ("01-05 08:00", "ana"),
        ("01-05 09:00", ""),
        ("01-06 00:00", "bo"),
        ("01-07 00:00", ""),
    ]


@pytest.mark.parametrize(("holes", "between"), [("", "ana"), (", holes: empty", "")])
def test_a_temporary_schedule_replaces_all_and_its_holes_fall_back_to_the_rules(
    holes: str, between: str, tmp_path: Path
):
    found = plan(
        tmp_path,
        f"{WEEK}\ntemporary: [{{from: 2026-01-06 00:00, until: 2026-01-08 00:00{holes}, reason: fair, "
        "layers: [{rotate: bo, every: 1d, handover: 00:00, only: '08:00-20:00'}]}]",
    )
    segments = timeline(found, START, utc("2026-01-08 12:00"))
    assert said(segments) == [
        *([("01-05 08:00", "ana"), ("01-05 23:00", "")] if holes else [("01-05 08:00", "ana")]),
        ("01-06 07:00", "bo"),
        ("01-06 19:00", between),
        ("01-07 07:00", "bo"),
        ("01-07 19:00", between),
        *([("01-07 23:00", "ana")] if holes else []),
    ]
    assert {str(holder.why) for segment in segments for holder in segment.holders if holder.person == "bo"} == {
        "turn 0 of `1`, temporary: fair",
        "turn 1 of `1`, temporary: fair",
    }


def test_whoever_is_on_call_is_told_with_role_reason_and_end(tmp_path: Path):
    found = version(
        tmp_path,
        "schedules:\n"
        "  one: {layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
        "  two: {layers: [{rotate: chen, every: 1w}]}\n"
        "  three: {layers: [{rotate: bo, every: 1w, only: mon 09:00-10:00}]}\n"
        "escalations: {x: {primary: one, secondary: two, lead: ana, executive: ana}}\n",
    )
    one, two = oncall(found, utc("2026-01-07"))
    assert (one.schedule, one.role, one.person, one.until) == ("one", "primary", "ana", utc("2026-01-12 09:00"))
    assert str(one.why) == "turn 0 of `1`"
    assert (two.role, two.person, two.until) == ("secondary", "chen", None)
    assert [each.role for each in oncall(found, utc("2026-01-05 09:30"), ["three"])] == ["on call"]


def test_a_shift_has_its_true_beginning_from_wherever_it_is_asked_for(tmp_path: Path):
    found = plan(tmp_path, f"{WEEK}\noverrides: [{{from: 2026-01-06, until: 2026-01-07, add: bo}}]")
    wide = shifts(found, START, END)
    assert [(f"{s.start:%d}", f"{s.end:%d}", s.person) for s in wide] == [
        ("05", "12", "ana"),
        ("05", "06", "bo"),
        ("12", "19", "bo"),
        ("19", "26", "chen"),
    ]
    assert set(shifts(found, utc("2026-01-15"), utc("2026-01-16"))) == {wide[2]}
    assert timeline(found, END, START) == ()
