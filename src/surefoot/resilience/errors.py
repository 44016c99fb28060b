"""What callers of a protected function may meet beside its own errors.

::

    Rejected                 the call was not made
    ├── BreakerOpen          too many failures lately
    ├── RateLimited          too many calls in this time
    ├── BulkheadFull         too many calls at a time
    ├── Shed                 given up for more important calls
    └── Queued               kept for later; not made now
    TimeoutError
    ├── DeadlineExceeded     the time of the whole call is over
    └── AttemptTimeout       the time of one attempt is over
"""

from typing import TYPE_CHECKING


class Rejected(Exception):  # noqa: N818  # a refusal is no error of the dependency
    """The call was not made.

    Without an `__init__` of its own, since that would be a third of what a refusal costs.

    Attributes:
        name: Of the dependency.
        retry_after: Seconds until a call may be let in; None if nobody knows.
    """

    if TYPE_CHECKING:

        def __init__(self, name: str, retry_after: float | None = None) -> None: ...

    @property
    def name(self) -> str:
        """The dependency."""
        return str(self.args[0])

    @property
    def retry_after(self) -> float | None:
        """Seconds until a call may be let in."""
        found: float | None = self.args[1] if len(self.args) > 1 else None
        return found

    def __str__(self) -> str:
        wait = "" if self.retry_after is None else f"; try again in {self.retry_after:.3g} s"
        return f"{self.name}: {(type(self).__doc__ or '').split('.')[0].lower()}{wait}"


class BreakerOpen(Rejected):
    """The breaker is open."""


class RateLimited(Rejected):
    """The rate limit is reached."""


class BulkheadFull(Rejected):
    """All places and the queue are taken."""


class Shed(Rejected):
    """The call was shed."""


class Queued(Rejected):
    """The call was queued for later."""


class DeadlineExceeded(TimeoutError):  # noqa: N818  # named as gRPC names it
    """The time of the whole call is over."""


class AttemptTimeout(TimeoutError):  # noqa: N818  # as above
    """The time of one attempt is over."""
