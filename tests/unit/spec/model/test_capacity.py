from datetime import date

import pytest

from tests.unit.spec.model.complaint import complaint, load


def test_a_launch_is_a_factor_and_perhaps_a_day():
    plan = load("capacity", "{launches: {eu: x2.5 on 2026-12-01, asia: {factor: 3, services: web}}}")
    assert (plan.launches["eu"].factor, plan.launches["eu"].on) == (2.5, date(2026, 12, 1))
    assert (plan.launches["asia"].factor, plan.launches["asia"].on) == (3.0, None)


@pytest.mark.parametrize(
    ("text", "place", "message", "cure"),
    [
        ("{launches: {eu: double}}", "launches.eu", "`double` is not a launch", "write `x3` or `x2.5 on 2026-12-01`"),
        ("{launches: {eu: x3 on 2026-13-01}}", "launches.eu.on", "`2026-13-01` is not a date",
         "write it as year-month-day, such as `2026-10-01`"),
        ("{resources: {a: {service: web, use: q}}}", "resources.a", "the limit is missing", "write `limit: 1000`"),
        ("{resources: {a: {use: q, limit: 1}}}", "resources.a", "the owner of the resource is missing",
         "write `service: checkout`"),
        ("{headroom: 30}", "headroom", "`30` has no `%`", "write `30%`"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_with_a_cure(text, place, message, cure):
    assert complaint("capacity", text) == (place, message, cure)
