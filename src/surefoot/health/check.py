"""A check: a function that says whether something works, and how it is asked."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypedDict, Unpack

from surefoot.health.duration import seconds
from surefoot.health.status import Result, Status

Answer = Result | Status | bool | None
Fn = Callable[[], object]
_LONGEST_NAME = 100


class Options(TypedDict, total=False):
    """How a check is asked.

    Attributes:
        name: In the report; given by the keyword where a check is passed as one.
        timeout: After which it counts as hung, such as ``"1s"`` (the default); below that of its endpoints.
        ready: Whether ``/ready`` asks it too; ``/deep`` asks every check.
        critical: Whether its failure makes the whole unhealthy (the default), or degraded.
        cache: How long an answer is repeated; below the interval of the probes, by default half of it.
        info: Tells only: never in ``/ready``, and at worst degraded.
    """

    name: str
    timeout: str | float
    ready: bool
    critical: bool
    cache: str | float | None
    info: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One check; made by `check` or by a ready-made one.

    Attributes:
        timeout: In seconds, as is `cache`.
    """

    fn: Fn
    name: str = ""
    timeout: float = 1.0
    ready: bool = False
    critical: bool = True
    cache: float | None = None
    info: bool = False

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise ValueError(f"the timeout of the check {self.name!r} is 0: write such as '1s'")
        if self.info and self.ready:
            raise ValueError(f"the check {self.name!r} only informs, so it cannot decide readiness: drop `ready`")

    @property
    def asynchronous(self) -> bool:
        """Return whether the function is ``async def``."""
        return _is_async(self.fn)

    def named(self, name: str) -> "Check":
        """Return it under a name.

        Raises:
            ValueError: No such name can be shown.
        """
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or "://" in name or "@" in name:
            raise ValueError(f"a check cannot be named {name[:20]!r}…: write a short name such as 'orders-db'")
        return replace(self, name=name)

    def at_worst(self, status: Status) -> Status:
        """Return what a status of this check means for the whole."""
        if status is Status.UNHEALTHY and (self.info or not self.critical):
            return Status.DEGRADED
        return status


def check(fn: Fn, **options: Unpack[Options]) -> Check:
    """Make a check of a function without arguments.

    It fails by raising, or by returning False, ``Status.DEGRADED``, ``Status.UNHEALTHY`` or a `Result`; whatever
    else it returns is healthy. An ``async def`` runs in the server's loop and is cancelled at its timeout; any other
    function runs in a thread of its own, which cannot be stopped: a hung one is reported, and not started again
    before it ends.

    Raises:
        ValueError: The options contradict each other.

    Example:
        >>> check(lambda: True, name="orders", timeout="600ms", ready=True).timeout
        0.6
    """
    cache = options.get("cache")
    return Check(
        fn,
        name=options.get("name", ""),
        timeout=seconds(options.get("timeout", "1s")),
        ready=options.get("ready", False),
        critical=options.get("critical", True),
        cache=None if cache is None else seconds(cache),
        info=options.get("info", False),
    )


def limit(options: Options) -> float:
    """Return the timeout of a ready-made check, for what it opens: then its thread ends as well."""
    return seconds(options.get("timeout", "1s"))


def read(answer: object) -> Result:
    """Understand what a function returned."""
    if isinstance(answer, Result):
        return answer
    if isinstance(answer, Status):
        return Result(answer)
    if isinstance(answer, Awaitable):
        if inspect.iscoroutine(answer):
            answer.close()
        return Result(Status.UNHEALTHY, "the check returned an awaitable: make it an `async def`")
    return Result(Status.UNHEALTHY, "the check said no") if answer is False else Result()


def _is_async(fn: Fn) -> bool:
    while isinstance(fn, partial):
        fn = fn.func
    return inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(type(fn).__call__)
