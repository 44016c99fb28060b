"""Who asks: behind a session's cookie or a bearer token; and whether a form is really ours."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from surefoot.domain.access import login, rights, tokens
from surefoot.domain.access.account import Session, Token, User
from surefoot.domain.access.rights import Actor, RefusalError, Right
from surefoot.ports.store import Transaction
from surefoot.run.access.login import Attempt, bad_token, session_of, token_of
from surefoot.run.access.people import By
from surefoot.server.house import House
from surefoot.server.limits import FORM
from surefoot.server.problems import ProblemError

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="surefoot"'}
_SAFE = ("GET", "HEAD", "OPTIONS")
_FIELDS = 100
_FOREIGN = "the request comes from another site: open the page anew and try again"
_FORGED = f"the form's token is missing or old: open the page anew (programs send it as {CSRF_HEADER})"

_bearer = HTTPBearer(auto_error=False, description="An API token.")
_cookie = APIKeyCookie(
    name="surefoot", auto_error=False, description=f"A session; what changes something also needs {CSRF_HEADER}."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        session: Of a browser; None for a token.
        user: Whose session it is.
    """

    actor: Actor
    session: Session | None = None
    user: User | None = None


def address_of(request: Request) -> str:
    """Return where a request comes from; behind a trusted proxy, what that says."""
    return request.client.host if request.client else ""


def attempt_of(request: Request, typed: str) -> Attempt:
    """Return a log-in that a request tries."""
    return Attempt(typed, address_of(request), request.headers.get("user-agent", ""))


async def caller(
    request: Request,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
    cookie: Annotated[str | None, Security(_cookie)] = None,
) -> Caller:
    """Find out who asks.

    Raises:
        ProblemError: Nobody that is known.
        RefusalError: The session is good, but the form is not ours.
    """
    del cookie  # it has another name over TLS
    house = House.of(request)
    found = await _of_token(house, request, token) if "authorization" in request.headers else None
    found = found or await _of_session(house, request)
    _told(request, found)
    if found.session and request.method not in _SAFE:
        await _demand_own_form(request, found.session)
    return found


async def bearer(request: Request) -> HTTPAuthorizationCredentials | None:
    """Return the token that a request carries."""
    return await _bearer(request)


async def bearer_of(request: Request) -> Caller:
    """Find out who asks where a session does not count.

    Raises:
        ProblemError: There is no token, or one that is none.
    """
    return _told(request, await _of_token(House.of(request), request, await bearer(request)))


def allowed(right: Right) -> Callable[..., Awaitable[Caller]]:
    """Return what lets those in who have a right, and tells who they are."""

    async def check(found: Annotated[Caller, Depends(caller)]) -> Caller:
        rights.demand(found.actor, right)
        return found

    return check


def by(request: Request, found: Caller) -> By:
    """Return who changes something, for a unit of work."""
    return By(found.actor, House.of(request).services.recording)


def is_own_site(request: Request) -> bool:
    """Tell whether a browser sent this from a page of ours; programs say nothing about it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or origin == f"{request.url.scheme}://{request.headers.get('host', '')}"


def demand_own_site(request: Request) -> None:
    """Go on if no other site sent this.

    Raises:
        ProblemError: One did.
    """
    if not is_own_site(request):
        raise ProblemError(403, _FOREIGN)


def same(one: str, other: str) -> bool:
    """Compare secrets; how long it takes tells nothing about where they differ."""
    return bool(one) and hmac.compare_digest(one.encode(), other.encode())


async def form(request: Request) -> dict[str, str]:
    """Read the fields of a form; of those named twice the last counts.

    Raises:
        ProblemError: It is no form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise ProblemError(415, f"send a form (`{FORM}`)")
    try:
        body = (await request.body()).decode("ascii")
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"))
    except ValueError as error:  # too many fields, or no text
        raise ProblemError(400, "the form cannot be read") from error


def _told(request: Request, found: Caller) -> Caller:
    """Let the log, and the record of a refusal, know who asks."""
    request.scope["surefoot.actor"] = found.actor.id
    request.state.actor = found.actor
    return found


async def _demand_own_form(request: Request, session: Session) -> None:
    if not is_own_site(request):
        raise RefusalError("forbidden", _FOREIGN)
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and request.headers.get("content-type", "").startswith(FORM):
        sent = (await form(request)).get(CSRF_FIELD, "")
    if not same(sent, session.csrf):
        raise RefusalError("forbidden", _FORGED)


async def _of_session(house: House, request: Request) -> Caller:
    cookie = request.cookies.get(house.services.settings.cookie, "")
    numbers = house.services.numbers

    def find(tx: Transaction) -> "tuple[Session, User, bool] | None":
        found = session_of(tx, cookie, numbers)
        return (*found, login.to_be_noted(found[0].seen, numbers.session.touch, tx.now())) if found else None

    known = await house.read(find) if cookie else None
    if known is None:
        raise ProblemError(401, "log in, or send an API token: `Authorization: Bearer sf_...`", _CHALLENGE)
    session, user, noted = known
    if noted:
        await house.write(lambda tx: tx.accounts.see(session.digest, tx.now()))
    return Caller(Actor("user", user.name, rights.of_user(user), address=address_of(request)), session, user)


async def _of_token(house: House, request: Request, given: HTTPAuthorizationCredentials | None) -> Caller:
    if given is None:
        raise ProblemError(401, "the header reads `Authorization: Bearer sf_...`", _CHALLENGE)
    text, address, numbers = given.credentials, address_of(request), house.services.numbers
    named = tokens.known(text)

    def find(tx: Transaction) -> "tuple[Token, Actor, bool] | None":
        found = token_of(tx, text, address)
        return (*found, login.to_be_noted(found[0].used, numbers.token.touch, tx.now())) if found else None

    known = await house.read(find) if named else None
    if known is None:
        attempt = attempt_of(request, named or "")
        reason = "unknown, expired or revoked" if named else "no token, or misspelt"
        pause = await house.write(lambda tx: bad_token(tx, house.services.recording, attempt, reason, numbers))
        if pause:
            raise ProblemError(429, "too many tokens that are none", {"Retry-After": str(ceil(pause.total_seconds()))})
        raise ProblemError(401, "the token is unknown, expired or revoked", _CHALLENGE)
    token, actor, noted = known
    if noted:
        await house.write(lambda tx: tx.accounts.use_token(token.id, tx.now()))
    return Caller(actor)
