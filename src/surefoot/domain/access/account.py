"""People who log in, programs that hold a token, and what each may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

UserName = NewType("UserName", str)
TokenId = NewType("TokenId", str)


class Role(StrEnum):
    """What an account may do with services, incidents and settings; each includes the ones before."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    ADMIN = "admin"


class LogRole(StrEnum):
    """What an account may see of the audit log; nobody reads it without one."""

    OPERATOR = "operator"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy-officer"


class Scope(StrEnum):
    """What a token is good for."""

    READ = "read"
    RESPOND = "respond"
    ADMIN = "admin"
    AUDIT_APPEND = "audit:append"
    AUDIT_READ = "audit:read"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class User:
    """A person who logs in.

    Attributes:
        name: Unique, in lower case.
        display: For people.
        password: The argon2 hash; empty when only single sign-on lets them in.
        created: In UTC.
        active: Whether they may log in.
    """

    name: UserName
    display: str
    role: Role
    log_role: LogRole | None
    password: str
    created: datetime
    active: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """What a program holds; only the hash of the secret is kept.

    Attributes:
        id: Shown in lists and in the log.
        owner: The user whose it is; for a program, the user who answers for it.
        title: What it is for, in its owner's words.
        digest: SHA-256 of its text; the secret has 256 random bits, so a slow hash adds nothing.
        program: Whether it goes on when its owner leaves; a user's token never may do more than the user.
        source: The intake that it is bound to; empty for others.
    """

    id: TokenId
    owner: str
    digest: bytes
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime | None = None
    used: datetime | None = None
    revoked: datetime | None = None
    source: str = ""
    title: str = ""
    program: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in of a browser.

    Attributes:
        digest: SHA-256 of the cookie's secret.
        csrf: What a form must send along.
        expires: The end, whatever happens.
        seen: Last use; too long ago ends it too.
    """

    digest: bytes
    user: UserName
    csrf: str
    created: datetime
    expires: datetime
    seen: datetime
    address: str = ""
