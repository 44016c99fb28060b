"""Laws of schedules: no gap, no overlap, hours are conserved, every zone there is."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot.calendar.moments import begin_at, end_at
from surefoot.domain.oncall.plan import Edits, Override, Swap
from surefoot.domain.oncall.timeline import Segment, oncall, shifts, timeline
from tests.rotas import plan, utc, version

pytestmark = pytest.mark.req("ONC-1")
START, END = utc("2026-03-01"), utc("2026-11-15")
MINUTE = timedelta(minutes=1)
SHAPES = {
    "weekly": "layers: [{rotate: [ana, bo, chen], every: 1w, start: 2026-03-02 02:30}]",
    "monthly": "layers: [{rotate: [ana, bo, chen], every: 1 month, start: 2026-01-31 02:30}]",
    "hourly": "layers: [{rotate: [ana, bo, chen], every: 1h, start: 2026-03-02 02:30}]",
    "elapsed": "layers: [{rotate: [ana, bo, chen], every: 12h, length: elapsed, start: 2026-03-02 02:30}]",
    "days and nights": "layers:\n"
    "  - {rotate: [ana, bo], every: 1d, only: 'mon-fri 08:00-20:00'}\n"
    "  - {rotate: [bo, chen], every: 1w, only: '20:00-08:00'}\n"
    "  - {rotate: [chen, ana], every: 1w, only: sat-sun, priority: 9}\n",
}
once = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hours(segments: tuple[Segment, ...]) -> dict[str, timedelta]:
    found: dict[str, timedelta] = {}
    for segment in segments:
        for holder in segment.holders:
            found[holder.person] = found.get(holder.person, timedelta()) + segment.end - segment.start
    return found


@cache
def zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if zone not in ("localtime", "Factory")))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana"])
def test_a_timeline_has_no_gap_and_no_overlap(shape: str, zone: str, tmp_path: Path):
    found = timeline(plan(tmp_path, SHAPES[shape], zone), START, END)
    assert (found[0].start, found[-1].end) == (START, END)
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.holders != other.holders
    assert all(segment.start < segment.end for segment in found)


@once
@given(
    shape=st.sampled_from(list(SHAPES)),
    cut=st.integers(1, 250 * 24 * 60),
)
def test_a_timeline_is_the_same_from_wherever_it_is_asked_for(shape: str, cut: int, tmp_path: Path):
    found = plan(tmp_path, SHAPES[shape])
    at = START + cut * MINUTE
    whole = timeline(found, START, END)
    right = [segment for segment in timeline(found, at, END) if segment.start > at]
    assert right == [segment for segment in whole if segment.start > at]
    assert [s.holders for s in timeline(found, at, at + MINUTE)][:1] == [
        s.holders for s in whole if s.start <= at < s.end
    ]


@once
@given(
    turns=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6),
    shape=st.sampled_from(["weekly", "elapsed"]),
)
def test_swaps_conserve_the_hours_of_all_and_an_exchange_moves_whole_turns(
    turns: list[tuple[int, int]], shape: str, tmp_path: Path
):
    before = plan(tmp_path, SHAPES[shape])
    (layer,) = before.layers
    swaps: list[Swap] = []
    for turn, back in turns:
        if layer.person(turn) != layer.person(back) and not {turn, back} & {n for s in swaps for n in (s.turn, s.back)}:
            swaps.append(Swap(layer.name, turn, layer.person(back), back))
    edits = Edits(swaps=tuple(("s", swap) for swap in swaps))
    old, new = (timeline(each, START, END) for each in (before, edits.apply(before)))
    assert sum(hours(old).values(), timedelta()) == sum(hours(new).values(), timedelta())
    if shape == "elapsed":  # turns of one length: everybody has as much as before
        assert hours(old) == hours(new)


@once
@given(
    kind=st.sampled_from(["add", "remove", "replace", "cover"]),
    start=st.integers(0, 200 * 24),
    length=st.integers(1, 24 * 20),
    shape=st.sampled_from(list(SHAPES)),
)
def test_an_override_changes_nothing_outside_its_span(kind: str, start: int, length: int, shape: str, tmp_path: Path):
    before = plan(tmp_path, SHAPES[shape])
    begins = START + timedelta(hours=start)
    ends = begins + timedelta(hours=length)
    override = Override(kind, "ana", begins, ends, "bo" if kind == "replace" else "")  # type: ignore[arg-type]
    after = Edits(overrides=(("s", override),)).apply(before)
    for lo, hi in ((START, begins), (ends, END)):
        assert timeline(before, lo, hi) == timeline(after, lo, hi)
    inside = timeline(after, begins, ends)
    people = {holder.person for segment in inside for holder in segment.holders}
    if kind == "cover":
        assert people == {"ana"}
    elif kind == "add":
        assert all("ana" in {holder.person for holder in segment.holders} for segment in inside)
    else:
        assert "ana" not in people


@once
@given(shape=st.sampled_from(list(SHAPES)), hour=st.integers(0, 250 * 24))
def test_who_is_on_call_agrees_with_the_timeline_and_the_shifts(shape: str, hour: int, tmp_path: Path):
    state = version(tmp_path, f"schedules:\n  s:\n    {_indented(SHAPES[shape])}\n")
    at = START + timedelta(hours=hour)
    (now,) = timeline(state.plans["s"], at, at + MINUTE)[:1]
    told = oncall(state, at)
    assert [one.person for one in told] == [holder.person for holder in now.holders]
    for one in told:
        assert one.until is not None
        assert one.until > at
        after = timeline(state.plans["s"], one.until, one.until + MINUTE)[0]
        assert one.person not in {holder.person for holder in after.holders}
        assert any(
            shift.person == one.person and shift.start <= at < shift.end
            for shift in shifts(state.plans["s"], at, at + MINUTE)
        )


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


@cache
def changes(zone: str) -> list[datetime]:
    """Find the clock changes of 2024 to 2028 to the minute, by halving the days in which the offset changes."""
    place = ZoneInfo(zone)
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(5 * 365 + 2)]
    found = []
    for one, other in pairwise(days):
        low, high = one, other
        if low.astimezone(place).utcoffset() == high.astimezone(place).utcoffset():
            continue
        while high - low > MINUTE:
            middle = low + (high - low) // 2
            middle = middle.replace(second=0, microsecond=0)
            same = middle.astimezone(place).utcoffset() == low.astimezone(place).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high)
    return found


def test_every_zone_reads_every_wall_time_around_its_clock_changes_as_a_walk_by_minutes_does():
    seen = 0
    for zone in zones():
        place = ZoneInfo(zone)
        for change in changes(zone):
            walk = [change + n * MINUTE for n in range(-130, 130)]
            walls = [at.astimezone(place).replace(tzinfo=None) for at in walk]
            lowest = min(walls[100:160])
            for step in range(0, 90, 7):
                wall = lowest + step * MINUTE
                first = next(at for at, shown in zip(walk, walls, strict=True) if shown >= wall)
                last = [at for at, shown in zip(walk, walls, strict=True) if shown == wall][-1:] or [first]
                assert begin_at(wall, zone) == first, (zone, wall)
                assert end_at(wall, zone) == last[0], (zone, wall)
                seen += 1
    assert seen > 10_000
