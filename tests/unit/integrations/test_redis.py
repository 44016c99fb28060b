import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from surefoot.integrations.redis import protect
from surefoot.resilience import BreakerOpen, BreakerSettings, Pipeline, PipelineSettings, RetrySettings
from tests.redis_server import RedisServer, redis_server

pytestmark = [pytest.mark.req("RES-5"), pytest.mark.real]

SETTINGS = PipelineSettings("cache", breaker=BreakerSettings(consecutive=3, reset=60))


@pytest.fixture
def server(tool: Callable[[str], str], tmp_path: Path) -> Iterator[RedisServer]:
    tool("redis-server")
    with redis_server(tmp_path) as running:
        yield running


def calls(pipeline: Pipeline) -> dict[str, int]:
    policies: Any = pipeline.state()["policies"]
    counted: dict[str, int] = policies["breaker"]["calls"]
    return counted


def test_commands_and_batches_are_counted_and_an_absent_server_opens_the_breaker(server: RedisServer):
    pipeline = Pipeline(SETTINGS)
    with protect(redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)), pipeline) as client:
        client.set("a", 1)
        assert client.get("a") == b"1"
        batch = client.pipeline()
        batch.incr("a")
        batch.incr("a")
        assert batch.execute() == [2, 3]
        with pytest.raises(redis.ResponseError):
            client.lpush("a", "x")
        assert calls(pipeline) == {"ok": 3, "failed": 0, "neutral": 1, "rejected": 0}
        server.stop()
        for _ in range(3):
            with pytest.raises(redis.ConnectionError):
                client.get("a")
        with pytest.raises(BreakerOpen):
            client.get("a")
        with pytest.raises(BreakerOpen):
            client.pipeline().get("a").execute()


def test_reads_are_repeated_and_writes_are_not(server: RedisServer):
    settings = PipelineSettings(
        "cache", breaker=BreakerSettings(consecutive=9), retry=RetrySettings(retries=2, base=0.001)
    )
    pipeline = Pipeline(settings)
    with protect(redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)), pipeline) as client:
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("a")
        assert calls(pipeline)["failed"] == 3
        with pytest.raises(redis.ConnectionError):
            client.incr("a")
        assert calls(pipeline)["failed"] == 4


def test_an_async_client_goes_through_too(server: RedisServer):
    pipeline = Pipeline(SETTINGS)

    async def main() -> None:
        plain = redis.asyncio.Redis(port=server.port, retry=AsyncRetry(NoBackoff(), 0))
        async with protect(plain, pipeline) as client:
            await client.set("a", 1)
            assert await client.get("a") == b"1"
            batch: Any = client.pipeline()
            assert await batch.incr("a").execute() == [2]
            server.stop()
            for _ in range(3):
                with pytest.raises(redis.ConnectionError):
                    await client.get("a")
            with pytest.raises(BreakerOpen):
                await client.set("a", 2)

    asyncio.run(main())
    assert calls(pipeline)["ok"] == 3
