"""The solver of retention against brute force over every period, and what is due against each record."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.audit.retention import Ages, Hold, Kept, Plan, Plans, Rule, Segment, clashes, due, solve

pytestmark = pytest.mark.req("AUD-4")

DAY = timedelta(days=1)
LONGEST = 12  # days; brute force tries each
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

lengths = st.none() | st.integers(1, LONGEST).map(lambda days: days * DAY)
rules = st.builds(Rule, st.sampled_from("abcdef"), lengths, lengths, lengths)
held_rules = st.builds(Rule, st.sampled_from("abcdef"), lengths, lengths, lengths, hold=st.booleans())
choices = st.builds(
    lambda hot, archive: Kept(hot * DAY, (hot + archive) * DAY, ("policy",)), st.integers(1, 6), st.integers(0, 6)
)


def possible(given_rules: Sequence[Rule]) -> list[timedelta]:
    """Try every period: which of them satisfies all rules?"""
    return [
        days * DAY
        for days in range(2 * LONGEST)
        if all((not r.floor or days * DAY >= r.floor) and (not r.most or days * DAY <= r.most) for r in given_rules)
    ]


@given(st.lists(rules, max_size=6), choices)
def test_the_plan_is_what_satisfies_every_rule(declared: list[Rule], kept: Kept):
    plan = solve(declared, kept)
    fitting = possible(declared)
    assert bool(plan.conflicts) == (not fitting)
    if fitting:
        assert plan.min == min(fitting)
        assert plan.max == (max(fitting) if any(rule.most for rule in declared) else None)
        nearest = min(fitting, key=lambda period: abs(period - kept.total))
        assert plan.keep == nearest  # what is chosen yields as little as the rules demand
    assert plan.min <= plan.keep
    assert plan.hot <= plan.keep


@given(st.lists(rules, max_size=6))
def test_a_conflict_is_minimal_and_none_is_missed(declared: list[Rule]):
    found = clashes(declared)
    for conflict in found:
        assert not possible(conflict.rules)
        for left_out in range(len(conflict.rules)):
            rest = [rule for at, rule in enumerate(conflict.rules) if at != left_out]
            assert possible(rest), "a rule was not needed for the conflict"
    blamed = {id(rule) for conflict in found for rule in conflict.rules}
    assert possible([rule for rule in declared if id(rule) not in blamed])


@given(st.lists(rules, min_size=1, max_size=6))
def test_the_widest_conflict_names_the_strictest_bounds(declared: list[Rule]):
    plan = solve(declared, Kept(DAY, DAY, ()))
    if plan.conflicts and len(plan.conflicts[0].rules) == 2:
        alone = [rule for rule in declared if rule.floor and rule.most and rule.floor > rule.most]
        if not alone:
            assert (plan.conflicts[0].least, plan.conflicts[0].most) == (plan.min, plan.max)


@given(st.lists(held_rules, max_size=6), choices)
def test_a_hold_leaves_no_maximum_and_no_conflict(declared: list[Rule], kept: Kept):
    plan = solve(declared, kept)
    if any(rule.hold for rule in declared):
        assert plan.hold
        assert plan.max is None
        assert plan.conflicts == ()


@given(st.permutations([Rule("a", 2 * DAY), Rule("b", most=5 * DAY), Rule("c", 3 * DAY, 4 * DAY)]))
def test_the_order_of_rules_does_not_matter(declared: list[Rule]):
    plan = solve(declared, Kept(DAY, 9 * DAY, ()))
    assert (plan.min, plan.max, plan.keep) == (3 * DAY, 4 * DAY, 4 * DAY)


names = st.sampled_from(["data", "authentication", "operation"])
plans = st.builds(solve, st.lists(held_rules, max_size=3), choices)


@st.composite
def stored(draw: st.DrawFn) -> list[tuple[str, datetime]]:
    return draw(st.lists(st.tuples(names, st.integers(0, 20).map(lambda days: EPOCH + days * DAY)), min_size=1))


def sealed(records: list[tuple[str, datetime]]) -> Segment:
    ages = {}
    for category in sorted({category for category, _ in records}):
        times = [at for name, at in records if name == category]
        ages[category] = Ages(min(times), max(times))
    return Segment(0, len(records) - 1, ages)


@given(
    st.dictionaries(names, plans),
    plans,
    stored(),
    st.integers(0, 40),
    st.lists(st.builds(Hold, st.just("case"), st.frozensets(names)), max_size=1),
)
def test_nothing_is_destroyed_before_its_minimum_or_under_a_hold(
    categories: dict[str, Plan],
    rest: Plan,
    records: list[tuple[str, datetime]],
    days: int,
    holds: list[Hold],
):
    every = Plans(rest, categories, {})
    now = EPOCH + days * DAY
    segment = sealed(records)
    actions = due(every, [segment], now, holds)
    for action in actions:
        if action.kind == "purge":
            assert actions == [action]
        for category, at in records:
            if category not in action.categories or action.kind in {"archive", "decide"}:
                continue
            plan = every.of(category)
            assert not plan.hold
            assert not any(hold.touches(category, segment.ages[category]) for hold in holds)
            if action.kind == "purge":
                assert at + plan.min <= now
            elif action.before and at <= action.before:
                assert plan.max is not None
                assert at + plan.max <= now


@given(st.dictionaries(names, plans), plans, stored(), st.integers(0, 40))
def test_what_is_past_its_maximum_never_stays_unnoticed(
    categories: dict[str, Plan], rest: Plan, records: list[tuple[str, datetime]], days: int
):
    every = Plans(rest, categories, {})
    now = EPOCH + days * DAY
    actions = due(every, [sealed(records)], now)
    noticed = {name for action in actions if action.kind != "archive" for name in action.categories}
    for category, at in records:
        most = every.of(category).max
        if most is not None and at + most <= now:
            assert category in noticed
