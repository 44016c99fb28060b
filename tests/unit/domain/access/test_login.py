"""When a log-in may be tried."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.access.account import Role, Session, Token, TokenId, User, UserName
from surefoot.domain.access.login import Failures, Patience, is_good, is_live, names_of, to_be_noted, wait

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PATIENCE = Patience(15 * MINUTE, 5, SECOND, 5 * MINUTE)
ANA = User(UserName("ana"), "Ana", Role.VIEWER, None, "", NOW)
SESSION = Session(b"", UserName("ana"), "", NOW, NOW + 12 * HOUR, NOW)


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (13, 256), (14, 300), (900, 300)]
)
def test_the_wait_doubles_after_the_free_failures(count: int, seconds: int):
    assert wait(Failures(count, NOW), PATIENCE, NOW) == seconds * SECOND


def test_a_wait_passes():
    assert wait(Failures(6, NOW), PATIENCE, NOW + SECOND) == SECOND
    assert wait(Failures(6, NOW), PATIENCE, NOW + 3 * SECOND) < timedelta()


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=10**6))
def test_nobody_waits_longer_than_the_longest_wait(count: int, passed: int):
    assert wait(Failures(count, NOW), PATIENCE, NOW + passed * SECOND) <= PATIENCE.longest


def test_a_session_ends_at_its_end_and_when_it_lies_unused():
    assert is_live(SESSION, ANA, HOUR, NOW + 59 * MINUTE)
    assert not is_live(SESSION, ANA, HOUR, NOW + HOUR)
    used = replace(SESSION, seen=NOW + 11 * HOUR + 30 * MINUTE)
    assert is_live(used, ANA, HOUR, NOW + 12 * HOUR - SECOND)
    assert not is_live(used, ANA, HOUR, NOW + 12 * HOUR)


def test_a_session_ends_with_its_user():
    assert not is_live(SESSION, None, HOUR, NOW)
    assert not is_live(SESSION, replace(ANA, active=False), HOUR, NOW)
    assert not is_live(SESSION, replace(ANA, name=UserName("bo")), HOUR, NOW)


def test_a_token_is_good_until_it_expires_or_is_revoked():
    token = Token(TokenId("1"), "ana", b"", frozenset(), NOW, expires=NOW + HOUR)
    assert is_good(token, NOW)
    assert not is_good(token, NOW + HOUR)
    assert not is_good(replace(token, revoked=NOW), NOW)
    assert is_good(replace(token, expires=None), NOW + 1000 * HOUR)


def test_a_use_is_noted_once_in_a_while():
    assert to_be_noted(None, MINUTE, NOW)
    assert not to_be_noted(NOW, MINUTE, NOW + 59 * SECOND)
    assert to_be_noted(NOW, MINUTE, NOW + MINUTE)


def test_an_address_counts_as_its_network_where_everybody_has_many():
    assert names_of("ana", "2001:db8:1:2::3") == names_of("ana", "2001:db8:1:2:ffff::9")
    assert names_of("ana", "192.0.2.1") != names_of("ana", "192.0.2.2")
    assert names_of("ana", "somewhere") == ("name:ana", "address:somewhere")
