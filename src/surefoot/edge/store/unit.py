"""A unit of work on one connection."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from surefoot.edge.store.accounts import AccountRows
from surefoot.edge.store.auditlog import AuditLogRows


class Unit:
    """A transaction; each aggregate is made when it is first asked for."""

    def __init__(self, connection: Connection, now: Callable[[Connection], datetime]) -> None:
        self._connection = connection
        self._now = now

    def now(self) -> datetime:
        """Return the database's time in UTC."""
        return self._now(self._connection)

    @cached_property
    def accounts(self) -> AccountRows:
        """People who may log in, their sessions and tokens."""
        return AccountRows(self._connection)

    @cached_property
    def log(self) -> AuditLogRows:
        """The rows of the audit logs."""
        return AuditLogRows(self._connection)
