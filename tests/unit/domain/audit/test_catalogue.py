"""The types of events, and what each must capture."""

from pathlib import Path

import pytest

from surefoot.domain.audit.catalogue import Catalogue, catalogue, conform
from surefoot.domain.audit.record import Actor, ActorType, Change, Outcome, Status, Target
from tests.unit.domain.audit.events import event
from tests.workspaces import resolved

pytestmark = pytest.mark.req("AUD-1")

SPEC = """
service: checkout
audit:
  events:
    order.refund: {category: data, priority: high, capture: [amount, order.id], personal: [email]}
    login.failure: {category: authentication, priority: critical, capture: [country]}
  categories: {data: {unavailable: block, description: What customers own.}, debug: {unavailable: drop+count}}
"""


@pytest.fixture
def found(tmp_path: Path) -> Catalogue:
    return catalogue(resolved(tmp_path, SPEC))


PROMISED = {
    "login.success": {"user": "actor.id", "ip_address": "actor.ip_address", "device": "detail.device"},
    "login.failure": {"user": "actor.id", "ip_address": "actor.ip_address", "device": "detail.device"},
    "password.change": {"user": "actor.id", "outcome": "outcome.status"},
    "mfa.enrol": {"user": "actor.id", "method": "detail.method"},
    "mfa.verify": {"user": "actor.id", "method": "detail.method"},
    "entity.create": {"entity": "target.type", "id": "target.id", "who": "actor.id", "changes": "changes"},
    "entity.update": {"entity": "target.type", "id": "target.id", "who": "actor.id", "changes": "changes"},
    "entity.delete": {"entity": "target.type", "id": "target.id", "who": "actor.id", "changes": "changes"},
    "sensitive.view": {"who": "actor.id", "what": "target.id"},
    "data.export": {"who": "actor.id", "scope": "detail.scope", "format": "detail.format"},
    "user.create": {"user": "target.id", "by": "actor.id"},
    "user.deactivate": {"user": "target.id", "by": "actor.id"},
    "setting.change": {"setting": "target.id", "old": "changes.old_value", "new": "changes.new_value"},
    "permission.grant": {"who": "actor.id", "to": "target.id", "what": "detail.what"},
    "permission.revoke": {"who": "actor.id", "to": "target.id", "what": "detail.what"},
}


@pytest.mark.parametrize("name", PROMISED)
def test_every_promised_event_captures_its_fields_at_their_places(name: str, tmp_path: Path):
    event_type = catalogue(resolved(tmp_path, "service: checkout\n")).types[name]
    assert {field: event_type.place(field) for field in event_type.capture} == PROMISED[name]
    assert event_type.source == "built in"
    assert event_type.description


def test_the_spec_adds_types(found: Catalogue):
    refund = found.types["order.refund"]
    assert (refund.category, refund.priority, refund.source) == ("data", "high", "spec")
    assert refund.personal == ("email",)


def test_a_changed_built_in_type_still_captures_what_was_promised(found: Catalogue):
    failure = found.types["login.failure"]
    assert failure.capture == ("user", "ip_address", "device", "country")
    assert failure.priority == "critical"
    assert failure.source == "built in, extended by the spec"


def test_categories_say_what_happens_while_the_log_is_away(found: Catalogue):
    assert found.unavailable("data") == "block"  # said by the spec
    assert found.unavailable("authentication") == "spool"  # by the policy
    assert found.unavailable("debug") == "drop+count"
    assert found.unavailable("never-heard-of") == "spool"
    assert {"data", "debug", "evidence", "authentication"} <= set(found.categories)


def test_a_complete_event_conforms(found: Catalogue):
    assert found.refusals(event(detail={"device": "phone", "country": "pt"})) == []


def test_each_missing_field_is_named_with_its_place(found: Catalogue):
    bare = event(actor=Actor(ActorType.USER, "ana"), detail={})
    assert [(one.field, one.message) for one in conform(found.types["login.failure"], bare)] == [
        ("actor.ip_address", "`login.failure` must capture `ip_address`: write it at `actor.ip_address`"),
        ("detail.device", "`login.failure` must capture `device`: write it at `detail.device`"),
        ("detail.country", "`login.failure` must capture `country`: write it at `detail.country`"),
    ]


def test_an_update_without_changes_is_refused(found: Catalogue):
    nothing = event("entity.update", category="data", target=Target("order", "7"), detail={})
    assert [one.field for one in found.refusals(nothing)] == ["changes"]
    change = (Change("state", None, "paid"),)
    assert found.refusals(event("entity.update", category="data", target=Target("order", "7"), changes=change)) == []


def test_a_setting_that_is_new_has_no_old_value(found: Catalogue):
    made = event(
        "setting.change",
        category="administration",
        target=Target("setting", "theme"),
        changes=(Change("theme", None, "dark"),),
        outcome=Outcome(Status.SUCCESS),
    )
    assert found.refusals(made) == []


def test_a_field_may_stand_deeper_in_the_detail(found: Catalogue):
    nested = event("order.refund", category="data", detail={"amount": "5.00", "order": {"id": 7}})
    assert found.refusals(nested) == []
    assert found.refusals(event("order.refund", category="data", detail={"amount": "5", "order.id": 7})) == []


def test_another_category_is_refused(found: Catalogue):
    (refusal,) = found.refusals(event(category="data", detail={"device": "phone", "country": "pt"}))
    assert refusal.field == "action.category"
    assert "belongs to the category `authentication`" in refusal.message


def test_an_unknown_type_is_refused_with_the_nearest_or_the_way_to_declare_it(found: Catalogue):
    (near,) = found.refusals(event("login.failed"))
    assert near.message == "there is no type of event `login.failed`; write `login.failure`"
    (far,) = found.refusals(event("weather.rain"))
    assert "declare it: `audit: {events: {weather.rain: …}}`" in far.message
