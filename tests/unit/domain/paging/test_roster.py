"""Who stands behind a target."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.oncall.timeline import Holder, Segment, Why
from surefoot.domain.paging.ladder import Target
from surefoot.domain.paging.roster import Roster

pytestmark = pytest.mark.req("ONC-2")

T = datetime(2026, 3, 2, tzinfo=UTC)
H = timedelta(hours=1)
ANA, PAGER = Target("person", "ana"), Target("channel", "pager")
FIRST = Target("schedule", "first")
ROSTER = Roster(
    {"first": (Segment(T, T + H, (Holder("ana", Why("turn")),)), Segment(T + H, T + 2 * H, ()))}, {"shop": (PAGER,)}
)


@pytest.mark.parametrize(
    ("target", "hours", "found"),
    [(FIRST, 0, (ANA,)), (FIRST, 1, ()), (FIRST, -1, ()), (FIRST, 2, ()), (Target("schedule", "x"), 0, ())],
)
def test_a_schedule_means_who_is_on_call_then(target: Target, hours: int, found: tuple[Target, ...]):
    assert ROSTER.who(target, T + hours * H) == found


def test_a_team_means_its_members_and_a_person_themselves():
    assert ROSTER.who(Target("team", "shop"), T) == (PAGER,)
    assert ROSTER.who(Target("team", "x"), T) == ()
    assert ROSTER.who(ANA, T) == (ANA,)


def test_changes_are_the_borders_of_segments():
    assert ROSTER.changes == (T, T + H)
