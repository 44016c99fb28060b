"""Whether a Redis answers."""

import inspect
from typing import Any, Unpack, cast

from surefoot.health.check import Check, Options, check


def redis(client: object, **options: Unpack[Options]) -> Check:
    """Send PING.

    Args:
        client: Of the library ``redis``, synchronous or from ``redis.asyncio``; or anything with a `ping`.

    Raises:
        TypeError: It has no `ping`.
    """
    if not callable(getattr(client, "ping", None)):
        raise TypeError("the client has no `ping`: pass `redis.Redis(...)` or `redis.asyncio.Redis(...)`")
    known = cast("Any", client)
    if any(inspect.iscoroutinefunction(getattr(client, name, None)) for name in ("ping", "execute_command")):

        async def ask() -> bool:
            return bool(await known.ping())

        return check(ask, **options)
    return check(lambda: bool(known.ping()), **options)
