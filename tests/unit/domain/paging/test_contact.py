"""How a person is reached."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surefoot.domain.paging.contact import Contact, Way, channel_contact, contact_of, longest_wait, quiet_until, ways
from surefoot.domain.paging.ladder import Means
from surefoot.spec.model.forms import Priority
from surefoot.spec.model.oncall import Person

pytestmark = pytest.mark.req("ALR-4", "ONC-3")

S = timedelta(seconds=1)
NIGHT = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
DAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def contact(**fields: Any) -> Contact:
    return contact_of(Person.model_validate({"name": "Ana", **fields}), ("P1", "P2"), "UTC")


def named(contact: Contact, priority: Priority = "P2", means: tuple[Means, ...] = ("page",)) -> list[str]:
    return [str(way) for way in ways(contact, priority, means)]


def test_ways_come_in_the_persons_order():
    ana = contact(reach=["push", {"by": "phone", "after": "2m"}, "channel:ops"], contact={"P3": "chat"})
    assert ways(ana, "P2", ("page",)) == (
        Way("push"),
        Way("phone", after=timedelta(minutes=2)),
        Way("channel", "ops"),
    )
    assert named(ana, "P3") == ["chat"]


def test_without_an_order_whatever_the_person_has_is_used():
    ana = contact(email="a@b.example", phone="+49 30 000001", accounts={"ntfy": "x", "slack": "U1"})
    assert named(ana) == ["push", "phone", "chat", "email"]
    assert named(contact()) == []


def test_a_priority_that_demands_a_call_gets_one_if_there_is_a_number():
    assert named(contact(reach="push", phone="+49 30 000001"), "P1", ("page", "call")) == ["push", "phone"]
    assert named(contact(reach="push"), "P1", ("page", "call")) == ["push"]
    assert named(contact(reach=["phone", "push"], phone="+49 30 000001"), "P1", ("call",)) == ["phone", "push"]


def test_a_channel_stands_for_itself():
    assert named(channel_contact("pager")) == ["channel:pager"]


@pytest.mark.parametrize(
    ("priority", "now", "until"),
    [
        ("P1", NIGHT, NIGHT),
        ("P2", NIGHT, NIGHT),
        ("P3", NIGHT, datetime(2026, 3, 3, 6, 0, tzinfo=UTC)),  # 07:00 in Berlin
        ("P3", DAY, DAY),
    ],
)
def test_quiet_hours_hold_up_what_does_not_wake(priority, now, until):
    ana = contact(quiet="22:00-07:00", timezone="Europe/Berlin")
    assert quiet_until(ana, priority, now) == until


def test_a_person_says_what_wakes():
    ana = contact(quiet={"hours": "22:00-07:00", "wake": ["P1"]})
    assert quiet_until(ana, "P2", NIGHT) > NIGHT


def test_quiet_hours_that_never_end_hold_nothing_up():
    assert quiet_until(contact(quiet="mon-sun"), "P3", NIGHT) == NIGHT


def test_the_longest_wait_counts_every_way():
    ana = contact(reach=["push", "sms", "phone"])
    assert longest_wait(ana, "P1", ("page",), 10 * S, DAY) == 70 * S
    assert longest_wait(contact(), "P1", ("page",), 10 * S, DAY) is None


def test_quiet_hours_are_no_way():
    ana = contact(reach="push", quiet="22:00-07:00")
    assert longest_wait(ana, "P3", ("chat",), 10 * S, NIGHT) is None
    assert longest_wait(ana, "P1", ("page",), 10 * S, NIGHT) == 10 * S
