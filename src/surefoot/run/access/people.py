"""Changing who may log in and what they may do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from surefoot.domain.access.account import LogRole, Role, User, UserName
from surefoot.domain.access.naming import LONGEST_TITLE, new_name
from surefoot.domain.access.rights import Actor, RefusalError, Right, demand
from surefoot.domain.audit.record import Change
from surefoot.ports.store import Transaction
from surefoot.run.access.recording import Deed, Recording


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and how that is recorded."""

    actor: Actor
    recording: Recording

    def record(self, tx: Transaction, deed: Deed) -> None:
        """Record what they did."""
        self.recording.record(tx, self.actor, deed)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be changed of a user; None stays as it is, and the log role ``""`` takes it away."""

    role: Role | None = None
    log_role: LogRole | str | None = None
    display: str | None = None
    active: bool | None = None


def add(tx: Transaction, by: By, name: str, wanted: Wanted, password: str) -> User:
    """Add a user.

    The password is given as its hash.

    Raises:
        RefusalError: The actor may not, the name cannot be one, or it is taken.
    """
    demand(by.actor, Right.MANAGE)
    given = new_name(name)
    if tx.accounts.user(given):
        raise RefusalError("conflict", f"there is a user `{given}` already")
    display = _display(wanted.display or given)
    role = wanted.role or Role.VIEWER
    log_role = LogRole(wanted.log_role) if wanted.log_role else None
    user = User(given, display, role, log_role, password, tx.now())
    tx.accounts.add(user)
    by.record(tx, Deed("user.create", ("user", given), detail={"role": str(role), "log_role": str(log_role or "")}))
    return user


def change(tx: Transaction, by: By, name: str, wanted: Wanted) -> User:
    """Change a user; one that is deactivated loses every session at once.

    Raises:
        RefusalError: The actor may not, there is no such user, or nobody could manage accounts any more.
    """
    demand(by.actor, Right.MANAGE)
    everybody = {user.name: user for user in tx.accounts.users(lock=True)}
    before = _found(everybody.get(UserName(name.lower())), name)
    after = replace(
        before,
        role=wanted.role or before.role,
        log_role=before.log_role if wanted.log_role is None else LogRole(wanted.log_role) if wanted.log_role else None,
        display=before.display if wanted.display is None else _display(wanted.display),
        active=before.active if wanted.active is None else wanted.active,
    )
    if after == before:
        return before
    if not any(_manages(user) for user in {**everybody, before.name: after}.values()) and _manages(before):
        raise RefusalError("conflict", f"`{before.name}` is the last administrator: make somebody else one first")
    tx.accounts.change(after)
    if not after.active:
        tx.accounts.close_all(after.name)
    for deed in _deeds(before, after):
        by.record(tx, deed)
    return after


def set_password(tx: Transaction, by: By, name: str, password: str, keep: bytes = b"") -> User:
    """Replace somebody's password, one's own or as an administrator; their sessions end.

    The password is given as its hash; the session with the digest `keep` goes on.

    Raises:
        RefusalError: The actor may not, or there is no such user.
    """
    if by.actor.kind != "user" or by.actor.id != name.lower():
        demand(by.actor, Right.MANAGE)
    user = _found(tx.accounts.user(UserName(name.lower())), name)
    kept = tx.accounts.session(keep) if keep else None
    tx.accounts.change(replace(user, password=password))
    tx.accounts.close_all(user.name)
    if kept:
        tx.accounts.open(kept)
    by.record(tx, Deed("password.change", ("user", user.name)))
    return replace(user, password=password)


def _found(user: User | None, name: str) -> User:
    if user is None:
        raise RefusalError("unknown", f"there is no user `{name}`")
    return user


def _manages(user: User) -> bool:
    return user.active and user.role is Role.ADMIN


def _display(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_TITLE or not text.isprintable():
        raise RefusalError("wrong", f"`display` is for people: write 1 to {LONGEST_TITLE} printable characters")
    return text.strip()


def _deeds(before: User, after: User) -> Iterator[Deed]:
    target = ("user", after.name)
    for name, old, new in (("role", before.role, after.role), ("log_role", before.log_role, after.log_role)):
        if old != new:
            lost = new is None or (name == "role" and list(Role).index(Role(new)) < list(Role).index(before.role))
            kind = "permission.revoke" if lost else "permission.grant"
            change = Change(name, None if old is None else str(old), None if new is None else str(new))
            yield Deed(kind, target, changes=(change,), detail={"what": f"{name} {new or old}"})
    if before.display != after.display:
        yield Deed("user.update", target, changes=(Change("display", before.display, after.display),))
    if before.active != after.active:
        kind = "user.update" if after.active else "user.deactivate"
        yield Deed(kind, target, changes=(Change("active", before.active, after.active),))
