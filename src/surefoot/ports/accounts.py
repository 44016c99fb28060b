"""People who may log in, their sessions and tokens, as a unit of work sees them."""

from datetime import datetime
from typing import Protocol

from surefoot.domain.access.account import Session, Token, TokenId, User, UserName
from surefoot.domain.access.login import Failures


class Accounts(Protocol):
    """Rows of accounts."""

    def add(self, user: User) -> None:
        """Add a person.

        Raises:
            StoreError: The name is taken.
        """

    def change(self, user: User) -> None:
        """Replace all that is kept of a person."""

    def user(self, name: UserName) -> User | None:
        """Return a person."""

    def users(self, *, lock: bool = False) -> list[User]:
        """Return everybody, by name; with `lock`, nobody else changes them until this transaction ends."""

    def add_token(self, token: Token) -> None:
        """Keep a token."""

    def token(self, digest: bytes) -> Token | None:
        """Return the token whose secret has this hash."""

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first."""

    def use_token(self, token: TokenId, at: datetime) -> None:
        """Note that a token was used."""

    def revoke_token(self, token: TokenId, at: datetime) -> None:
        """Make a token useless from now on."""

    def open(self, session: Session) -> None:
        """Keep a session."""

    def session(self, digest: bytes) -> Session | None:
        """Return the session whose cookie has this hash."""

    def see(self, digest: bytes, at: datetime) -> None:
        """Note that a session was used."""

    def close(self, digest: bytes) -> None:
        """End a session."""

    def close_all(self, user: UserName) -> None:
        """End every session of a person."""

    def failed(self, key: str, at: datetime) -> None:
        """Note a failed log-in of a name or an address."""

    def failures(self, key: str, since: datetime) -> Failures:
        """Count failed log-ins since a time; earlier ones may be forgotten by now."""

    def forgive(self, key: str, at: datetime | None = None) -> None:
        """Forget the failures of a name or an address; with a time, only one noted then."""

    def sweep(self, before: datetime) -> None:
        """Drop sessions that ended, and failures noted, before a time."""
