"""When a log-in may be tried, and when a session or a token still counts.

Failures are counted for the name and for the address. A few are free; after that each further one doubles
the wait before the next try. So guessing becomes slow, and nobody is locked out for longer than the
longest wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from surefoot.domain.access.account import Session, Token, User

_DOUBLINGS = 40  # more would be longer than any wait
_SIX = 6
_NETWORK = 64  # bits of an IPv6 address that name the network


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, and the wait after more.

    Attributes:
        window: How long a failure counts.
        free: Failures without a wait.
        first: The wait after the last free failure; doubled by each further one.
        longest: Where doubling ends.
    """

    window: timedelta
    free: int
    first: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed log-ins of a name, or of an address, within the window."""

    count: int
    last: datetime | None = None


def wait(failures: Failures, patience: Patience, now: datetime) -> timedelta:
    """Return how long the next try has to wait; zero or less if it may go on."""
    if failures.last is None or failures.count < patience.free:
        return timedelta()
    pause = patience.first * (1 << min(failures.count - patience.free, _DOUBLINGS))
    return failures.last + min(pause, patience.longest) - now


def is_live(session: Session, user: User | None, idle: timedelta, now: datetime) -> bool:
    """Tell whether a session still counts: neither over, nor unused for too long, nor of somebody deactivated."""
    return bool(
        user and user.active and user.name == session.user and now < session.expires and now < session.seen + idle
    )


def is_good(token: Token, now: datetime) -> bool:
    """Tell whether a token still counts: neither revoked nor expired."""
    return token.revoked is None and (token.expires is None or now < token.expires)


def to_be_noted(last: datetime | None, touch: timedelta, now: datetime) -> bool:
    """Tell whether a use is kept; writing each would cost a commit per request."""
    return last is None or now - last >= touch


def names_of(user: str, address: str) -> tuple[str, str]:
    """Return the keys under which failures are counted: of the name, and of the address.

    Of an IPv6 address the network counts: whoever has one address there has all of them.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return f"name:{user}", f"address:{address}"
    near = ip_network((found, _NETWORK), strict=False) if found.version == _SIX else found
    return f"name:{user}", f"address:{near}"
