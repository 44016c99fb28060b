"""Who am I: logging in and out, and what one may do."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from surefoot.domain.access import rights
from surefoot.domain.access.account import LogRole, Role
from surefoot.domain.access.rights import Actor, Right
from surefoot.server import auth, entering
from surefoot.server.api import PREFIX
from surefoot.server.auth import Caller, caller
from surefoot.server.house import House
from surefoot.server.problems import REFUSALS, ProblemError

ROUTER = APIRouter(prefix=f"{PREFIX}/session", responses=REFUSALS, tags=["session"])
_LONGEST = 1024


class LogIn(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: Annotated[str, Field(max_length=_LONGEST)]
    password: Annotated[str, Field(max_length=_LONGEST)]


class SessionView(BaseModel):
    """Who asks, and what they may do.

    `csrf` goes with everything that changes something, as the header X-CSRF-Token; a token needs none.
    """

    kind: str
    id: str
    rights: list[Right]
    display: str = ""
    role: Role | None = None
    log_role: LogRole | None = None
    csrf: str = ""


@ROUTER.post("", status_code=201, summary="Log in")
async def log_in(request: Request, response: Response, given: LogIn) -> SessionView:
    """Open a session; the cookie is the session."""
    auth.demand_own_site(request)
    session, secret = await entering.enter(request, given.name, given.password)
    entering.set_cookie(request, response, secret)
    user = await House.of(request).read(lambda tx: tx.accounts.user(session.user))
    if user is None:
        raise ProblemError(401, "the user is gone")
    return view(Caller(Actor("user", user.name, rights.of_user(user)), session, user))


@ROUTER.get("", summary="Tell who asks")
async def who(found: Annotated[Caller, Depends(caller)]) -> SessionView:
    """Tell who asks, and what they may do."""
    return view(found)


@ROUTER.delete("", status_code=204, summary="Log out")
async def log_out(request: Request, response: Response, found: Annotated[Caller, Depends(caller)]) -> None:
    """End the session."""
    if found.session is None:
        raise ProblemError(409, "a token has no session; revoke it at /api/v1/tokens")
    await entering.go(request, found.session)
    entering.drop_cookie(request, response)


def view(found: Caller) -> SessionView:
    """Show who asks."""
    actor, user = found.actor, found.user
    return SessionView(
        kind=actor.kind,
        id=actor.id,
        rights=sorted(actor.rights),
        display=user.display if user else "",
        role=user.role if user else None,
        log_role=user.log_role if user else None,
        csrf=found.session.csrf if found.session else "",
    )
