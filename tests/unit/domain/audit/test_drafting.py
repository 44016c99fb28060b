"""Personal values are found, and leave the event before it enters the log."""

from pathlib import Path

import pytest

from surefoot.domain.audit.canonical import opened, sealed
from surefoot.domain.audit.catalogue import Catalogue, EventType, catalogue
from surefoot.domain.audit.commitment import Concealed, Opening, Place, pseudonym, seal
from surefoot.domain.audit.drafting import Draft, Facts, Personal, build, draft
from surefoot.domain.audit.record import Actor, ActorType, Change, Outcome, Status, Target
from surefoot.errors import RecordRefused
from tests.unit.domain.audit.events import AT, ID, event
from tests.workspaces import resolved

pytestmark = pytest.mark.req("AUD-4")

KEY = b"k" * 32
TYPE = EventType("order.refund", "data", "high", ("amount",), ("email", "customer.name"), "Money goes back.", "spec")


@pytest.fixture
def found(tmp_path: Path) -> Catalogue:
    return catalogue(resolved(tmp_path, "service: checkout\n"))


def concealed(one: Draft) -> list[Concealed]:
    return [
        seal(Opening(Place(ID, each.field), each.value, bytes([at]) * 16), each.subject, KEY, bytes([at]) * 12)
        for at, each in enumerate(one.personal)
    ]


def facts(**changed: object) -> Facts:
    base: dict[str, object] = {
        "actor": Actor(ActorType.USER, "ana", "192.0.2.7"),
        "target": Target("order", "7"),
        "outcome": Outcome(Status.SUCCESS),
    }
    return Facts(**{**base, **changed})  # type: ignore[arg-type]


def test_an_event_gets_name_category_and_description_of_its_type():
    plain = build(TYPE, facts(detail={"amount": "5"}), id=ID, at=AT).plain
    assert (plain.id, plain.timestamp) == (ID, AT)
    assert (plain.action.type, plain.action.category, plain.action.description) == (
        "order.refund",
        "data",
        "Money goes back.",
    )


def test_a_user_is_personal_in_events_of_every_type():
    assert build(TYPE, facts(), id=ID, at=AT).personal == (
        Personal("actor.id", "ana", "user/ana"),
        Personal("actor.ip_address", "192.0.2.7", "user/ana"),
    )


def test_programs_and_things_are_not_personal():
    program = facts(actor=Actor(ActorType.API_KEY, "batch", "192.0.2.9"))
    assert build(TYPE, program, id=ID, at=AT).personal == ()


def test_declared_fields_are_found_in_detail_and_changes():
    given = facts(
        actor=Actor(ActorType.SYSTEM, "billing"),
        target=Target("user", "bo"),
        detail={"email": "bo@shop.example", "customer": {"name": "Bo"}},
        changes=(Change("email", None, "new@shop.example"), Change("state", "open", "paid")),
    )
    assert build(TYPE, given, id=ID, at=AT).personal == (
        Personal("target.id", "bo", "user/bo"),
        Personal("detail.email", "bo@shop.example", "user/bo"),
        Personal("changes[0].new_value", "new@shop.example", "user/bo"),
        Personal("detail.customer.name", "Bo", "user/bo"),
    )


def test_without_a_user_a_value_is_about_the_target():
    given = facts(actor=Actor(ActorType.SYSTEM, "billing"), detail={"email": "bo@shop.example"})
    assert build(TYPE, given, id=ID, at=AT).personal == (Personal("detail.email", "bo@shop.example", "order/7"),)


def test_the_device_of_a_login_is_personal(found: Catalogue):
    one = draft(found.types["login.failure"], event())
    assert [each.field for each in one.personal] == ["actor.id", "actor.ip_address", "detail.device"]


def test_the_log_gets_pseudonyms_and_commitments_and_no_value():
    given = facts(detail={"amount": "5", "email": "ana@shop.example", "customer": {"name": "Ana Example"}})
    one = build(TYPE, given, id=ID, at=AT)
    boxes = concealed(one)
    entered = one.concealed(boxes)
    name = pseudonym("user/ana", KEY)
    assert entered.actor == Actor(ActorType.USER, name, name)
    assert entered.detail["email"] == name
    assert entered.detail["customer"] == {"name": name}
    assert entered.detail["amount"] == "5"
    assert entered.detail["personal"] == [
        {"field": box.place.field, "commitment": box.commitment} for box in sorted(boxes, key=lambda b: b.place.field)
    ]
    body = sealed(entered).body
    assert b"ana" not in body.lower()
    assert b"192.0.2.7" not in body
    assert opened(body) == entered


def test_values_of_changes_are_replaced_one_by_one():
    given = facts(changes=(Change("email", "old@x", "new@x"), Change("state", "open", "paid")))
    one = build(TYPE, given, id=ID, at=AT)
    name = pseudonym("user/ana", KEY)
    assert one.concealed(concealed(one)).changes == (Change("email", name, name), Change("state", "open", "paid"))


def test_a_value_that_was_not_sealed_never_enters():
    one = build(TYPE, facts(), id=ID, at=AT)
    with pytest.raises(RecordRefused, match=r"actor\.ip_address: is personal"):
        one.concealed(concealed(one)[:1])
    foreign = [Concealed(Place("another", each.field), "sha256:", "subject:", b"") for each in one.personal]
    with pytest.raises(RecordRefused, match="in the clear"):
        one.concealed(foreign)


def test_without_personal_values_the_event_stays_as_it_is():
    one = build(TYPE, facts(actor=Actor(ActorType.SYSTEM, "billing")), id=ID, at=AT)
    assert one.concealed([]) is one.plain


def test_a_sender_cannot_write_commitments():
    with pytest.raises(RecordRefused, match=r"detail\.personal: is written by the log itself"):
        build(TYPE, facts(detail={"personal": []}), id=ID, at=AT)
