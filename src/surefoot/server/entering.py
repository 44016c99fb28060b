"""Logging in and out over HTTP, the same for the API and the page."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from math import ceil

from fastapi import Request
from starlette.responses import Response

from surefoot.domain.access.account import Session
from surefoot.run.access.login import Asked, Attempt, Keys, ask, fail, leave, succeed, take_back
from surefoot.server.auth import address_of, attempt_of
from surefoot.server.house import House
from surefoot.server.problems import ProblemError

_BYTES = 32
_WRONG = "the name or the password is wrong"


async def enter(request: Request, typed: str, password: str) -> tuple[Session, str]:
    """Log somebody in; return the session and the secret of its cookie.

    Raises:
        ProblemError: The name or the password is wrong (which of them, only the log says), or there were too many
            failures.
    """
    house = House.of(request)
    services = house.services
    attempt = attempt_of(request, typed)
    asked = await _ask(house, attempt)
    keys = Keys(_secret(house), _secret(house), request.cookies.get(services.settings.cookie, ""))
    session = await _compare(house, attempt, asked, password, keys)
    if session is None:
        house.metrics.logins.labels("failed").inc()
        await house.write(lambda tx: fail(tx, services.recording, attempt))
        raise ProblemError(401, _WRONG)
    house.metrics.logins.labels("succeeded").inc()
    return session, keys.cookie


async def go(request: Request, session: Session) -> None:
    """Log somebody out."""
    house = House.of(request)
    await house.write(lambda tx: leave(tx, house.services.recording, session, address_of(request)))


async def confirm(request: Request, attempt: Attempt, password: str) -> None:
    """Go on if somebody who is logged in knows the password; guessing is as slow as at the log-in.

    Raises:
        ProblemError: It is another one, or there were too many failures.
    """
    house = House.of(request)
    asked = await _ask(house, attempt)
    kept = asked.user.password if asked.user else ""
    if not await _matches(house, kept, password):
        await house.write(lambda tx: fail(tx, house.services.recording, attempt))
        raise ProblemError(403, "the current password is wrong")
    await house.write(lambda tx: take_back(tx, attempt, asked))


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Hand a session to a browser; it ends with the browser, or with its length."""
    settings = House.of(request).services.settings
    response.set_cookie(settings.cookie, secret, path="/", secure=settings.secure, httponly=True, samesite="lax")


def drop_cookie(request: Request, response: Response) -> None:
    """Take a session back."""
    settings = House.of(request).services.settings
    response.delete_cookie(settings.cookie, path="/", secure=settings.secure, httponly=True, samesite="lax")


async def _ask(house: House, attempt: Attempt) -> Asked:
    services = house.services
    asked = await house.write(lambda tx: ask(tx, services.recording, attempt, services.numbers))
    if asked.wait > timedelta():
        house.metrics.logins.labels("refused").inc()
        seconds = ceil(asked.wait.total_seconds())
        raise ProblemError(429, f"too many failures: try again in {seconds} s", {"Retry-After": str(seconds)})
    return asked


async def _matches(house: House, kept: str, password: str) -> bool:
    """Compare a password; one that nobody can have is compared with nothing, which takes as long."""
    long = len(password) > house.services.numbers.password.most
    hashed, given = ("", "") if long else (kept, password)
    return await house.hashed(partial(house.services.passwords.matches, hashed, given))


async def _compare(house: House, attempt: Attempt, asked: Asked, password: str, keys: Keys) -> Session | None:
    services = house.services
    passwords, user = services.passwords, asked.user
    if not await _matches(house, user.password if user else "", password) or user is None:
        return None
    if passwords.is_stale(user.password):
        keys = replace(keys, rehashed=await house.hashed(partial(passwords.hash, password)))
    return await house.write(lambda tx: succeed(tx, services.recording, attempt, asked, keys, services.numbers))


def _secret(house: House) -> str:
    return house.services.random(_BYTES).hex()
