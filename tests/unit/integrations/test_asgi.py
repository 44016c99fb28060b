import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, StreamingResponse

from surefoot.integrations.asgi import Middleware
from surefoot.integrations.prometheus import endpoint
from surefoot.integrations.served import Served
from surefoot.resilience import (
    BreakerOpen,
    BulkheadSettings,
    DeadlineExceeded,
    Pipeline,
    PipelineSettings,
    RateSettings,
    ShedSettings,
    remaining,
)

pytestmark = pytest.mark.req("RES-3", "MON-1")


def service(**more: Any) -> tuple[FastAPI, Served]:
    app, served = FastAPI(), Served()
    app.add_middleware(Middleware, served=served, **more)

    @app.get("/orders/{number}")
    async def order(number: int) -> dict[str, Any]:
        return {"number": number, "left": remaining()}

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(5)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    @app.get("/refused")
    async def refused() -> None:
        raise BreakerOpen("bank", 7.2)

    @app.get("/half")
    async def half() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"first"
            raise DeadlineExceeded

        return StreamingResponse(parts())

    app.mount("/metrics", endpoint((), served, registry=None))
    return app, served


def ask(app: Any, *paths: str, **headers: str) -> list[httpx.Response]:
    async def main() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return [await client.get(path, headers=headers) for path in paths]

    return asyncio.run(main())


def metrics(app: FastAPI) -> str:
    (answer,) = ask(app, "/metrics/")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def test_requests_are_measured_by_route_in_the_names_that_objectives_read():
    app, _ = service()
    ask(app, "/orders/1", "/orders/2", "/nowhere", "/broken")
    text = metrics(app)
    assert 'http_requests_total{method="GET",handler="/orders/{number}",code="200"} 2\n' in text
    assert 'http_requests_total{method="GET",handler="",code="404"} 1\n' in text
    assert 'http_requests_total{method="GET",handler="/broken",code="500"} 1\n' in text
    assert 'http_request_duration_seconds_count{method="GET",handler="/orders/{number}"} 2\n' in text
    assert 'http_request_duration_seconds_bucket{method="GET",handler="/orders/{number}",le="+Inf"} 2\n' in text
    assert "http_requests_in_flight{} 1\n" in text  # the scrape itself


def test_the_callers_deadline_is_inherited_and_the_longest_bounds_it():
    app, _ = service(longest=3.0)
    (told,) = ask(app, "/orders/1", **{"X-Request-Timeout": "500ms"})
    assert 0 < told.json()["left"] <= 0.5
    (by_grpc,) = ask(app, "/orders/1", **{"grpc-timeout": "200m"})
    assert 0 < by_grpc.json()["left"] <= 0.2
    (longest,) = ask(app, "/orders/1", **{"X-Request-Timeout": "1000s"})
    assert 2 < longest.json()["left"] <= 3
    (nonsense,) = ask(app, "/orders/1", **{"X-Request-Timeout": "-5"})
    assert 2 < nonsense.json()["left"] <= 3


def test_callers_need_not_be_asked():
    app, _ = service(header=None)
    (answer,) = ask(app, "/orders/1", **{"X-Request-Timeout": "500ms"})
    assert answer.json()["left"] is None


def test_a_request_out_of_time_gets_504_and_a_refusal_503_with_its_wait():
    app, _ = service(longest=0.05)
    late, refused = ask(app, "/slow", "/refused")
    assert (late.status_code, late.text) == (504, "It took too long.\n")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "8")
    assert 'code="504"} 1' in metrics(app)


def test_load_is_shed_by_a_pipeline_of_the_service():
    own = Pipeline(PipelineSettings("self", rate=RateSettings(2, per=60)))
    app, _ = service(pipeline=own)
    assert [answer.status_code for answer in ask(app, "/orders/1", "/orders/2", "/orders/3")] == [200, 200, 503]


def test_a_bulkhead_of_the_service_limits_requests_at_a_time():
    own = Pipeline(PipelineSettings("self", bulkhead=BulkheadSettings(1)))
    app, _ = service(pipeline=own, longest=0.3)

    async def main() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            first = asyncio.create_task(client.get("/slow"))
            await asyncio.sleep(0.05)
            second = await client.get("/orders/1")
            return [(await first).status_code, second.status_code]

    assert asyncio.run(main()) == [504, 503]


def test_an_answer_that_has_begun_is_not_overwritten():
    app, served = service()
    with pytest.raises(DeadlineExceeded):
        asyncio.run(_direct(app, "/half"))
    assert any(sample.labels[-1] == ("code", "500") for sample in served.families()[0].samples)


async def _direct(app: Any, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service") as client:
        await client.get(path)


def test_a_client_that_leaves_is_counted_as_such():
    app, served = service()

    async def main() -> None:
        work = asyncio.create_task(_direct(app, "/slow"))
        await asyncio.sleep(0.05)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(main())
    (sample,) = served.families()[0].samples
    assert dict(sample.labels)["code"] == "499"


def test_other_traffic_passes():
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["type"])

    asyncio.run(Middleware(app)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]  # not used
    assert seen == ["lifespan"]


def test_a_plain_application_is_served_by_one_line():
    served = Served()
    app = Middleware(PlainTextResponse("hello"), served=served)
    (answer,) = ask(app, "/")
    assert answer.text == "hello"
    assert served.families()[0].samples[0].value == 1


def test_important_requests_are_shed_last():
    own = Pipeline(PipelineSettings("self", shed=ShedSettings()))
    app, _ = service(pipeline=own, priority=lambda scope: "critical" if "orders" in scope["path"] else "low")
    codes = [answer.status_code for answer in ask(app, *["/broken", "/orders/1"] * 100)]
    assert codes[0::2].count(503) > 10
    assert codes[1::2].count(503) < codes[0::2].count(503)
