import asyncio
from typing import Any

import aiohttp
import pytest

from surefoot.integrations.aiohttp import through
from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    DeadlineExceeded,
    FallbackSettings,
    Pipeline,
    PipelineSettings,
    RetrySettings,
)
from tests.unit.integrations.web import Web

pytestmark = pytest.mark.req("RES-5")

RETRYING = PipelineSettings("bank", retry=RetrySettings(retries=2, base=0.001))


def ask(pipeline: Pipeline, *requests: tuple[str, str], **more: Any) -> list[tuple[int, str]]:
    async def main() -> list[tuple[int, str]]:
        async with aiohttp.ClientSession(middlewares=(through(pipeline),)) as session:
            answers = []
            for method, url in requests:
                async with session.request(method, url, **more) as answer:
                    answers.append((answer.status, await answer.text()))
            return answers

    return asyncio.run(main())


def test_what_may_be_sent_twice_is_repeated_and_the_rest_is_not(server: Web):
    server.script = [0, 503]
    assert ask(Pipeline(RETRYING), ("PUT", server.url), json={}) == [(200, "answer 3")]
    server.script = [503]
    assert ask(Pipeline(RETRYING), ("POST", server.url), data=b"x") == [(503, "answer 4")]
    server.script = [503]
    assert ask(Pipeline(RETRYING), ("POST", server.url), data=b"x", headers={"Idempotency-Key": "1"})[0][0] == 200
    assert [body for _, _, body in server.asked[-2:]] == [b"x", b"x"]


def test_a_streamed_body_is_sent_once(server: Web):
    async def parts() -> Any:
        yield b"a"

    server.script = [503]
    assert ask(Pipeline(RETRYING), ("PUT", server.url), data=parts(), headers={"Content-Length": "1"})[0][0] == 503


def test_failures_open_the_breaker(server: Web):
    pipeline = Pipeline(PipelineSettings("bank", breaker=BreakerSettings(consecutive=1)))
    server.script = [404, 500]
    ask(pipeline, ("GET", server.url), ("GET", server.url))
    with pytest.raises(BreakerOpen):
        ask(pipeline, ("GET", server.url))


def test_the_deadline_holds_and_is_told(server: Web):
    server.script = [0.5]
    with pytest.raises(DeadlineExceeded):
        ask(Pipeline(PipelineSettings("bank", deadline=0.1)), ("GET", server.url))
    assert int(server.asked[0][1]["x-request-timeout"].removesuffix("ms")) <= 100


def test_a_fallback_does_not_fit():
    with pytest.raises(ValueError, match="no substitute"):
        through(Pipeline(PipelineSettings("bank", fallback=(FallbackSettings("value"),))))
