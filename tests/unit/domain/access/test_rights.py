"""Who may do what."""

from datetime import UTC, datetime

import pytest

from surefoot.domain.access.account import LogRole, Role, Scope, Token, TokenId, User, UserName
from surefoot.domain.access.rights import (
    LOG_ROLES,
    ROLES,
    SCOPES,
    Actor,
    RefusalError,
    Right,
    demand,
    of_scopes,
    of_token,
    of_user,
    why_not,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def user(role: Role = Role.VIEWER, log_role: LogRole | None = None, *, active: bool = True) -> User:
    return User(UserName("ana"), "Ana", role, log_role, "", NOW, active)


def token(*scopes: Scope, program: bool = False) -> Token:
    return Token(TokenId("1"), "ana", b"", frozenset(scopes), NOW, program=program)


@pytest.mark.req("PLT-1")
def test_each_role_may_do_all_that_the_one_before_may():
    viewer, responder, admin = (ROLES[role] for role in Role)
    assert viewer < responder < admin
    operator, auditor, officer = (LOG_ROLES[role] for role in LogRole)
    assert operator < auditor < officer


@pytest.mark.req("PLT-1", "AUD-5")
@pytest.mark.parametrize("role", Role)
def test_nobody_reads_the_log_without_a_role_for_it(role: Role):
    log = {Right.READ_LOG, Right.READ_WHOLE_LOG, Right.REVEAL, Right.ERASE}
    assert not of_user(user(role)) & log
    assert of_user(user(role, LogRole.PRIVACY_OFFICER)) >= log


@pytest.mark.req("AUD-5")
def test_only_the_privacy_officer_opens_or_erases_personal_values():
    assert not LOG_ROLES[LogRole.AUDITOR] & {Right.REVEAL, Right.ERASE}
    assert not any(rights & {Right.REVEAL, Right.ERASE} for rights in SCOPES.values())


def test_whoever_was_deactivated_may_do_nothing():
    assert not of_user(user(Role.ADMIN, LogRole.AUDITOR, active=False))


def test_a_token_never_may_do_more_than_its_owner_may_now():
    assert of_token(token(Scope.ADMIN), user(Role.VIEWER)) == {Right.READ}
    assert of_token(token(Scope.READ), user(Role.ADMIN)) == {Right.READ}
    assert not of_token(token(Scope.ADMIN), user(Role.ADMIN, active=False))
    assert not of_token(token(Scope.ADMIN), None)


def test_a_programs_token_goes_on_without_its_owner():
    assert of_token(token(Scope.INTAKE, program=True), None) == {Right.INTAKE}


def test_an_intake_token_is_good_for_nothing_else():
    assert of_scopes([Scope.INTAKE]) == {Right.INTAKE}
    assert of_scopes([]) == frozenset()


def test_a_refusal_says_what_is_missing():
    person = Actor("user", "ana", of_user(user()))
    program = Actor("api_key", "1", of_scopes([Scope.READ]))
    assert why_not(person, Right.READ) == ""
    assert "the role `responder` or `admin`" in why_not(person, Right.RESPOND)
    assert "the scope `respond` or `admin`" in why_not(program, Right.RESPOND)
    assert "log in" in why_not(program, Right.ERASE)
    with pytest.raises(RefusalError, match="administrator") as refused:
        demand(person, Right.MANAGE)
    assert refused.value.kind == "forbidden"


def test_who_acts_is_the_user_even_through_a_token():
    assert Actor("user", "ana", frozenset()).name == "ana"
    assert Actor("api_key", "1", frozenset(), owner="ana").name == "ana"
    assert Actor("api_key", "1", frozenset()).name == ""
