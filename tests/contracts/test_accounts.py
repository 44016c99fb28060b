"""What every store promises of accounts, and what logging in promises with many at once."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.access.account import LogRole, Role, Scope, Session, Token, TokenId, User, UserName
from surefoot.domain.access.rights import Actor, RefusalError, Right
from surefoot.domain.access.tokens import digest
from surefoot.domain.audit.catalogue import catalogue
from surefoot.domain.audit.record import Event
from surefoot.ports.store import Store, Transaction
from surefoot.run.access import people
from surefoot.run.access.login import Asked, Attempt, Keys, ask, session_of, succeed
from surefoot.run.access.people import By, Wanted
from surefoot.run.access.recording import Recording
from surefoot.spec import policy
from surefoot.spec.decode import Decoder
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.resolve import resolve

NOW = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANA, BO = UserName("ana"), UserName("bo")
USER = User(ANA, "Ana Example", Role.ADMIN, LogRole.AUDITOR, "$argon2id$...", NOW)
SESSION = Session(b"1" * 32, ANA, "csrf", NOW, NOW + HOUR, NOW, "127.0.0.1")
TOKEN = Token(
    TokenId("01"), "ana", b"2" * 32, frozenset({Scope.READ, Scope.AUDIT_APPEND}), NOW, NOW + HOUR, title="for a test"
)
NUMBERS = policy.area("operations", OperationsPolicy, {}, None)[0].server


class Door:
    def record(self, tx: Transaction, event: Event) -> None:
        """Take it and forget it."""


RECORDING = Recording(Door(), catalogue(resolve(Decoder().spec(()), {}, {})[0]), lambda: str(uuid.uuid4()))
BY = By(Actor("system", "test", frozenset(Right)), RECORDING)


@pytest.fixture
def filled(store: Store) -> Store:
    """Return a store with a user, her session and her token."""

    def work(tx: Transaction) -> None:
        tx.accounts.add(USER)
        tx.accounts.open(SESSION)
        tx.accounts.add_token(TOKEN)

    store.write(work)
    return store


@pytest.mark.req("PLT-1")
def test_everything_of_an_account_comes_back_as_it_was(filled: Store):
    assert filled.read(lambda tx: tx.accounts.user(ANA)) == USER
    assert filled.read(lambda tx: tx.accounts.session(SESSION.digest)) == SESSION
    assert filled.read(lambda tx: tx.accounts.token(TOKEN.digest)) == TOKEN


def test_what_is_not_there_is_none(store: Store):
    assert store.read(lambda tx: tx.accounts.user(ANA)) is None
    assert store.read(lambda tx: tx.accounts.session(b"")) is None
    assert store.read(lambda tx: tx.accounts.token(b"")) is None
    assert store.read(lambda tx: (tx.accounts.users(), tx.accounts.tokens())) == ([], [])


def test_a_changed_user_is_replaced_whole(filled: Store):
    after = replace(USER, display="A", role=Role.VIEWER, log_role=None, password="", active=False)
    filled.write(lambda tx: tx.accounts.change(after))
    assert filled.read(lambda tx: tx.accounts.users()) == [after]


def test_tokens_are_used_and_revoked(filled: Store):
    filled.write(lambda tx: tx.accounts.use_token(TOKEN.id, NOW + MINUTE))
    filled.write(lambda tx: tx.accounts.revoke_token(TOKEN.id, NOW + HOUR))
    later = replace(TOKEN, id=TokenId("02"), digest=b"3", created=NOW + MINUTE)
    filled.write(lambda tx: tx.accounts.add_token(later))
    assert filled.read(lambda tx: tx.accounts.tokens()) == [
        later,
        replace(TOKEN, used=NOW + MINUTE, revoked=NOW + HOUR),
    ]


def test_sessions_are_seen_and_closed(filled: Store):
    other = replace(SESSION, digest=b"4")
    filled.write(lambda tx: (tx.accounts.open(other), tx.accounts.see(other.digest, NOW + MINUTE)))
    assert filled.read(lambda tx: tx.accounts.session(other.digest)) == replace(other, seen=NOW + MINUTE)
    filled.write(lambda tx: tx.accounts.close(other.digest))
    assert filled.read(lambda tx: tx.accounts.session(other.digest)) is None
    filled.write(lambda tx: tx.accounts.close_all(ANA))
    assert filled.read(lambda tx: tx.accounts.session(SESSION.digest)) is None


def test_failures_are_counted_by_key_and_time_and_forgiven(store: Store):
    def fail(tx: Transaction) -> None:
        for key, at in (("a", NOW), ("a", NOW + MINUTE), ("a", NOW + MINUTE), ("b", NOW)):
            tx.accounts.failed(key, at)

    def count(key: str, since: datetime = NOW) -> tuple[int, datetime | None]:
        found = store.read(lambda tx: tx.accounts.failures(key, since))
        return found.count, found.last

    store.write(fail)
    assert count("a") == (3, NOW + MINUTE)
    assert count("a", NOW + MINUTE) == (2, NOW + MINUTE)
    assert count("c") == (0, None)
    store.write(lambda tx: tx.accounts.forgive("a", NOW + MINUTE))
    assert count("a") == (2, NOW + MINUTE)
    store.write(lambda tx: tx.accounts.forgive("a"))
    assert (count("a"), count("b")) == ((0, None), (1, NOW))


def test_sweeping_drops_what_is_over(filled: Store):
    def work(tx: Transaction) -> None:
        tx.accounts.failed("a", NOW)
        tx.accounts.sweep(NOW)

    filled.write(work)
    assert filled.read(lambda tx: tx.accounts.session(SESSION.digest)) == SESSION
    filled.write(lambda tx: tx.accounts.sweep(NOW + 2 * HOUR))
    assert filled.read(lambda tx: tx.accounts.session(SESSION.digest)) is None
    assert filled.read(lambda tx: tx.accounts.failures("a", NOW).count) == 0


@pytest.mark.req("PLT-1")
def test_many_tries_at_once_cannot_slip_past_the_count(filled: Store):
    attempt = Attempt("ana", "192.0.2.1", "test")
    tries = [filled.submit(lambda tx: ask(tx, RECORDING, attempt, NUMBERS)) for _ in range(40)]
    asked: list[Asked] = [one.result(30) for one in tries]
    let_in = [one for one in asked if not one.wait > timedelta()]
    assert len(let_in) == NUMBERS.login.free.name


@pytest.mark.req("PLT-1")
def test_two_administrators_cannot_deactivate_each_other_at_once(opened: Callable[[], Store]):
    one, other = opened(), opened()
    one.write(lambda tx: (tx.accounts.add(USER), tx.accounts.add(replace(USER, name=BO))))
    off = Wanted(active=False)
    results = [
        one.submit(lambda tx: people.change(tx, BY, "ana", off)),
        other.submit(lambda tx: people.change(tx, BY, "bo", off)),
    ]
    refused = [result for result in results if isinstance(result.exception(30), RefusalError)]
    assert len(refused) == 1
    assert sum(user.active for user in one.read(lambda tx: tx.accounts.users())) == 1


def test_a_log_in_that_succeeds_forgets_the_names_failures_and_one_of_the_address(filled: Store):
    attempt = Attempt("ana", "192.0.2.1", "test")
    for _ in range(3):
        asked = filled.write(lambda tx: ask(tx, RECORDING, attempt, NUMBERS))
    session = filled.write(lambda tx: succeed(tx, RECORDING, attempt, asked, Keys("cookie", "csrf"), NUMBERS))
    assert session is not None
    assert filled.read(lambda tx: session_of(tx, "cookie", NUMBERS)) == (session, USER)
    since = session.created - HOUR
    assert filled.read(lambda tx: tx.accounts.failures("name:ana", since).count) == 0
    assert filled.read(lambda tx: tx.accounts.failures("address:192.0.2.1", since).count) == 2


def test_a_user_who_is_changed_while_the_password_is_compared_does_not_get_in(filled: Store):
    attempt = Attempt("ana", "192.0.2.1", "test")
    asked = filled.write(lambda tx: ask(tx, RECORDING, attempt, NUMBERS))
    filled.write(lambda tx: tx.accounts.change(replace(USER, role=Role.VIEWER)))
    assert filled.write(lambda tx: succeed(tx, RECORDING, attempt, asked, Keys("c", "f"), NUMBERS)) is None
    assert filled.read(lambda tx: tx.accounts.session(digest("c"))) is None
