"""The numbers of the server."""

from datetime import timedelta

import pytest

from surefoot.finding import Severity
from surefoot.spec import policy
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.model.policy_server import ServerNumbers
from surefoot.spec.source import Value


def numbers(**changes: Value) -> ServerNumbers:
    return policy.area("operations", OperationsPolicy, {"server": changes}, None)[0].server


@pytest.mark.req("PLT-1")
def test_a_spec_changes_what_it_names_and_nothing_else():
    changed, shipped = numbers(session={"length": "8h"}), numbers()
    assert changed.session.length == timedelta(hours=8)
    assert changed.session.idle == shipped.session.idle
    assert changed.login == shipped.login


def test_the_shipped_numbers_fit_together():
    found = numbers()
    assert found.session.touch < found.session.idle <= found.session.length
    assert found.login.wait.longest < found.login.window  # or a failure would be forgotten before its wait is over
    assert found.token.length <= found.token.longest


def test_a_session_in_use_must_not_end_for_want_of_notes():
    changes: dict[str, Value] = {"server": {"session": {"touch": "2h"}}}
    _, findings = policy.area("operations", OperationsPolicy, changes, None)
    (finding,) = findings
    assert finding.severity is Severity.ERROR
    assert "`touch` is not shorter than `idle`" in finding.message
