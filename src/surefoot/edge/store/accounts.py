"""The rows of people who may log in, their sessions and tokens."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from surefoot.domain.access.account import LogRole, Role, Scope, Session, Token, TokenId, User, UserName
from surefoot.domain.access.login import Failures
from surefoot.edge.store.tables import METADATA, Moment
from surefoot.errors import StoreError

USERS = Table(
    "account_user",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("display", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("log_role", Text),
    Column("password", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
)
TOKENS = Table(
    "account_token",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("owner", Text, ForeignKey("account_user.name"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment),
    Column("used", Moment),
    Column("revoked", Moment),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("program", Boolean, nullable=False),
)
SESSIONS = Table(
    "account_session",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("user", Text, ForeignKey("account_user.name"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("address", Text, nullable=False),
)
FAILURES = Table(
    "account_failure",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_account_failure_key", "key", "at"),
)


class AccountRows:
    """Rows of accounts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User) -> None:
        """Add a person.

        Raises:
            StoreError: The name is taken.
        """
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(USERS).values(_row(user)))
        except IntegrityError as error:
            raise StoreError(f"there is a user `{user.name}` already") from error

    def change(self, user: User) -> None:
        """Replace all that is kept of a person."""
        self._connection.execute(update(USERS).where(USERS.c.name == user.name).values(_row(user)))

    def user(self, name: UserName) -> User | None:
        """Return a person."""
        row = self._connection.execute(select(USERS).where(USERS.c.name == name)).one_or_none()
        return _user(row) if row else None

    def users(self, *, lock: bool = False) -> list[User]:
        """Return everybody, by name; with `lock`, nobody else changes them until this transaction ends."""
        query = select(USERS).order_by(USERS.c.name)
        return sorted(map(_user, self._connection.execute(query.with_for_update() if lock else query)), key=_name)

    def add_token(self, token: Token) -> None:
        """Keep a token."""
        self._connection.execute(
            insert(TOKENS).values(
                id=token.id,
                owner=token.owner,
                digest=token.digest,
                scopes=" ".join(sorted(token.scopes)),
                created=token.created,
                expires=token.expires,
                used=token.used,
                revoked=token.revoked,
                source=token.source,
                title=token.title,
                program=token.program,
            )
        )

    def token(self, digest: bytes) -> Token | None:
        """Return the token whose text has this hash."""
        row = self._connection.execute(select(TOKENS).where(TOKENS.c.digest == digest)).one_or_none()
        return _token(row) if row else None

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first."""
        return list(
            map(_token, self._connection.execute(select(TOKENS).order_by(TOKENS.c.created.desc(), TOKENS.c.id)))
        )

    def use_token(self, token: TokenId, at: datetime) -> None:
        """Note that a token was used."""
        self._connection.execute(update(TOKENS).where(TOKENS.c.id == token).values(used=at))

    def revoke_token(self, token: TokenId, at: datetime) -> None:
        """Make a token useless from now on."""
        self._connection.execute(update(TOKENS).where(TOKENS.c.id == token).values(revoked=at))

    def open(self, session: Session) -> None:
        """Keep a session."""
        self._connection.execute(
            insert(SESSIONS).values(
                digest=session.digest,
                user=session.user,
                csrf=session.csrf,
                created=session.created,
                expires=session.expires,
                seen=session.seen,
                address=session.address,
            )
        )

    def session(self, digest: bytes) -> Session | None:
        """Return the session whose cookie has this hash."""
        row = self._connection.execute(select(SESSIONS).where(SESSIONS.c.digest == digest)).one_or_none()
        if row is None:
            return None
        return Session(row.digest, UserName(row.user), row.csrf, row.created, row.expires, row.seen, row.address)

    def see(self, digest: bytes, at: datetime) -> None:
        """Note that a session was used."""
        self._connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen=at))

    def close(self, digest: bytes) -> None:
        """End a session."""
        self._connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def close_all(self, user: UserName) -> None:
        """End every session of a person."""
        self._connection.execute(delete(SESSIONS).where(SESSIONS.c.user == user))

    def failed(self, key: str, at: datetime) -> None:
        """Note a failed log-in of a name or an address."""
        self._connection.execute(insert(FAILURES).values(key=key, at=at))

    def failures(self, key: str, since: datetime) -> Failures:
        """Count failed log-ins since a time; whoever else counts this key waits until this transaction ends."""
        if self._connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            self._connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
        found = select(func.count(), func.max(FAILURES.c.at)).where(FAILURES.c.key == key, FAILURES.c.at >= since)
        count, last = self._connection.execute(found).one()
        return Failures(count, last)

    def forgive(self, key: str, at: datetime | None = None) -> None:
        """Forget the failures of a name or an address; with a time, only one noted then."""
        wanted = select(func.min(FAILURES.c.number)).where(FAILURES.c.key == key, FAILURES.c.at == at)
        mine = FAILURES.c.key == key if at is None else FAILURES.c.number == wanted.scalar_subquery()
        self._connection.execute(delete(FAILURES).where(mine))

    def sweep(self, before: datetime) -> None:
        """Drop sessions that ended, and failures noted, before a time."""
        self._connection.execute(delete(SESSIONS).where(or_(SESSIONS.c.expires < before, SESSIONS.c.seen < before)))
        self._connection.execute(delete(FAILURES).where(FAILURES.c.at < before))


def _row(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "display": user.display,
        "role": user.role.value,
        "log_role": user.log_role.value if user.log_role else None,
        "password": user.password,
        "created": user.created,
        "active": user.active,
    }


def _user(row: "Row[tuple[object, ...]]") -> User:
    log_role = LogRole(row.log_role) if row.log_role else None
    return User(UserName(row.name), row.display, Role(row.role), log_role, row.password, row.created, row.active)


def _name(user: User) -> str:
    return user.name


def _token(row: "Row[tuple[object, ...]]") -> Token:
    return Token(
        id=TokenId(row.id),
        owner=row.owner,
        digest=row.digest,
        scopes=frozenset(map(Scope, row.scopes.split())),
        created=row.created,
        expires=row.expires,
        used=row.used,
        revoked=row.revoked,
        source=row.source,
        title=row.title,
        program=row.program,
    )
