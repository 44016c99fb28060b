"""From an address to a store that is ready."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from surefoot.edge.store import migrate, sqlite
from surefoot.edge.store.failure import telling
from surefoot.edge.store.points import Points
from surefoot.edge.store.sqlite import SqliteStore
from surefoot.errors import StoreError

if TYPE_CHECKING:
    from surefoot.edge.store.postgres import PostgresStore


def address(text: str) -> Path | URL:
    """Read where a store is: the path of a file, ``sqlite:///path``, or ``postgresql://user@host/database``.

    Raises:
        StoreError: It is neither.
    """
    if "://" not in text:
        return Path(text).absolute()
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreError("the address of the store cannot be read: write `postgresql://user@host/database`") from error
    match url.get_backend_name():
        case "sqlite" if url.database:
            return Path(url.database).absolute()
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"`{other}` is no store: write the path of a file, or `postgresql://user@host/database`")


def engine(where: Path | URL) -> Engine:
    """Return an engine for work on whole tables: migrating, copying, checking."""
    if isinstance(where, Path):
        return sqlite.engine(where)
    from surefoot.edge.store import postgres  # noqa: PLC0415  # needs a driver that may not be there

    return postgres.engine(where)


def open_store(
    where: Path | URL, points: Points | None = None, *, create: bool = True
) -> "SqliteStore | PostgresStore":
    """Open a store; one without any tables gets them.

    Raises:
        StoreError: It is not there and shall not be made, its tables are of another version, or it does not open.
    """
    place = str(where) if isinstance(where, Path) else where.render_as_string(hide_password=True)
    if isinstance(where, Path):
        if not create and not where.exists():
            raise StoreError(f"{place}: there is no such file")
        if not where.parent.is_dir():
            raise StoreError(f"{place}: the folder {where.parent} is not there: make it")
    _prepare(where, place, create=create)
    if isinstance(where, Path):
        return SqliteStore(where, points)
    from surefoot.edge.store.postgres import PostgresStore  # noqa: PLC0415  # as above

    return PostgresStore(where, points)


def _prepare(where: Path | URL, place: str, *, create: bool) -> None:
    made = engine(where)
    try:
        with telling(place), made.begin() as connection:
            if migrate.version(connection) is None:
                if not create:
                    raise StoreError(f"{place}: it has no tables yet: run `surefoot store migrate`")
                migrate.upgrade(connection)
            elif any(step.phase == "pre" for step in migrate.pending(connection)):
                raise StoreError(f"{place}: its tables are older than this Surefoot: run `surefoot store migrate`")
    finally:
        made.dispose()
    if isinstance(where, Path):
        where.chmod(0o600)
