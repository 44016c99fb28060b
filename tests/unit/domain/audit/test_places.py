"""Where captured fields stand, and how their values are replaced."""

import pytest

from surefoot.domain.audit.places import missing, place, replaced, values
from surefoot.domain.audit.record import Actor, ActorType, Change, Target
from tests.unit.domain.audit.events import event

pytestmark = pytest.mark.req("AUD-1")


@pytest.mark.parametrize(
    ("field", "capture", "expected"),
    [
        ("user", (), "actor.id"),
        ("user", ("by",), "target.id"),
        ("what", (), "target.id"),
        ("what", ("who", "to"), "detail.what"),
        ("amount", (), "detail.amount"),
        ("order.id", (), "detail.order.id"),
        ("target.type", (), "target.type"),
    ],
)
def test_a_field_has_one_place(field: str, capture: tuple[str, ...], expected: str):
    assert place(field, capture) == expected


def test_empty_text_is_missing_and_zero_is_not():
    assert missing(event(target=Target("order", "")), "target.id")
    assert missing(event(actor=Actor(ActorType.USER, "ana")), "actor.ip_address")
    assert not missing(event(detail={"amount": 0}), "detail.amount")
    assert not missing(event(detail={"sent": False}), "detail.sent")


def test_old_and_new_values_are_found_apart():
    one = event(changes=(Change("a", 1, 2), Change("b", None, 3)))
    assert list(values(one, "old", "changes.old_value")) == [("changes[0].old_value", 1)]
    assert [where for where, _ in values(one, "changes", "changes")] == [
        "changes[0].old_value",
        "changes[0].new_value",
        "changes[1].new_value",
    ]


def test_values_are_replaced_wherever_they_stand():
    one = event(changes=(Change("a", 1, 2),), detail={"x": {"y": "deep", "z": 1}, "x.w": "flat", "list": ["untouched"]})
    by = dict.fromkeys(
        (
            "actor.id",
            "actor.ip_address",
            "target.id",
            "outcome.reason",
            "changes[0].old_value",
            "detail.x.y",
            "detail.x.w",
        ),
        "gone",
    )
    found = replaced(one, by)
    assert (found.actor.id, found.actor.ip_address, found.target.id, found.outcome.reason) == ("gone",) * 4
    assert found.changes == (Change("a", "gone", 2),)
    assert found.detail == {"x": {"y": "gone", "z": 1}, "x.w": "gone", "list": ["untouched"]}
    assert one.detail["x"] == {"y": "deep", "z": 1}
