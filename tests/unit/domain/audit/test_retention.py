"""What the solver decides, and what is due for sealed segments."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.audit.retention import (
    PROPOSAL,
    Ages,
    Hold,
    Kept,
    Plan,
    Plans,
    Rule,
    Segment,
    clashes,
    due,
    solve,
)

pytestmark = pytest.mark.req("AUD-4")

DAY = timedelta(days=1)
YEAR = 365 * DAY
NOW = datetime(2030, 1, 1, tzinfo=UTC)
KEPT = Kept(30 * DAY, 100 * DAY, ("policy.audit.default",))


def plan(*rules: Rule, kept: Kept = KEPT) -> Plan:
    return solve(rules, kept)


def plans(*, rest: Plan | None = None, **categories: Plan) -> Plans:
    return Plans(rest or plan(), categories, {})


def segment(*, archived: bool = True, **days: int) -> Segment:
    """Each category with one record, so many days old."""
    return Segment(0, 65_535, {name: Ages(NOW - age * DAY, NOW - age * DAY) for name, age in days.items()}, archived)


def kinds(found: Plans, sealed: Segment, *holds: Hold) -> list[str]:
    return [action.kind for action in due(found, [sealed], NOW, holds)]


def test_the_strictest_rule_decides_each_bound():
    found = plan(Rule("hipaa", 6 * YEAR), Rule("pci", YEAR, hot=90 * DAY), Rule("own", most=8 * YEAR))
    assert (found.min, found.max) == (6 * YEAR, 8 * YEAR)
    assert found.keep == 6 * YEAR  # more than is chosen, for it is demanded
    assert found.hot == 90 * DAY


def test_what_is_at_hand_is_kept():
    found = plan(Rule("long", hot=200 * DAY))
    assert found.min == found.hot == found.keep == 200 * DAY


def test_without_a_rule_the_choice_holds():
    found = plan()
    assert (found.min, found.max, found.hot, found.keep) == (timedelta(), None, 30 * DAY, 100 * DAY)


def test_a_maximum_below_the_choice_wins():
    assert plan(Rule("own", most=20 * DAY)).keep == 20 * DAY
    assert plan(Rule("own", most=20 * DAY)).hot == 20 * DAY


def test_a_conflict_names_both_rules_and_keeps_what_is_demanded():
    found = plan(Rule("pci-dss", YEAR), Rule("shop", most=90 * DAY), Rule("free", 10 * DAY, 500 * DAY))
    (conflict,) = found.conflicts
    assert [rule.name for rule in conflict.rules] == ["pci-dss", "shop"]
    assert str(conflict) == "`pci-dss` demands records for at least 1y, `shop` allows at most 90d"
    assert found.keep == YEAR


def test_a_rule_that_contradicts_itself_is_a_conflict_alone():
    (conflict,) = clashes([Rule("own", 2 * YEAR, YEAR), Rule("other", 10 * DAY)])
    assert str(conflict) == "`own` demands records for at least 2y and allows at most 1y"


def test_a_hold_suspends_the_maximum_and_with_it_the_conflict():
    found = plan(Rule("pci-dss", YEAR), Rule("shop", most=90 * DAY), Rule("matter", hold=True))
    assert found.hold
    assert found.max is None
    assert found.conflicts == ()


def test_the_basis_of_each_rule_is_told_once():
    found = plan(Rule("pci-dss", YEAR, basis="PCI DSS 10.5.1"), Rule("own"), Rule("pci-dss", basis="PCI DSS 10.5.1"))
    assert found.basis == ("pci-dss: PCI DSS 10.5.1",)


def test_a_segment_is_archived_when_all_of_it_is_past_the_time_at_hand():
    assert kinds(plans(), segment(archived=False, data=30)) == ["archive"]
    assert kinds(plans(), segment(archived=False, data=30, operation=29)) == []
    assert kinds(plans(), segment(data=30)) == []


def test_a_segment_is_purged_when_all_of_it_is_past_its_time():
    assert kinds(plans(), segment(data=100)) == ["purge"]
    assert kinds(plans(), segment(data=100, operation=99)) == []


def test_a_segment_waits_for_the_category_that_is_kept_longest():
    long = plan(Rule("hipaa", 6 * YEAR))
    assert kinds(plans(data=long), segment(data=101, operation=101)) == []


def test_personal_values_go_where_the_segment_must_stay():
    short, long = plan(Rule("shop", most=20 * DAY)), plan(Rule("hipaa", 6 * YEAR))
    (action,) = due(plans(operation=short, data=long), [segment(data=25, operation=25)], NOW)
    assert (action.kind, action.categories) == ("erase", ("operation",))
    assert action.before == NOW - 20 * DAY
    assert action.why == "records are past 20d, the most that is allowed; the segment must stay"


def test_a_field_is_erased_before_its_record():
    found = Plans(plan(Rule("hipaa", 6 * YEAR)), {}, {"device": plan(Rule("own", most=20 * DAY))})
    (action,) = due(found, [segment(data=25)], NOW)
    assert (action.kind, action.fields, action.categories) == ("erase", ("device",), ("data",))


def test_a_conflict_waits_for_legal_and_destroys_nothing():
    found = plans(data=plan(Rule("pci-dss", YEAR), Rule("shop", most=20 * DAY)))
    (action,) = due(found, [segment(data=25)], NOW)
    assert action.kind == "decide"
    assert PROPOSAL in action.why
    assert kinds(found, segment(data=365)) == ["purge"]  # nobody demands it any longer


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        (Hold("matter"), []),
        (Hold("matter", frozenset({"data"})), []),
        (Hold("matter", frozenset({"operation"})), ["purge"]),
        (Hold("matter", since=NOW - 10 * DAY), ["purge"]),
        (Hold("matter", until=NOW - 200 * DAY), ["purge"]),
        (Hold("matter", since=NOW - 200 * DAY, until=NOW - 10 * DAY), []),
    ],
)
def test_a_hold_keeps_what_it_touches(hold: Hold, expected: list[str]):
    assert kinds(plans(), segment(data=150), hold) == expected


def test_a_hold_of_the_spec_keeps_a_category_and_archiving_goes_on():
    held = plans(data=plan(Rule("audit.retention.categories.data", hold=True)))
    assert kinds(held, segment(archived=False, data=1000)) == ["archive"]


def test_a_held_category_keeps_its_personal_values_and_others_lose_theirs():
    short = plan(Rule("shop", most=20 * DAY))
    actions = due(plans(rest=short), [segment(data=25, operation=25)], NOW, [Hold("matter", frozenset({"data"}))])
    assert [(action.kind, action.categories) for action in actions] == [("erase", ("operation",))]
