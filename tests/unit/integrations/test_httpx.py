import asyncio
from typing import Any

import httpx
import pytest

from surefoot.integrations.httpx import AsyncTransport, Transport
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

pytestmark = [pytest.mark.req("RES-5"), pytest.mark.parametrize("kind", ["sync", "async"])]

RETRYING = PipelineSettings("bank", retry=RetrySettings(retries=2, base=0.001))


def ask(kind: str, pipeline: Pipeline, *requests: tuple[Any, ...], **more: Any) -> list[httpx.Response]:
    """Send requests by one client and read the answers."""
    if kind == "sync":
        with httpx.Client(transport=Transport(pipeline)) as client:
            return [client.request(*request, **more) for request in requests]

    async def main() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=AsyncTransport(pipeline)) as client:
            return [await client.request(*request, **more) for request in requests]

    return asyncio.run(main())


def test_what_may_be_sent_twice_is_repeated_after_errors_and_bad_answers(kind: str, server: Web):
    server.script = [0, 503]
    (answer,) = ask(kind, Pipeline(RETRYING), ("GET", server.url))
    assert (answer.status_code, answer.text, len(server.asked)) == (200, "answer 3", 3)


def test_a_post_is_sent_once_unless_it_has_a_key(kind: str, server: Web):
    server.script = [503]
    (answer,) = ask(kind, Pipeline(RETRYING), ("POST", server.url), json={"cents": 5})
    assert (answer.status_code, len(server.asked)) == (503, 1)
    server.script = [503]
    (answer,) = ask(kind, Pipeline(RETRYING), ("POST", server.url), content=b"x", headers={"Idempotency-Key": "1"})
    assert (answer.status_code, [body for _, _, body in server.asked[1:]]) == (200, [b"x", b"x"])


def test_the_last_bad_answer_is_given_and_can_be_read(kind: str, server: Web):
    server.script = [503] * 3
    (answer,) = ask(kind, Pipeline(RETRYING), ("GET", server.url))
    assert (answer.status_code, answer.text) == (503, "answer 3")


def test_failures_open_the_breaker_and_client_errors_do_not(kind: str, server: Web):
    pipeline = Pipeline(PipelineSettings("bank", breaker=BreakerSettings(consecutive=2)))
    server.script = [404, 404, 404, 500, 429]
    ask(kind, pipeline, *[("POST", server.url)] * 5)
    with pytest.raises(BreakerOpen):
        ask(kind, pipeline, ("GET", server.url))
    assert len(server.asked) == 5


def test_retry_after_beyond_the_cap_ends_it_and_below_is_waited_for(kind: str, server: Web):
    server.script = [(503, {"Retry-After": "3600"})]
    (answer,) = ask(kind, Pipeline(RETRYING), ("GET", server.url))
    assert (answer.status_code, len(server.asked)) == (503, 1)


def test_the_rest_of_the_deadline_is_sent_and_shortens_time_outs(kind: str, server: Web):
    pipeline = Pipeline(PipelineSettings("bank", deadline=0.2))
    server.script = [1.0]
    with pytest.raises((httpx.ReadTimeout, DeadlineExceeded)):
        ask(kind, pipeline, ("GET", server.url))
    said = server.asked[0][1]["x-request-timeout"]
    assert 0 < int(said.removesuffix("ms")) <= 200


def test_without_a_deadline_nothing_is_sent(kind: str, server: Web):
    ask(kind, Pipeline(RETRYING), ("GET", server.url))
    assert "x-request-timeout" not in server.asked[0][1]


def test_stale_answers_are_kept_whole_for_each_user(kind: str, server: Web):
    settings = PipelineSettings("bank", fallback=(FallbackSettings("stale"), FallbackSettings("value", value={"x": 1})))
    pipeline = Pipeline(settings)
    server.script = [200, 500, 500]
    good, stale = ask(kind, pipeline, ("GET", server.url), ("GET", server.url), headers={"Authorization": "a"})
    assert (good.text, stale.text, stale.status_code) == ("answer 1", "answer 1", 200)
    (other,) = ask(kind, pipeline, ("GET", server.url), headers={"Authorization": "b"})
    assert other.json() == {"x": 1}
