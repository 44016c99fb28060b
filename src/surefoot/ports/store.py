"""The port to the store: units of work that are committed whole, or not at all."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol, TypeVar

from surefoot.ports.accounts import Accounts
from surefoot.ports.auditlog import LogRows

T = TypeVar("T")


class Transaction(Protocol):
    """One unit of work; not to be used after it."""

    def now(self) -> datetime:
        """Return the database's time in UTC; it never goes back within a process."""

    @property
    def accounts(self) -> Accounts:
        """People who may log in, their sessions and tokens."""

    @property
    def log(self) -> LogRows:
        """The rows of the audit logs."""


Work = Callable[[Transaction], T]


class Store(Protocol):
    """Where everything is kept.

    A work is a plain function of a transaction without other effects: it may run again when the database
    asks for it. Whatever it raises rolls it back, and comes out of the call. What goes wrong with the
    database is a `StoreError`.
    """

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""

    def write(self, work: Work[T]) -> T:
        """Run a work and return what it returned, once it is durable; several callers share one commit."""

    def submit(self, work: Work[T]) -> Future[T]:
        """Do the same without waiting."""

    def read(self, work: Work[T]) -> T:
        """Run a work that changes nothing, on one consistent state."""

    def submit_read(self, work: Work[T]) -> Future[T]:
        """Do the same without waiting."""

    def close(self) -> None:
        """Finish what was submitted, and let go of the database."""
