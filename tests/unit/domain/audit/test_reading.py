"""Who may read what."""

from pathlib import Path

import pytest

from surefoot.domain.audit.catalogue import Catalogue, catalogue
from surefoot.domain.audit.commitment import Opening, Place, seal
from surefoot.domain.audit.drafting import draft
from surefoot.domain.audit.reading import HIDDEN, Grant, grants, mask, service
from surefoot.domain.audit.record import Target
from surefoot.spec.system import System
from tests.unit.domain.audit.events import ID, event
from tests.workspaces import resolved

pytestmark = pytest.mark.req("AUD-5")

SPEC = """
services:
  checkout: {owner: payments}
  web: {owner: storefront}
people:
  ana: {name: Ana}
  bo: {name: Bo}
  dara: {name: Dara}
teams:
  payments: {members: [ana]}
  storefront: {members: [bo]}
audit: {tenants: [eu]}
access:
  ours: {role: operator, teams: payments}
  own: {role: operator, people: bo}
  named: {role: operator, people: dara, services: [web]}
  audit: {role: auditor, people: dara, categories: [data], tenants: [eu]}
  privacy: {role: privacy-officer, people: dara, purpose: requests}
"""

AUDITOR = Grant("audit", "auditor")
PRIVACY = Grant("privacy", "privacy-officer")


@pytest.fixture
def system(tmp_path: Path) -> System:
    return resolved(tmp_path, SPEC)


@pytest.fixture
def found(system: System) -> Catalogue:
    return catalogue(system)


def test_a_team_reads_of_its_own_services(system: System):
    assert grants(system, "ana") == [Grant("ours", "operator", frozenset({"checkout"}))]


def test_a_person_reads_of_the_services_of_their_teams(system: System):
    assert grants(system, "bo") == [Grant("own", "operator", frozenset({"web"}))]


def test_somebody_may_hold_several_grants(system: System):
    assert grants(system, "dara") == [
        Grant("named", "operator", frozenset({"web"})),
        Grant("audit", "auditor", categories=frozenset({"data"}), tenants=frozenset({"eu"})),
        Grant("privacy", "privacy-officer"),
    ]
    assert grants(system, "nobody") == []


def test_roles_say_who_opens_and_who_takes_proofs():
    assert [(grant.opens, grant.proofs) for grant in (Grant("o", "operator"), AUDITOR, PRIVACY)] == [
        (False, False),
        (False, True),
        (True, True),
    ]


def test_an_operator_sees_events_of_own_services_only(found: Catalogue):
    mine = Grant("o", "operator", frozenset({"checkout"}))
    assert mask(event(), mine, found) is not None
    assert mask(event(target=Target("service", "web")), mine, found) is None
    assert mask(event(target=Target("order", "7")), mine, found) is None
    assert mask(event(target=Target("order", "7"), detail={"service": "checkout"}), mine, found) is not None


def test_a_grant_may_be_limited_to_categories(found: Catalogue):
    limited = Grant("a", "auditor", categories=frozenset({"data"}))
    assert mask(event(), limited, found) is None


def test_values_in_the_clear_are_hidden_from_all_but_the_privacy_officer(found: Catalogue):
    seen = mask(event(), AUDITOR, found)
    assert seen is not None
    assert (seen.actor.id, seen.actor.ip_address, seen.detail["device"]) == (HIDDEN, HIDDEN, HIDDEN)
    assert seen.outcome.reason == "wrong password"
    assert mask(event(), PRIVACY, found) == event()


def test_pseudonyms_are_shown_to_everybody(found: Catalogue):
    one = draft(found.types["login.failure"], event())
    entered = one.concealed(
        seal(Opening(Place(ID, each.field), each.value, b"s" * 16), each.subject, b"k" * 32, b"n" * 12)
        for each in one.personal
    )
    assert mask(entered, AUDITOR, found) == entered


def test_the_service_of_an_event_is_named_or_its_target():
    assert service(event()) == "checkout"
    assert service(event(detail={"service": "web"})) == "web"
    assert service(event(target=Target("order", "7"), detail={"service": 1})) is None
