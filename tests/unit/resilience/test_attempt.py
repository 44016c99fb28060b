import asyncio
from typing import Any

import pytest

from surefoot.resilience.errors import AttemptTimeout, BreakerOpen, BulkheadFull
from surefoot.resilience.pipeline import protect
from surefoot.resilience.settings import BreakerSettings, BulkheadSettings, RetrySettings, TimeoutSettings
from tests.unit.resilience.moments import told

pytestmark = pytest.mark.req("RES-5")


def dep() -> Any:
    return protect("dep", breaker=BreakerSettings(consecutive=1), retry=RetrySettings())


def test_a_block_that_fails_opens_the_breaker_for_the_next():
    payments = dep()
    with pytest.raises(OSError, match="sick"), payments.attempt():
        raise OSError("sick")
    with pytest.raises(BreakerOpen), payments.attempt():
        pytest.fail("let in")


def test_a_bad_result_counts():
    payments = dep()
    with payments.attempt(bad=lambda status: status >= 500) as attempt:
        assert attempt.result(503) == 503
    assert payments.breaker.calls_failed == 1


def test_a_block_without_a_result_is_good():
    payments = dep()
    with payments.attempt(bad=lambda status: status >= 500):
        pass
    assert payments.breaker.calls_ok == 1


def test_ignored_errors_are_neutral():
    payments = dep()
    with pytest.raises(KeyError), payments.attempt(on=Exception, ignore=KeyError):
        raise KeyError
    assert payments.breaker.calls_neutral == 1


@pytest.mark.parametrize("error", [StopIteration(), StopAsyncIteration(), RuntimeError("own"), KeyboardInterrupt()])
def test_the_error_of_the_block_comes_out_as_it_is(error):
    with pytest.raises(type(error)) as caught, dep().attempt():
        raise error
    assert caught.value is error

    async def main() -> Any:
        async with dep().attempt():
            raise error

    if not isinstance(error, (KeyboardInterrupt, StopIteration)):  # asyncio itself keeps these two from coming out
        with pytest.raises(type(error)) as caught:
            asyncio.run(main())
        assert caught.value is error


def test_async_blocks_wait_and_are_timed():
    payments = protect("dep", timeout=TimeoutSettings(0.02), breaker=BreakerSettings(), bulkhead=BulkheadSettings(1))

    async def main() -> Any:
        with pytest.raises(AttemptTimeout):
            async with payments.attempt():
                await asyncio.sleep(60)
        async with payments.attempt() as attempt:
            with pytest.raises(BulkheadFull):
                async with payments.attempt():
                    pytest.fail("let in")
            return attempt.result(await asyncio.sleep(0, 7))

    assert asyncio.run(main()) == 7
    assert told(payments, "breaker")["calls"] == {"ok": 1, "failed": 1, "neutral": 1, "rejected": 0}


def test_blocks_nest_and_may_return():
    payments = dep()

    def call() -> Any:
        with payments.attempt(), payments.attempt() as attempt:
            return attempt.result("good")

    assert call() == "good"
    assert payments.breaker.calls_ok == 2
