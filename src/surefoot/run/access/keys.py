"""Issuing and revoking API tokens."""

from dataclasses import dataclass
from datetime import timedelta

from surefoot.domain.access.account import Scope, Token, TokenId, User, UserName
from surefoot.domain.access.naming import LONGEST_TITLE
from surefoot.domain.access.rights import RefusalError, Right, demand, of_scopes, of_user
from surefoot.domain.access.tokens import Issued
from surefoot.domain.audit.record import Json
from surefoot.ports.store import Transaction
from surefoot.run.access.people import By
from surefoot.run.access.recording import Deed
from surefoot.spec.model.policy_server import TokenNumbers


@dataclass(frozen=True, slots=True)
class Request:
    """A token that somebody wants.

    Attributes:
        owner: Whose it is to be; empty for the actor's own.
        lasts: How long; None for the policy's length.
        program: Whether it goes on when its owner leaves.
    """

    title: str
    scopes: frozenset[Scope]
    owner: str = ""
    lasts: timedelta | None = None
    program: bool = False
    source: str = ""


def issue(tx: Transaction, by: By, wanted: Request, issued: Issued, numbers: TokenNumbers) -> Token:
    """Keep a new token.

    A token for oneself may be asked for by everybody, with what one may do oneself; one for somebody else,
    or for a program, by an administrator. Nobody gives away a right that neither they nor its owner has.

    Raises:
        RefusalError: The actor may not, there is no such owner, or the request cannot be used.
    """
    owner = _owner(tx, by, wanted)
    if wanted.program or owner.name != by.actor.name:
        demand(by.actor, Right.MANAGE)
    _check(wanted, numbers)
    lacking = of_scopes(wanted.scopes) - of_user(owner) - (by.actor.rights if wanted.program else frozenset())
    if lacking:
        scopes = sorted(scope for scope in wanted.scopes if of_scopes([scope]) & lacking)
        raise RefusalError("forbidden", f"its owner may not do what the scope `{scopes[0]}` is for: leave it out")
    if by.actor.kind == "api_key" and not of_scopes(wanted.scopes) <= by.actor.rights:
        raise RefusalError("forbidden", "a token issues no token that may do more than itself: log in")
    now = tx.now()
    token = Token(
        id=issued.id,
        owner=owner.name,
        digest=issued.digest,
        scopes=wanted.scopes,
        created=now,
        expires=now + (wanted.lasts or numbers.length),
        source=wanted.source,
        title=wanted.title.strip(),
        program=wanted.program,
    )
    tx.accounts.add_token(token)
    detail: dict[str, Json] = {"token": token.id, "scopes": " ".join(sorted(token.scopes)), "program": token.program}
    by.record(tx, Deed("token.create", ("user", token.owner), detail=detail))
    return token


def revoke(tx: Transaction, by: By, token: str) -> None:
    """Make a token useless, one's own or as an administrator.

    Raises:
        RefusalError: There is none with this id that the actor may see, or it is revoked already.
    """
    found = next((one for one in visible(tx, by) if one.id == token), None)
    if found is None:
        raise RefusalError("unknown", f"there is no token `{token[:LONGEST_TITLE]}`")
    if found.revoked:
        raise RefusalError("conflict", f"the token `{found.id}` is revoked already")
    tx.accounts.revoke_token(TokenId(found.id), tx.now())
    by.record(tx, Deed("token.revoke", ("user", found.owner), detail={"token": found.id}))


def visible(tx: Transaction, by: By) -> list[Token]:
    """Return the tokens that an actor may see, newest first: their own, and an administrator all."""
    everything = Right.MANAGE in by.actor.rights
    return [token for token in tx.accounts.tokens() if everything or (token.owner == by.actor.name != "")]


def _owner(tx: Transaction, by: By, wanted: Request) -> User:
    name = wanted.owner.lower() or by.actor.name
    user = tx.accounts.user(UserName(name)) if name else None
    if user is None or not user.active:
        raise RefusalError("unknown", f"there is no active user `{name}` who could own the token")
    return user


def _check(wanted: Request, numbers: TokenNumbers) -> None:
    if not wanted.title.strip() or len(wanted.title) > LONGEST_TITLE or not wanted.title.isprintable():
        raise RefusalError("wrong", f"`title` says what the token is for: write 1 to {LONGEST_TITLE} characters")
    if not wanted.scopes:
        raise RefusalError("wrong", f"the token is good for nothing: name a scope of {', '.join(Scope)}")
    if wanted.lasts is not None and not timedelta() < wanted.lasts <= numbers.longest:
        raise RefusalError("wrong", f"a token is good for up to {numbers.longest.days} days: write fewer")
    if wanted.source and wanted.scopes != {Scope.INTAKE}:
        raise RefusalError("wrong", "only a token with the scope `intake` alone is bound to a source")
