"""Manage who may log in, and API tokens, in the database itself.

For whoever may open the database, such as to make the first administrator; everything is recorded in the audit
log. Passwords are asked for, or read from the first line of standard input; there is none by default.
Exit status: 0, or 1 if something is refused.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
import orjson

from surefoot import wiring
from surefoot.cli import _accounts, _options
from surefoot.domain.access.account import LogRole, Role, Scope, Token, User, UserName
from surefoot.domain.access.naming import demand_password, new_name
from surefoot.domain.access.rights import RefusalError
from surefoot.domain.access.tokens import ID_BYTES, SECRET_BYTES
from surefoot.domain.access.tokens import issue as new_token
from surefoot.run.access import keys, people
from surefoot.run.access.keys import Request
from surefoot.run.access.people import Wanted
from surefoot.spec.system import System

_NONE = "none"


@click.group(help=__doc__)
def users() -> None:
    pass


@users.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(list(map(str, Role))),
    default=str(Role.VIEWER),
    show_default=True,
    help="What they may do.",
)
@click.option("--log-role", type=click.Choice(list(map(str, LogRole))), help="What they may see of the audit log.")
@click.option("--display", help="Name for people.")
@_accounts.database
@_accounts.spec
def add(  # an option each
    name: str, *, role: str, log_role: str | None, display: str | None, place: wiring.Database, spec: Path | None
) -> None:
    """Add a user; asks for the password."""
    with wiring.accounts(place, _system(spec)) as opened:
        given = new_name(name)
        if opened.store.read(lambda tx: tx.accounts.user(given)):
            raise RefusalError("conflict", f"there is a user `{given}` already")
        hashed = _hashed(opened, given)
        wanted = Wanted(Role(role), log_role, display)
        user = opened.store.write(lambda tx: people.add(tx, opened.by, name, wanted, hashed))
    click.echo(f"added {user.name}, {user.role}", err=True)


@users.command("list")
@_accounts.database
@_accounts.spec
@_options.as_json
def list_(*, place: wiring.Database, spec: Path | None, form: str) -> None:
    """List users."""
    with wiring.accounts(place, _system(spec), create=False) as opened:
        found = opened.store.read(lambda tx: tx.accounts.users())
    if form == "json":
        click.echo(orjson.dumps([_as_json(user) for user in found], option=orjson.OPT_INDENT_2).decode())
    elif found:
        _table(("name", "role", "log role", "state", "since", "display"), [_row(user) for user in found])
    else:
        click.echo("nobody; make an administrator with `surefoot users add NAME --role admin`", err=True)


@users.command()
@click.argument("name")
@_accounts.database
@_accounts.spec
def deactivate(name: str, *, place: wiring.Database, spec: Path | None) -> None:
    """Let a user log in no more; sessions and tokens end at once."""
    with wiring.accounts(place, _system(spec), create=False) as opened:
        opened.store.write(lambda tx: people.change(tx, opened.by, name, Wanted(active=False)))
    click.echo(f"deactivated {name}", err=True)


@users.command()
@click.argument("name")
@_accounts.database
@_accounts.spec
def password(name: str, *, place: wiring.Database, spec: Path | None) -> None:
    """Replace a user's password; their sessions end."""
    with wiring.accounts(place, _system(spec), create=False) as opened:
        if opened.store.read(lambda tx: tx.accounts.user(UserName(name.lower()))) is None:
            raise RefusalError("unknown", f"there is no user `{name}`")
        hashed = _hashed(opened, UserName(name.lower()))
        opened.store.write(lambda tx: people.set_password(tx, opened.by, name, hashed))
    click.echo(f"changed the password of {name}", err=True)


@users.group()
def token() -> None:
    """Manage API tokens."""


@token.command("add")
@click.argument("owner")
@click.option("--title", required=True, help="What it is for.")
@click.option(
    "--scope", "scopes", type=click.Choice(list(map(str, Scope))), multiple=True, required=True, help="May be repeated."
)
@click.option("--days", type=click.IntRange(min=1, max=36500), help="How long it is good.  [default: the policy's]")
@click.option("--program", is_flag=True, help="It goes on when its owner leaves.")
@click.option("--source", default="", help="Intake that it is bound to.")
@_accounts.database
@_accounts.spec
def add_token(  # noqa: PLR0913  # an option each
    owner: str,
    *,
    title: str,
    scopes: tuple[str, ...],
    days: int | None,
    program: bool,
    source: str,
    place: wiring.Database,
    spec: Path | None,
) -> None:
    """Issue a token that OWNER answers for; it is printed once."""
    lasts = timedelta(days=days) if days else None
    wanted = Request(title, frozenset(map(Scope, scopes)), owner, lasts, program, source)
    with wiring.accounts(place, _system(spec), create=False) as opened:
        issued = new_token(opened.random(ID_BYTES + SECRET_BYTES))
        opened.store.write(lambda tx: keys.issue(tx, opened.by, wanted, issued, opened.numbers.token))
    click.echo(issued.text)


@token.command("list")
@_accounts.database
@_accounts.spec
def list_tokens(*, place: wiring.Database, spec: Path | None) -> None:
    """List tokens, newest first."""
    with wiring.accounts(place, _system(spec), create=False) as opened:
        found = opened.store.read(lambda tx: keys.visible(tx, opened.by))
    _table(("id", "owner", "scopes", "state", "title"), [_token_row(one) for one in found])


@token.command()
@click.argument("id_", metavar="ID")
@_accounts.database
@_accounts.spec
def revoke(id_: str, *, place: wiring.Database, spec: Path | None) -> None:
    """Make a token useless."""
    with wiring.accounts(place, _system(spec), create=False) as opened:
        opened.store.write(lambda tx: keys.revoke(tx, opened.by, id_))
    click.echo(f"revoked {id_}", err=True)


def _system(spec: Path | None) -> System | None:
    return _accounts.system((spec,) if spec else ())


def _hashed(opened: wiring.Accounts, name: UserName) -> str:
    entered = _accounts.password()
    numbers = opened.numbers.password
    demand_password(entered, name, numbers.least, numbers.most)
    return opened.passwords.hash(entered)


def _as_json(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "display": user.display,
        "role": user.role,
        "log_role": user.log_role,
        "active": user.active,
        "created": user.created,
    }


def _row(user: User) -> tuple[str, ...]:
    state = "active" if user.active else "deactivated"
    return (user.name, user.role, user.log_role or _NONE, state, f"{user.created:%Y-%m-%d}", user.display)


def _token_row(one: Token) -> tuple[str, ...]:
    if one.revoked:
        state = f"revoked {one.revoked:%Y-%m-%d}"
    else:
        state = f"until {one.expires:%Y-%m-%d}" if one.expires else "good"
    return (one.id, one.owner, " ".join(sorted(one.scopes)), state, one.title)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        click.echo("  ".join(map(str.ljust, row, widths)).rstrip())


COMMAND = users
