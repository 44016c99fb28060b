"""Who acts in this task or thread, so that not every event has to say it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from surefoot.domain.audit.record import Actor, ActorType

Acting = Callable[[], Actor | None]

_ACTING: ContextVar[Acting | None] = ContextVar("surefoot_audit_acting", default=None)


def user(identifier: str, ip_address: str | None = None) -> Actor:
    """Name a person, and from which address they act."""
    return Actor(ActorType.USER, identifier, ip_address)


def system(identifier: str) -> Actor:
    """Name a part of your system that acts by itself, such as a nightly job."""
    return Actor(ActorType.SYSTEM, identifier)


def api_key(identifier: str, ip_address: str | None = None) -> Actor:
    """Name a program by the id of its key; never by the key."""
    return Actor(ActorType.API_KEY, identifier, ip_address)


@contextmanager
def acting(actor: Actor | Acting) -> Iterator[None]:
    """Let somebody act within a ``with``: also in tasks that are started there, and across ``await``.

    Args:
        actor: Who; or what tells, asked for each event, for what is known only later.
    """
    before = _ACTING.set((lambda: actor) if isinstance(actor, Actor) else actor)
    try:
        yield
    finally:
        _ACTING.reset(before)


def let_act(actor: Acting) -> None:
    """Let somebody act in this context from now on; for a context that ends with a request."""
    _ACTING.set(actor)


def current() -> Actor | None:
    """Return who acts; None if nobody was named."""
    found = _ACTING.get()
    return found() if found is not None else None
