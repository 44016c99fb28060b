"""Ladders from the spec and the policy."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surefoot.domain.paging.ladder import Ladder, Rule, Step, Target, ladder_of, people_of, rules_of
from surefoot.spec import policy as shipped
from surefoot.spec.model.oncall import Escalation, LastResortModel
from surefoot.spec.model.policy_operations import OperationsPolicy

pytestmark = pytest.mark.req("ONC-2")

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
M = timedelta(minutes=1)
DARA = LastResortModel.model_validate({"people": ["dara"], "channels": ["phone"]})
POLICY = shipped.area("operations", OperationsPolicy, {}, None)[0]


def ladder(profile: str = "four-steps", **fields: Any) -> Ladder:
    return ladder_of(Escalation.model_validate(fields), POLICY.escalation_profiles[profile], DARA, "UTC")


def test_the_four_steps_hold_5_10_15_and_30_minutes():
    found = ladder(profile="four-steps", primary="p", secondary="s", lead="bo", executive="vp")
    assert [(str(*step.page), step.hold // M) for step in found.steps] == [
        ("schedule:p", 5),
        ("schedule:s", 10),
        ("person:bo", 15),
        ("person:vp", 30),
    ]
    assert (found.passes, found.unanswered) == (3, 30 * M)
    assert found.last_resort == (Target("person", "dara"), Target("channel", "phone"))


def test_the_three_steps_page_management_for_p1_alone():
    found = ladder("three-steps", primary="p", secondary="s", management="boss")
    assert [(step.hold // M, step.priorities) for step in found.steps] == [(15, ()), (30, ()), (30, ("P1",))]


def test_a_role_that_is_left_open_finds_nobody():
    assert ladder(primary="p").steps[1].page == ()


def test_own_steps_replace_the_profile():
    steps = [{"page": ["primary", "person:ana", "team:x", "channel:c", "schedule:q"], "hold": "1m", "only": "sat-sun"}]
    found = ladder(primary="p", steps=steps, repeats=2, unanswered="10m")
    assert [str(target) for target in found.steps[0].page] == [
        "schedule:p",
        "person:ana",
        "team:x",
        "channel:c",
        "schedule:q",
    ]
    assert found.steps[0].only[0].zone == "UTC"
    assert (found.passes, found.unanswered, found.first_hold) == (2, 10 * M, M)


def test_without_steps_the_hold_is_that_of_repeats():
    empty = Ladder((), 3, 30 * M, (Target("person", "dara"),))
    assert empty.first_hold == 30 * M


def test_rules_are_the_policys():
    rules = rules_of(POLICY.priorities)
    assert rules["P1"] == Rule(("page", "call"), 5 * M, repeat=True)
    assert rules["P3"] == Rule(("chat",), 240 * M, late="business-hours")
    assert rules["P4"].respond is None
    assert [rules[name].pages for name in ("P1", "P2", "P3", "P4")] == [True, True, False, False]


def test_a_channel_is_paged_itself():
    step = Step((Target("channel", "pager"), Target("schedule", "p")), M)
    assert people_of(step, lambda *_: (Target("person", "ana"),), T)[0] == (
        Target("channel", "pager"),
        Target("person", "ana"),
    )
