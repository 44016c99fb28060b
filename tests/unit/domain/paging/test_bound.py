"""How long it takes at worst until a human is reached."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surefoot.calendar.hours import parse_hours
from surefoot.calendar.opening import first_inside
from surefoot.domain.paging.bound import Bound, Watch, reached_at, worst_case
from surefoot.domain.paging.ladder import Ladder, Rule, Step, Target, Terms, Who
from surefoot.spec.model.forms import Priority

pytestmark = pytest.mark.req("ONC-2")

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(weeks=1)
H = timedelta(hours=1)
M = timedelta(minutes=1)
S = timedelta(seconds=1)
OFFICE = (parse_hours("mon-fri 09:00-17:00", "UTC"),)
ANA, BO, DARA = (Target("person", name) for name in ("ana", "bo", "dara"))
FIRST, SECOND = Target("schedule", "first"), Target("schedule", "second")
RULES: dict[Priority, Rule] = {
    "P1": Rule(("page",), 5 * M, repeat=True),
    "P3": Rule(("chat",), 4 * H, late="business-hours"),
    "P4": Rule(("email",), None),
}


def on_call(to: Target, _: datetime) -> tuple[Target, ...]:
    return {FIRST: (ANA,), SECOND: (BO,)}.get(to, ())


def watch(
    priority: Priority = "P1", who: Who = on_call, delays: dict[Target, timedelta | None] | None = None, **changes: Any
) -> Watch:
    steps = changes.get("steps", (Step((FIRST,), 5 * M), Step((SECOND,), 10 * M)))
    terms = Terms(Ladder(steps, 3, 30 * M, (DARA,)), RULES, lambda at: first_inside(OFFICE, at))
    known = {ANA: 20 * S, BO: 30 * S, DARA: 40 * S, **(delays or {})}
    return Watch("cart", priority, terms, who, lambda to, _: known[to], changes.get("changes", ()))


def longest(found: tuple[Bound, ...]) -> dict[int, timedelta | None]:
    return {bound.hour: bound.longest for bound in found}


def test_with_somebody_on_call_it_is_the_last_way_of_the_first_step():
    found = worst_case(watch(), MONDAY, MONDAY + WEEK, "UTC")
    assert len(found) == 168
    assert {bound.longest for bound in found} == {20 * S}
    assert all(bound.kept for bound in found)


def test_a_first_step_that_sleeps_costs_its_hold():
    (bound, *_) = worst_case(watch(), MONDAY, MONDAY + WEEK, "UTC", deaf=1)
    assert bound.longest == 5 * M + 30 * S
    assert not bound.kept  # 5 min are promised


def test_an_hour_without_anybody_goes_to_the_next_step_and_then_to_the_last_resort():
    gap = MONDAY + 26 * H + 30 * M
    who = lambda _, at: () if gap <= at < gap + 10 * M else (ANA,)  # noqa: E731
    found = longest(worst_case(watch(who=who, changes=(gap, gap + 10 * M)), MONDAY, MONDAY + WEEK, "UTC"))
    assert found[26] == 40 * S
    assert found[25] == found[27] == 20 * S


def test_a_gap_that_only_the_second_step_meets_is_found():
    gap = MONDAY + 26 * H + 31 * M
    who = lambda to, at: () if to == SECOND and gap <= at < gap + M else (ANA,)  # noqa: E731
    found = worst_case(watch(who=who, changes=(gap, gap + M)), MONDAY, MONDAY + WEEK, "UTC", deaf=1)
    assert longest(found)[26] == 10 * M + 20 * S  # the second pass finds the second step
    assert found[26].at == gap - 5 * M


def test_somebody_without_a_way_is_passed_over():
    found = worst_case(watch(delays={ANA: None}), MONDAY, MONDAY + H, "UTC")
    assert found[0].longest == 30 * S


def test_nobody_with_a_way_is_never_reached():
    (bound, *_) = worst_case(watch(delays={ANA: None, BO: None, DARA: None}), MONDAY, MONDAY + H, "UTC")
    assert (bound.longest, bound.kept) == (None, False)


def test_what_is_only_told_waits_for_business_hours():
    friday = MONDAY + 4 * 24 * H
    found = longest(
        worst_case(watch("P3", changes=(friday + 17 * H,)), MONDAY, MONDAY + WEEK, "UTC"),
    )
    assert found[10] == 4 * H + 20 * S
    assert found[4 * 24 + 13] == 4 * H + 64 * H + 20 * S
    assert watch("P3").terms.rules["P3"].respond == 4 * H


def test_what_is_only_mailed_reaches_nobody_and_breaks_no_promise():
    (bound, *_) = worst_case(watch("P4"), MONDAY, MONDAY + H, "UTC")
    assert (bound.longest, bound.kept) == (None, True)


def test_a_late_page_goes_out_once_so_that_a_sleeper_is_the_end_of_it():
    assert reached_at(watch("P3"), MONDAY, deaf=1) is None


def test_a_ladder_of_sleepers_promises_nobody():
    steps = (Step((FIRST,), 5 * M),)
    assert reached_at(watch(steps=steps), MONDAY, deaf=1) is None


def test_past_the_passes_the_last_step_that_is_awake_is_reached():
    at = MONDAY + 15 * M
    who = lambda to, now: (ANA,) if to == FIRST else (BO,) if now >= at else ()  # noqa: E731
    assert reached_at(watch(who=who), MONDAY, deaf=1) == at + 30 * S
    assert reached_at(watch(who=who, delays={BO: None}), MONDAY, deaf=1) == at + 40 * S


def test_hours_of_a_step_are_seen():
    steps = (Step((FIRST,), 5 * M, OFFICE), Step((SECOND,), 10 * M))
    found = longest(worst_case(watch(steps=steps), MONDAY, MONDAY + WEEK, "UTC"))
    assert (found[8], found[9], found[16], found[17]) == (30 * S, 20 * S, 20 * S, 30 * S)


def test_hours_are_those_of_the_wall():
    found = worst_case(watch(), MONDAY, MONDAY + H, "Asia/Kathmandu")  # + 5:45
    assert [bound.hour for bound in found] == [5, 6]
