"""Logging in: a try is asked for, its password compared meanwhile, then it succeeds or fails.

A try counts as failed from the moment it is let in, so that many at once cannot slip past the count; one
that succeeds is taken back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from surefoot.domain.access import login, rights
from surefoot.domain.access.account import Session, Token, User, UserName
from surefoot.domain.access.login import Patience
from surefoot.domain.access.naming import as_name
from surefoot.domain.access.rights import Actor
from surefoot.domain.access.tokens import digest
from surefoot.ports.store import Transaction
from surefoot.run.access.recording import Deed, Recording
from surefoot.spec.model.policy_server import ServerNumbers

_UNTYPED = "(no name)"
_REFUSED = "refused:"
_UNKNOWN = "(unknown)"
_DEVICE = 200  # characters


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log-in that somebody tries.

    Attributes:
        typed: What stands in the field of the name.
        device: What their browser calls itself.
    """

    typed: str
    address: str
    device: str = ""

    @property
    def name(self) -> UserName | None:
        """The name that was typed, if it can be one."""
        return as_name(self.typed)

    @property
    def actor(self) -> Actor:
        """Who tries, as the log names them; what cannot be a name might be a password, and is left out."""
        return Actor("user", self.name or _UNTYPED, frozenset(), address=self.address)

    def deed(self, kind: str, refused: str = "") -> Deed:
        """Return what the log says of this try."""
        return Deed(kind, ("user", self.actor.id), refused, detail={"device": self.device[:_DEVICE] or _UNKNOWN})


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether a try is let in.

    Attributes:
        wait: How long it has to wait instead; zero if it is let in.
        user: Whose password is to be compared; None if there is nobody who may log in.
        at: When it was noted.
    """

    wait: timedelta
    at: datetime
    user: User | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of a new session, 256 random bits each; and the cookie that it replaces, if there was one."""

    cookie: str
    csrf: str
    before: str = ""
    rehashed: str = ""


def ask(tx: Transaction, recording: Recording, attempt: Attempt, numbers: ServerNumbers) -> Asked:
    """Let a try in, or say how long it has to wait; of the refusals within one wait the first is recorded."""
    now, rows = tx.now(), tx.accounts
    since = now - numbers.login.window
    keys = dict(_keys(attempt, numbers))
    failures = {key: rows.failures(key, since) for key in keys}
    waits = {key: login.wait(found, keys[key], now) for key, found in failures.items()}
    key = max(waits, key=lambda key: waits[key])
    if waits[key] > timedelta():
        if not rows.failures(_REFUSED + key, failures[key].last or since).count:
            rows.failed(_REFUSED + key, now)
            recording.record(tx, attempt.actor, attempt.deed("login.refusal", "too many failures"))
        return Asked(waits[key], now)
    for key in keys:
        rows.failed(key, now)
    user = rows.user(attempt.name) if attempt.name else None
    return Asked(timedelta(), now, user if user and user.active and user.password else None)


def fail(tx: Transaction, recording: Recording, attempt: Attempt) -> None:
    """Record that a password was wrong; the try was already counted."""
    user = tx.accounts.user(attempt.name) if attempt.name else None
    reason = "no such user" if user is None else "wrong password" if user.active else "deactivated"
    recording.record(tx, attempt.actor, attempt.deed("login.failure", reason))


def take_back(tx: Transaction, attempt: Attempt, asked: Asked) -> None:
    """Take note that a password was right: the name starts anew, the address has one failure less."""
    name, address = login.names_of(attempt.name or _UNTYPED, attempt.address)
    tx.accounts.forgive(name)
    tx.accounts.forgive(address, asked.at)


def succeed(
    tx: Transaction, recording: Recording, attempt: Attempt, asked: Asked, keys: Keys, numbers: ServerNumbers
) -> Session | None:
    """Open a new session; None if the user was changed while the password was compared.

    The session that the browser had before is closed: nobody can plant one and wait for it to be logged in.
    """
    now, rows = tx.now(), tx.accounts
    user = rows.user(asked.user.name) if asked.user else None
    if user is None or not user.active or user != asked.user:
        return None
    take_back(tx, attempt, asked)
    rows.sweep(now - max(numbers.session.length, numbers.login.window))
    if keys.before:
        rows.close(digest(keys.before))
    if keys.rehashed:
        rows.change(replace(user, password=keys.rehashed))
    session = Session(
        digest(keys.cookie), user.name, keys.csrf, now, now + numbers.session.length, now, attempt.address
    )
    rows.open(session)
    recording.record(tx, attempt.actor, attempt.deed("login.success"))
    return session


def leave(tx: Transaction, recording: Recording, session: Session, address: str) -> None:
    """End a session."""
    tx.accounts.close(session.digest)
    actor = Actor("user", session.user, frozenset(), address=address)
    recording.record(tx, actor, Deed("session.end", ("user", session.user)))


def session_of(tx: Transaction, cookie: str, numbers: ServerNumbers) -> tuple[Session, User] | None:
    """Return the live session behind a cookie, and whose it is."""
    session = tx.accounts.session(digest(cookie))
    user = tx.accounts.user(session.user) if session else None
    if session is None or user is None or not login.is_live(session, user, numbers.session.idle, tx.now()):
        return None
    return session, user


def token_of(tx: Transaction, text: str, address: str) -> tuple[Token, Actor] | None:
    """Return the token with this text if it still counts, and who acts with it."""
    token = tx.accounts.token(digest(text))
    if token is None or not login.is_good(token, tx.now()):
        return None
    owner = tx.accounts.user(UserName(token.owner))
    found = rights.of_token(token, owner)
    actor = Actor("api_key", token.id, found, "" if token.program else token.owner, address, token.source)
    return token, actor


def bad_token(
    tx: Transaction, recording: Recording, attempt: Attempt, reason: str, numbers: ServerNumbers
) -> timedelta:
    """Count a token that is none as a failure of its address; return how long it has to wait if there were many."""
    now = tx.now()
    ((key, patience),) = list(_keys(attempt, numbers))[1:]
    pause = login.wait(tx.accounts.failures(key, now - numbers.login.window), patience, now)
    if pause > timedelta():
        return pause
    tx.accounts.failed(key, now)
    actor = Actor("api_key", attempt.typed or _UNTYPED, frozenset(), address=attempt.address)
    recording.record(tx, actor, replace(attempt.deed("login.failure", reason), target=("token", actor.id)))
    return timedelta()


def _keys(attempt: Attempt, numbers: ServerNumbers) -> Iterator[tuple[str, Patience]]:
    given = numbers.login
    name, address = login.names_of(attempt.name or _UNTYPED, attempt.address)
    for key, free in ((name, given.free.name), (address, given.free.address)):
        yield key, Patience(given.window, free, given.wait.first, given.wait.longest)
