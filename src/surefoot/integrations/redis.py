"""The commands of a Redis client, synchronous or of `redis.asyncio`, through a pipeline.

::

    client = protect(redis.Redis(retry=Retry(NoBackoff(), 0)), cache)

Commands that only read are repeated; others, and pipelines of commands, pass the policies once. Switch the client's
own retries off, or each of ours becomes several.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import redis
import redis.asyncio

from surefoot.resilience.outcome import Errors
from surefoot.resilience.pipeline import Pipeline

C = TypeVar("C", redis.Redis, redis.asyncio.Redis)

_READS = """
BITCOUNT BITPOS DBSIZE ECHO EXISTS GEODIST GEOHASH GEOPOS GEOSEARCH GET GETBIT GETRANGE HEXISTS HGET HGETALL HKEYS
HLEN HMGET HSCAN HSTRLEN HVALS KEYS LINDEX LLEN LPOS LRANGE MGET PFCOUNT PING PTTL RANDOMKEY SCAN SCARD SDIFF SINTER
SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN STRLEN SUNION TIME TTL TYPE XLEN XRANGE XREVRANGE ZCARD ZCOUNT
ZLEXCOUNT ZMSCORE ZRANGE ZRANK ZREVRANK ZSCAN ZSCORE
"""
READS = frozenset(_READS.split())


def protect(
    client: C, pipeline: Pipeline, *, on: Errors = (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError)
) -> C:
    """Send the commands of a client through a pipeline from now on; gives the client.

    Args:
        client: That is changed.
        pipeline: Of the dependency.
        on: Errors that count.
    """
    anyhow: Any = client
    asynchronous = isinstance(client, redis.asyncio.Redis)
    once = _once_async if asynchronous else _once
    anyhow.execute_command = _either(
        pipeline(on=on)(anyhow.execute_command), once(anyhow.execute_command, pipeline, on)
    )
    make = anyhow.pipeline

    def batch(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        made.execute = once(made.execute, pipeline, on)
        return made

    anyhow.pipeline = batch
    return client


def _either(whole: Callable[..., Any], once: Callable[..., Any]) -> Callable[..., Any]:
    def execute_command(*args: Any, **options: Any) -> Any:
        return (whole if str(args[0]).upper() in READS else once)(*args, **options)

    return execute_command


def _once(call: Callable[..., Any], pipeline: Pipeline, on: Errors) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with pipeline.attempt(on=on):
            return call(*args, **kwargs)

    return guarded


def _once_async(call: Callable[..., Any], pipeline: Pipeline, on: Errors) -> Callable[..., Any]:
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        async with pipeline.attempt(on=on):
            return await call(*args, **kwargs)

    return guarded
