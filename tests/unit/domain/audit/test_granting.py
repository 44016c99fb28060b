"""The account's log role, narrowed by the section ``access``."""

from pathlib import Path

import pytest

from surefoot.domain.audit.granting import grant
from surefoot.spec.system import System
from tests.workspaces import resolved

pytestmark = pytest.mark.req("AUD-5")
SPEC = """
services:
  checkout: {owner: payments}
  web: {owner: storefront}
people: {ana: {name: Ana}, bo: {name: Bo}, dara: {name: Dara}}
teams:
  payments: {members: [ana]}
  storefront: {members: [bo]}
access:
  both: {role: operator, people: dara, services: [web, checkout]}
  data: {role: auditor, people: dara, categories: [data]}
  logins: {role: auditor, people: dara, categories: [authentication]}
"""


@pytest.fixture
def system(tmp_path: Path) -> System:
    return resolved(tmp_path, SPEC)


def test_an_operator_without_an_entry_sees_the_services_of_their_teams(system: System):
    assert grant(system, "ana", "operator").services == {"checkout"}
    assert grant(system, "nobody", "operator").services == frozenset()


def test_an_entry_tells_an_operators_services(system: System):
    assert grant(system, "dara", "operator").services == {"web", "checkout"}


def test_entries_narrow_an_auditor_to_their_categories(system: System):
    assert grant(system, "dara", "auditor").categories == {"data", "authentication"}
    assert grant(system, "ana", "auditor").categories == frozenset()


def test_an_entry_gives_nobody_a_role_that_the_account_has_not(system: System):
    assert not grant(system, "dara", "operator").proofs
    assert grant(system, "dara", "privacy-officer").categories == frozenset()
