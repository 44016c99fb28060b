"""Who may do what: roles, log roles and scopes, each as the rights that it gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from surefoot.domain.access.account import LogRole, Role, Scope, Token, User
from surefoot.errors import SurefootError

Kind = Literal["forbidden", "unknown", "conflict", "wrong"]


class Right(StrEnum):
    """Something that not everybody may do.

    ``READ`` covers services, incidents, schedules and figures; ``RESPOND`` acknowledging, resolving, notes,
    publishing and runbooks; ``OWN_SCHEDULE`` one's own overrides, swaps and absences; ``MANAGE`` other
    people's schedules, policies, sources, accounts. The rest concerns the audit log: ``READ_LOG`` shows the
    records of one's own services, ``READ_WHOLE_LOG`` all of them, both with pseudonyms; ``REVEAL`` opens
    personal values, ``ERASE`` destroys them.
    """

    READ = "read"
    RESPOND = "respond"
    OWN_SCHEDULE = "own-schedule"
    MANAGE = "manage"
    INTAKE = "intake"
    APPEND_LOG = "append-log"
    READ_LOG = "read-log"
    READ_WHOLE_LOG = "read-whole-log"
    REVEAL = "reveal"
    ERASE = "erase"


Rights = frozenset[Right]

_VIEWER = frozenset({Right.READ})
_RESPONDER = _VIEWER | {Right.RESPOND, Right.OWN_SCHEDULE}
_ADMIN = _RESPONDER | {Right.MANAGE, Right.INTAKE, Right.APPEND_LOG}
_OPERATOR = frozenset({Right.READ_LOG})
_AUDITOR = _OPERATOR | {Right.READ_WHOLE_LOG}

ROLES: Mapping[Role, Rights] = {Role.VIEWER: _VIEWER, Role.RESPONDER: _RESPONDER, Role.ADMIN: _ADMIN}
LOG_ROLES: Mapping[LogRole, Rights] = {
    LogRole.OPERATOR: _OPERATOR,
    LogRole.AUDITOR: _AUDITOR,
    LogRole.PRIVACY_OFFICER: _AUDITOR | {Right.REVEAL, Right.ERASE},
}
SCOPES: Mapping[Scope, Rights] = {
    Scope.READ: _VIEWER,
    Scope.RESPOND: _RESPONDER,
    Scope.ADMIN: _ADMIN,
    Scope.AUDIT_APPEND: frozenset({Right.APPEND_LOG}),
    Scope.AUDIT_READ: _AUDITOR,
    Scope.INTAKE: frozenset({Right.INTAKE}),
}


class RefusalError(SurefootError):
    """What somebody asked for is refused; the message says why.

    Attributes:
        kind: ``forbidden`` (the right is missing), ``unknown`` (it is not there), ``conflict`` (it would
            break what must hold), ``wrong`` (what was written cannot be used).
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        self.kind = kind
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Attributes:
        kind: As the audit log names it.
        id: Name of the user, id of the token, or which part of Surefoot it is.
        rights: All that it may do.
        owner: The user behind a token; empty for programs.
        address: Where it speaks from.
        source: The intake that its token is bound to.
    """

    kind: Literal["user", "api_key", "system"]
    id: str
    rights: Rights
    owner: str = ""
    address: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """The user who acts, in person or through a token; empty for programs."""
        return self.id if self.kind == "user" else self.owner


def of_user(user: User) -> Rights:
    """Return what a user may do; nothing once they were deactivated."""
    if not user.active:
        return frozenset()
    return ROLES[user.role] | (LOG_ROLES[user.log_role] if user.log_role else frozenset())


def of_scopes(scopes: Iterable[Scope]) -> Rights:
    """Return what scopes are good for."""
    return frozenset().union(*(SCOPES[scope] for scope in scopes))


def of_token(token: Token, owner: User | None) -> Rights:
    """Return what a token may do: never more than its owner may do now.

    Args:
        token: Its scopes count.
        owner: Of a user's token; not looked at for a program's.
    """
    granted = of_scopes(token.scopes)
    if token.program:
        return granted
    return granted & of_user(owner) if owner else frozenset()


def why_not(actor: Actor, right: Right) -> str:
    """Say why an actor may not do something; empty if they may."""
    if right in actor.rights:
        return ""
    if actor.kind == "api_key":
        needed = " or ".join(f"`{scope}`" for scope, rights in SCOPES.items() if right in rights)
        if not needed:
            return "no token may do this: log in"
        return f"this needs a token with the scope {needed}, whose owner may do it"
    needed = " or ".join(f"`{role}`" for role, rights in (*ROLES.items(), *LOG_ROLES.items()) if right in rights)
    return f"this needs the role {needed}: ask an administrator"


def demand(actor: Actor, right: Right) -> None:
    """Go on if an actor may do something.

    Raises:
        RefusalError: They may not.
    """
    if reason := why_not(actor, right):
        raise RefusalError("forbidden", reason)
