"""Who may log in."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from surefoot.domain.access.account import LogRole, Role, User, UserName
from surefoot.domain.access.naming import demand_password, new_name
from surefoot.domain.access.rights import RefusalError, Right, demand
from surefoot.run.access import people
from surefoot.run.access.people import Wanted
from surefoot.server.api import PREFIX
from surefoot.server.auth import Caller, allowed, attempt_of, by, caller
from surefoot.server.entering import confirm
from surefoot.server.house import House
from surefoot.server.problems import REFUSALS

ROUTER = APIRouter(prefix=f"{PREFIX}/users", responses=REFUSALS, tags=["users"])
_LONGEST = 1024
_Managing = Annotated[Caller, Depends(allowed(Right.MANAGE))]
_Password = Annotated[str, Field(max_length=_LONGEST)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewUser(_Body):
    """Somebody new; without a password they cannot log in until an administrator sets one."""

    name: str
    display: str = ""
    role: Role = Role.VIEWER
    log_role: LogRole | None = None
    password: _Password = ""


class UserChange(_Body):
    """What is to be different; what is left out stays. `log_role: ""` takes the role away."""

    display: str | None = None
    role: Role | None = None
    log_role: LogRole | Literal[""] | None = None
    active: bool | None = None


class NewPassword(_Body):
    """A new password; whoever changes their own writes the current one, too."""

    password: _Password
    current: _Password = ""


class UserView(BaseModel):
    """A user; the password never leaves the server."""

    name: str
    display: str
    role: Role
    log_role: LogRole | None
    active: bool
    created: datetime

    @classmethod
    def of(cls, user: User) -> "UserView":
        """Show a user."""
        return cls(
            name=user.name,
            display=user.display,
            role=user.role,
            log_role=user.log_role,
            active=user.active,
            created=user.created,
        )


class UserList(BaseModel):
    """Everybody, by name."""

    users: list[UserView]


@ROUTER.get("", summary="List users")
async def users(request: Request, _: _Managing) -> UserList:
    """List everybody, by name."""
    found = await House.of(request).read(lambda tx: tx.accounts.users())
    return UserList(users=[UserView.of(user) for user in found])


@ROUTER.post("", status_code=201, summary="Add a user")
async def add_user(request: Request, given: NewUser, found: _Managing) -> UserView:
    """Add a user."""
    hashed = await _hashed(request, given.password, new_name(given.name)) if given.password else ""
    wanted = Wanted(given.role, given.log_role, given.display)
    user = await House.of(request).write(lambda tx: people.add(tx, by(request, found), given.name, wanted, hashed))
    return UserView.of(user)


@ROUTER.get("/{name}", summary="Show a user")
async def show_user(request: Request, name: str, _: _Managing) -> UserView:
    """Show a user."""
    user = await House.of(request).read(lambda tx: tx.accounts.user(UserName(name.lower())))
    if user is None:
        raise RefusalError("unknown", f"there is no user `{name}`")
    return UserView.of(user)


@ROUTER.patch("/{name}", summary="Change a user")
async def change_user(request: Request, name: str, given: UserChange, found: _Managing) -> UserView:
    """Change what somebody may do, or deactivate them; their sessions and tokens follow at once."""
    wanted = Wanted(given.role, given.log_role, given.display, given.active)
    user = await House.of(request).write(lambda tx: people.change(tx, by(request, found), name, wanted))
    return UserView.of(user)


@ROUTER.put("/{name}/password", status_code=204, summary="Set a password")
async def set_password(
    request: Request, name: str, given: NewPassword, found: Annotated[Caller, Depends(caller)]
) -> None:
    """Replace a password, one's own or as an administrator; all other sessions of the user end."""
    own = found.user is not None and found.user.name == name.lower()
    if own:
        await confirm(request, attempt_of(request, name), given.current)
    else:
        demand(found.actor, Right.MANAGE)
    hashed = await _hashed(request, given.password, UserName(name.lower()))
    keep = found.session.digest if own and found.session else b""
    await House.of(request).write(lambda tx: people.set_password(tx, by(request, found), name, hashed, keep))


async def _hashed(request: Request, password: str, name: UserName) -> str:
    house = House.of(request)
    numbers = house.services.numbers.password
    demand_password(password, name, numbers.least, numbers.most)
    return await house.hashed(partial(house.services.passwords.hash, password))
