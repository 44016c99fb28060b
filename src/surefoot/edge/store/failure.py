"""What databases say when they fail, in words of what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from surefoot.errors import StoreError

_CURES = (
    ("database or disk is full", "the disk is full: free some space; what was acknowledged is kept"),
    ("no space left on device", "the disk is full: free some space; what was acknowledged is kept"),
    ("attempt to write a readonly database", "it may only be read: give write access to the file and its folder"),
    ("read-only transaction", "it may only be read: connect to the primary"),
    ("unable to open database file", "it cannot be opened: does the folder exist, and may it be written?"),
    ("database is locked", "another process holds it: end that process, or try again"),
    ("file is not a database", "it is no SQLite database, or damaged: restore a backup (`surefoot store restore`)"),
    ("malformed", "it is damaged: restore a backup (`surefoot store restore`)"),
    ("disk i/o error", "the disk fails: look at the machine's log"),
    ("no such table", "it has no tables yet: run `surefoot store migrate`"),
    ("does not exist", "something it needs is not there: does the database exist? then run `surefoot store migrate`"),
    ("connection refused", "nobody answers there: is the server running?"),
    ("could not translate host name", "the host is unknown: correct the address"),
    ("failed to resolve host", "the host is unknown: correct the address"),
    ("password authentication failed", "it refused the password: correct the address"),
    ("no password supplied", "it asks for a password: put it into the address"),
    ("server closed the connection", "it went away: the work was not kept; try again"),
    ("terminating connection", "it went away: the work was not kept; try again"),
    ("too many clients", "it has no connection left: raise max_connections, or use fewer replicas"),
)


def told(error: SQLAlchemyError, place: str) -> StoreError:
    """Turn an error of SQLAlchemy into one for people; the cause stays attached."""
    cause = str(error.orig if isinstance(error, DBAPIError) else error).strip().split("\n", 1)[0]
    cure = next((cure for sign, cure in _CURES if sign in cause.lower()), None)
    return StoreError(f"{place}: {cure} ({cause})" if cure else f"{place}: {cause}")


@contextmanager
def telling(place: str) -> Iterator[None]:
    """Turn whatever the database says into a `StoreError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise told(error, place) from error
