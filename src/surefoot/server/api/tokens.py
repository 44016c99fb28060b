"""API tokens."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from surefoot.domain.access import tokens
from surefoot.domain.access.account import Scope, Token
from surefoot.run.access import keys
from surefoot.run.access.keys import Request as Wanted
from surefoot.server.api import PREFIX
from surefoot.server.auth import Caller, by, caller
from surefoot.server.house import House
from surefoot.server.problems import REFUSALS

ROUTER = APIRouter(prefix=f"{PREFIX}/tokens", responses=REFUSALS, tags=["tokens"])
_Known = Annotated[Caller, Depends(caller)]


class NewToken(BaseModel):
    """A token that somebody wants.

    `title` says what it is for. `program: true` makes one that goes on when its owner leaves. `source` binds
    a token with the scope `intake` to one intake.
    """

    model_config = ConfigDict(extra="forbid")

    title: str
    scopes: frozenset[Scope]
    days: Annotated[int, Field(ge=1, le=36500)] | None = None
    owner: str = ""
    program: bool = False
    source: str = ""


class TokenView(BaseModel):
    """A token; its secret is shown once, when it is made."""

    id: str
    title: str
    owner: str
    program: bool
    scopes: list[Scope]
    source: str
    created: datetime
    expires: datetime | None
    used: datetime | None
    revoked: datetime | None

    @classmethod
    def of(cls, token: Token) -> "TokenView":
        """Show a token."""
        return cls(
            id=token.id,
            title=token.title,
            owner=token.owner,
            program=token.program,
            scopes=sorted(token.scopes),
            source=token.source,
            created=token.created,
            expires=token.expires,
            used=token.used,
            revoked=token.revoked,
        )


class IssuedToken(TokenView):
    """A new token, with the text that is shown this once."""

    token: str


class TokenList(BaseModel):
    """Tokens, newest first."""

    tokens: list[TokenView]


@ROUTER.get("", summary="List tokens")
async def list_tokens(request: Request, found: _Known) -> TokenList:
    """List one's own tokens; an administrator sees all."""
    seen = await House.of(request).read(lambda tx: keys.visible(tx, by(request, found)))
    return TokenList(tokens=[TokenView.of(token) for token in seen])


@ROUTER.post("", status_code=201, summary="Issue a token")
async def issue_token(request: Request, given: NewToken, found: _Known) -> IssuedToken:
    """Issue a token for oneself, or as an administrator for others and for programs."""
    house = House.of(request)
    issued = tokens.issue(house.services.random(tokens.ID_BYTES + tokens.SECRET_BYTES))
    lasts = timedelta(days=given.days) if given.days else None
    wanted = Wanted(given.title, given.scopes, given.owner, lasts, given.program, given.source)
    numbers = house.services.numbers.token
    token = await house.write(lambda tx: keys.issue(tx, by(request, found), wanted, issued, numbers))
    return IssuedToken(**TokenView.of(token).model_dump(), token=issued.text)


@ROUTER.delete("/{token}", status_code=204, summary="Revoke a token")
async def revoke_token(request: Request, token: str, found: _Known) -> None:
    """Revoke a token, one's own or as an administrator."""
    await House.of(request).write(lambda tx: keys.revoke(tx, by(request, found), token))
