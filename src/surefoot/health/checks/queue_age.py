"""How long the oldest entry of a queue waits: the one figure that a stuck consumer cannot hide."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Unpack, cast

from surefoot.health.check import Check, Options, check
from surefoot.health.duration import seconds, spoken
from surefoot.health.status import Result, Status

Age = float | None


def queue_age(
    oldest: Callable[[], Age] | Callable[[], Awaitable[Age]],
    *,
    warn: str | float,
    fail: str | float,
    **options: Unpack[Options],
) -> Check:
    """Compare the age of the oldest entry with two limits.

    Args:
        oldest: Its age in seconds, or None when the queue is empty; may be ``async def``.
        warn: Age from which it is degraded.
        fail: Age from which it is unhealthy.

    Raises:
        ValueError: The limits are not in order.
    """
    late, stuck = seconds(warn), seconds(fail)
    if not 0 < late <= stuck:
        raise ValueError(f"warn={warn!r} and fail={fail!r} are not in order: write the shorter one first")

    def judge(age: Age) -> Result:
        if age is None:
            return Result(detail={"oldest_seconds": 0})
        status = Status.UNHEALTHY if age >= stuck else Status.DEGRADED if age >= late else Status.HEALTHY
        reason = "" if status is Status.HEALTHY else f"the oldest entry waits for {spoken(age)}"
        return Result(status, reason, {"oldest_seconds": round(age, 3)})

    if inspect.iscoroutinefunction(oldest):

        async def ask() -> Result:
            return judge(await cast("Callable[[], Awaitable[Age]]", oldest)())

        return check(ask, **options)
    return check(lambda: judge(cast("Callable[[], Age]", oldest)()), **options)
