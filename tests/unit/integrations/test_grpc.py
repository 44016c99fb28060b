import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from surefoot.integrations.grpc import AsyncClient, AsyncServer, Client, Server
from surefoot.resilience import (
    BreakerOpen,
    BreakerSettings,
    Pipeline,
    PipelineSettings,
    RateSettings,
    RetrySettings,
    remaining,
    within,
)

pytestmark = pytest.mark.req("RES-5")

GET, PAY = "/bank.Bank/Get", "/bank.Bank/Pay"
FAILING = PipelineSettings(
    "bank", breaker=BreakerSettings(consecutive=4, reset=60), retry=RetrySettings(retries=1, base=0.001)
)


class Bank:
    def __init__(self, *script: grpc.StatusCode) -> None:
        self.script = list(script)
        self.asked: list[float | None] = []

    def answer(self, request: bytes, context: Any) -> bytes:
        self.asked.append(remaining())
        if self.script:
            context.abort(self.script.pop(0), "scripted")
        return request.upper()

    async def answer_async(self, request: bytes, context: Any) -> bytes:
        self.asked.append(remaining())
        if self.script:
            await context.abort(self.script.pop(0), "scripted")
        return request.upper()


def handlers(answer: Callable[..., Any]) -> Any:
    return grpc.method_handlers_generic_handler(
        "bank.Bank", {name: grpc.unary_unary_rpc_method_handler(answer) for name in ("Get", "Pay")}
    )


@contextmanager
def serving(bank: Bank, *interceptors: Any) -> Iterator[str]:
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool, interceptors=interceptors)
        server.add_generic_rpc_handlers((handlers(bank.answer),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()


@contextmanager
def client(address: str, pipeline: Pipeline) -> Iterator[Any]:
    with grpc.insecure_channel(address) as channel:
        yield grpc.intercept_channel(channel, Client(pipeline, idempotent={GET}))


def test_idempotent_methods_are_repeated_faults_counted_and_wrong_requests_not():
    pipeline = Pipeline(FAILING)
    bank = Bank(grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAVAILABLE)
    with serving(bank) as address, client(address, pipeline) as channel:
        get, pay = channel.unary_unary(GET), channel.unary_unary(PAY)
        with pytest.raises(grpc.RpcError) as told:
            get(b"a", timeout=5)
        assert told.value.code() is grpc.StatusCode.NOT_FOUND
        assert get(b"a", timeout=5) == b"A"
        assert len(bank.asked) == 4
        bank.script = [grpc.StatusCode.INTERNAL]
        with pytest.raises(grpc.RpcError):
            pay(b"a", timeout=5)
        assert len(bank.asked) == 5


def test_failures_open_the_breaker():
    pipeline = Pipeline(FAILING)
    with serving(Bank(*[grpc.StatusCode.UNAVAILABLE] * 4)) as address, client(address, pipeline) as channel:
        for _ in range(2):
            with pytest.raises(grpc.RpcError):
                channel.unary_unary(GET)(b"a", timeout=5)
        with pytest.raises(BreakerOpen):
            channel.unary_unary(PAY)(b"a", timeout=5)


def test_the_deadline_goes_from_client_to_server():
    bank = Bank()
    with serving(bank, Server()) as address, client(address, Pipeline(PipelineSettings("bank"))) as channel:
        with within(2.0):
            channel.unary_unary(GET)(b"a", timeout=60)
        channel.unary_unary(GET)(b"a", timeout=60)
        channel.unary_unary(GET)(b"a")
    first, second, third = bank.asked
    assert first is not None
    assert 0 < first <= 2.5  # the server rounds up
    assert second is not None
    assert 50 < second <= 61
    assert third is None


def test_a_server_sheds():
    own = Pipeline(PipelineSettings("self", rate=RateSettings(1, per=60)))
    with serving(Bank(), Server(own)) as address, grpc.insecure_channel(address) as channel:
        assert channel.unary_unary(GET)(b"a", timeout=5) == b"A"
        with pytest.raises(grpc.RpcError) as told:
            channel.unary_unary(GET)(b"a", timeout=5)
    assert told.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_async_clients_and_servers_do_the_same():
    pipeline = Pipeline(FAILING)
    own = Pipeline(PipelineSettings("self", rate=RateSettings(8, per=600)))
    bank = Bank(*[grpc.StatusCode.UNAVAILABLE] * 5)

    async def main() -> None:
        server = grpc.aio.server(interceptors=[AsyncServer(own)])
        server.add_generic_rpc_handlers((handlers(bank.answer_async),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        interceptors = [AsyncClient(pipeline, idempotent={GET})]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", interceptors=interceptors) as channel:
            get, pay = channel.unary_unary(GET), channel.unary_unary(PAY)
            with pytest.raises(grpc.aio.AioRpcError):
                await get(b"a", timeout=5)
            assert len(bank.asked) == 2
            with pytest.raises(grpc.aio.AioRpcError):
                await pay(b"a", timeout=5)
            with pytest.raises(grpc.aio.AioRpcError):
                await pay(b"a", timeout=5)
            with pytest.raises(BreakerOpen):
                await get(b"a", timeout=5)
            plain = AsyncClient(Pipeline(PipelineSettings("bank")))
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", interceptors=[plain]) as other:
                bank.script.clear()
                async with within(2.0):
                    assert await other.unary_unary(GET)(b"a") == b"A"
                codes = []
                for _ in range(5):
                    try:
                        await other.unary_unary(GET)(b"a")
                    except grpc.aio.AioRpcError as error:
                        codes.append(error.code())
        await server.stop(None)
        assert codes == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 2

    asyncio.run(main())
    left = bank.asked[4]
    assert left is not None
    assert 0 < left <= 2.5
