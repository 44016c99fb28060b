"""Planned work."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surefoot.domain.alerts.maintenance import Subject, Work, ends, next_reminder, silenced_by, work_of
from surefoot.spec.model.incident import Maintenance

pytestmark = pytest.mark.req("INC-2")

BERLIN = "Europe/Berlin"
SEARCH = Subject("search", "production", "eu", {"job": "index"})


def work(**fields: Any) -> Work:
    return work_of("w", Maintenance.model_validate({"reason": "upgrade", "services": "search", **fields}), BERLIN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WEEKLY = work(weekly="sun 02:00-04:00", remind="1h")
ONCE = work(**{"from": "2027-01-17 03:00", "until": "2027-01-17 04:00"})


@pytest.mark.parametrize(
    ("now", "silenced"),
    [
        ("2026-01-18 00:59", False),
        ("2026-01-18 01:00", True),
        ("2026-01-18 02:59", True),
        ("2026-01-18 03:00", False),
        ("2026-07-19 00:00", True),  # summer time
        ("2026-07-19 02:00", False),
        ("2026-01-19 01:30", False),
    ],
)
def test_recurring_work_goes_by_the_clock_on_the_wall(now, silenced):
    assert (silenced_by([WEEKLY], SEARCH, utc(now)) is WEEKLY) is silenced


@pytest.mark.parametrize(
    ("now", "silenced"), [("2027-01-17 01:59", False), ("2027-01-17 02:00", True), ("2027-01-17 03:00", False)]
)
def test_work_that_happens_once_has_a_beginning_and_an_end(now, silenced):
    assert (silenced_by([ONCE], SEARCH, utc(now)) is ONCE) is silenced


def test_an_offset_in_a_moment_is_kept():
    exact = work(**{"from": "2027-01-17 03:00Z", "until": "2027-01-17 04:00Z"})
    assert ends(exact, utc("2027-01-17 03:30")) == utc("2027-01-17 04:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"services": "cart"},
        {"environments": "staging"},
        {"regions": "us"},
        {"labels": {"job": "other"}},
    ],
)
def test_whatever_the_work_names_has_to_be_the_alerts(fields):
    assert silenced_by([work(weekly="mon-sun", **fields)], SEARCH, utc("2026-01-18 02:00")) is None


def test_of_several_works_the_longest_counts():
    long = work(weekly="sun 02:00-06:00")
    assert silenced_by([WEEKLY, long], SEARCH, utc("2026-01-18 02:00")) is long


def test_work_without_a_pause_is_looked_at_after_a_week_or_at_its_end():
    now = utc("2026-01-18 02:00")
    assert ends(work(weekly="mon-sun"), now) == now + timedelta(weeks=1)
    assert ends(work(weekly="mon-sun", until="2026-01-19 00:00"), now) == utc("2026-01-18 23:00")


def test_the_owner_is_reminded_while_it_lasts():
    began = utc("2026-01-18 01:00")
    assert next_reminder(WEEKLY, began, began) == utc("2026-01-18 02:00")
    assert next_reminder(WEEKLY, began, utc("2026-01-18 02:00")) is None
    assert next_reminder(ONCE, began, began) is None
