"""Pipelines under trio, by anyio, which asyncio runs, too.

There are fallback, deadline, shedding, budget, retry, rate limit, breaker, bulkhead and attempt time-out, in the
order of every pipeline.

::

    payments = pipeline_for_trio(settings)

    @through(payments, on=OSError)
    async def capture(order): ...

The policies, their counters and `state()` are those of the pipeline. Hedges, adaptive limits and chaos need asyncio's
tasks: settings with them are refused.
"""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, ParamSpec, TypeVar, cast

import anyio

from surefoot.resilience.breaker import Breaker
from surefoot.resilience.budget import Budget
from surefoot.resilience.bulkhead import Bulkhead
from surefoot.resilience.chaos import TOUCHED
from surefoot.resilience.clock import SystemClock
from surefoot.resilience.deadline import Deadline, patience
from surefoot.resilience.errors import BulkheadFull, RateLimited
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.fallback import OURS, Fallback, Rescue
from surefoot.resilience.limiter import RateLimiter
from surefoot.resilience.limits import CURRENT, Limits
from surefoot.resilience.outcome import Counted, Errors, classifier
from surefoot.resilience.pace import GRAIN
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.retry import Retry, asked_delay
from surefoot.resilience.settings import PipelineSettings
from surefoot.resilience.shed import Shedder
from surefoot.resilience.timeout import Timeout
from surefoot.resilience.waiting import TaskWaiter
from surefoot.resilience.weave import Site

P = ParamSpec("P")
R = TypeVar("R")

_NOT_HERE = ("hedge", "adaptive", "chaos")


class AnyioClock(SystemClock):
    """The machine's clock, waiting as the running loop does."""

    async def pause(self, seconds: float) -> None:
        """Suspend this task."""
        await anyio.sleep(seconds)


def pipeline_for_trio(settings: PipelineSettings, *, hooks: Hooks | None = None) -> Pipeline:
    """Make a pipeline that waits by anyio.

    Raises:
        ValueError: The settings have what only asyncio can do.
    """
    for kind in _NOT_HERE:
        if getattr(settings, kind):
            raise ValueError(f"{settings.name}: `{kind}` needs asyncio: drop it for trio")
    return Pipeline(settings, clock=AnyioClock(), hooks=hooks)


def through(
    pipeline: Pipeline,
    *,
    on: Errors = Exception,
    ignore: Errors = (),
    bad: Callable[[Any], bool] | None = None,
    key: Callable[..., object] | None = None,
    alternatives: Mapping[str, Callable[..., Any]] | None = None,
) -> Callable[[Callable[P, Coroutine[Any, Any, R]]], Callable[P, Coroutine[Any, Any, R]]]:
    """Protect a coroutine function; the arguments are those of `Pipeline`."""
    counted = classifier(on, ignore)

    def decorate(target: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
        site = Site("", asynchronous=True, clock=pipeline.clock, key=key, alternatives=alternatives or {})
        passage = _Passage(pipeline, counted, bad, site)

        @functools.wraps(target)
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return cast("R", await passage.call(functools.partial(target, *args, **kwargs)))

        return call

    return decorate


class _Bad(Exception):  # noqa: N818  # carries a bad result past the policies as a failure
    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


class _Passage:
    """One protected function; reads the present policies at each call."""

    def __init__(self, pipeline: Pipeline, counted: Counted, bad: Callable[[Any], bool] | None, site: Site) -> None:
        self._pipeline = pipeline
        self._given = counted
        self._bad = bad
        self._site = site

    def _counted(self, error: BaseException) -> bool:
        return isinstance(error, _Bad) or self._given(error)

    async def call(self, target: "functools.partial[Any]") -> object:
        fallback = self._pipeline.policies.get("fallback")
        rescue = Rescue(fallback, self._site) if isinstance(fallback, Fallback) else None
        TOUCHED.set(None)  # of an earlier call of another pipeline: here no experiment touches anything
        try:
            result = await self._whole(target)
        except Exception as error:
            if rescue is None and isinstance(error, _Bad):
                return error.result
            if rescue is None or not (isinstance(error, OURS) or self._counted(error)):
                raise
            failed, result = (None, error.result) if isinstance(error, _Bad) else (error, None)
            return await rescue.rescue_async(failed, result, target.func, *target.args, **target.keywords)
        if rescue is not None:
            rescue.keep(result, target.func, *target.args, **target.keywords)
        return result

    async def _whole(self, target: Callable[[], Awaitable[object]]) -> object:
        policies = self._pipeline.policies
        async with AsyncExitStack() as stack:
            limit, shed, budget = policies.get("deadline"), policies.get("shed"), policies.get("budget")
            if isinstance(limit, Deadline):
                await stack.enter_async_context(_within(limit))
            if isinstance(shed, Shedder):
                await stack.enter_async_context(shed.once())
            if isinstance(budget, Budget):
                budget.flying.append(None)
                stack.callback(budget.flying.pop)
            return await self._repeated(target, policies.get("retry"))

    async def _repeated(self, target: Callable[[], Awaitable[object]], retry: object) -> object:
        if not isinstance(retry, Retry):
            return await self._attempt(target)
        done, wait, budget = 0, 0.0, retry.budget
        try:
            while True:
                try:
                    result = await self._attempt(target)
                except Exception as error:
                    if not self._counted(error):
                        raise
                    answer = error.result if isinstance(error, _Bad) else error
                    again = retry.again(done, wait, answer, asked_delay(answer), budget)
                    if again is None:
                        retry.failed_first += not done
                        retry.failed_later += done > 0
                        raise
                    wait = again
                else:
                    retry.ok_first += not done
                    retry.ok_later += done > 0
                    return result
                done += 1
                await anyio.sleep(wait)
        finally:
            if done and budget is not None:
                budget.give()

    async def _attempt(self, target: Callable[[], Awaitable[object]]) -> object:
        policies = self._pipeline.policies
        rate, breaker, bulkhead = policies.get("rate"), policies.get("breaker"), policies.get("bulkhead")
        if isinstance(rate, RateLimiter):
            await self._token(rate)
        if not isinstance(breaker, Breaker):
            return await self._seated(target, bulkhead, None)
        seat, began = breaker.seat or breaker.admit(), [breaker.clock.now()]
        try:
            result = await self._seated(target, bulkhead, began)
        except BaseException as error:
            now = breaker.clock.now()
            if self._counted(error):
                breaker.failed(seat, now - began[0], now)
            else:
                breaker.neutral(seat)
            raise
        now = breaker.clock.now()
        breaker.good(seat, now - began[0], now)
        return result

    async def _seated(
        self, target: Callable[[], Awaitable[object]], bulkhead: object, began: list[float] | None
    ) -> object:
        async with AsyncExitStack() as stack:
            if isinstance(bulkhead, Bulkhead):
                await self._place(bulkhead)
                stack.callback(bulkhead.leave)
            if began is not None:
                began[0] = self._pipeline.clock.now()  # our own queue is not the dependency's slowness
            timeout = self._pipeline.policies.get("timeout")
            if isinstance(timeout, Timeout):
                await stack.enter_async_context(_within(timeout))
            result = await target()
        if self._bad is not None and self._bad(result):
            raise _Bad(result)
        return result

    async def _token(self, rate: RateLimiter) -> None:
        """Take a token, waiting for it; nobody stands in line."""
        clock = self._pipeline.clock
        until = clock.now() + patience(rate.settings.wait)
        while (wait := rate.take(clock.now())) > 0:
            if clock.now() + wait - until > GRAIN:
                rate.calls_rejected += 1
                self._tell("rate_limiter")
                raise RateLimited(rate.name, wait)
            await anyio.sleep(wait)

    async def _place(self, bulkhead: Bulkhead) -> None:
        """Take a place, or stand in line for one."""
        places = bulkhead.places
        if places.take():
            return
        seconds = patience(bulkhead.wait)
        waiter = _Waiter(seconds)
        joined = not places.full() and places.join(cast("TaskWaiter", waiter))
        try:
            if joined:
                await waiter.wait(seconds)
        except BaseException:
            if not places.withdraw(cast("TaskWaiter", waiter)):
                places.leave()
            raise
        if not joined or (not waiter.called and places.withdraw(cast("TaskWaiter", waiter))):
            bulkhead.calls_rejected += 1
            self._tell("bulkhead")
            raise BulkheadFull(bulkhead.name)
        bulkhead.calls_waited += 1

    def _tell(self, policy: str) -> None:
        pipeline = self._pipeline
        pipeline.hooks.tell(Event("rejected", pipeline.name, policy, pipeline.clock.now()))


@asynccontextmanager
async def _within(limits: Limits) -> AsyncIterator[None]:
    """Limit a block by a cancel scope, and tell the end to `remaining()`."""
    token = limits.start()
    left = limits.left()
    try:
        with anyio.move_on_after(left) as scope:
            yield
    finally:
        CURRENT.reset(token)
    if scope.cancelled_caught:
        raise limits.lapse()


class _Waiter:
    """A task in the line of a bulkhead; all of its tasks run in one loop."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.called = False
        self._gate = anyio.Event()

    def call(self) -> bool:
        """Wake it."""
        self.called = True
        self._gate.set()
        return True

    async def wait(self, seconds: float) -> None:
        """Suspend until called, or until the time is over."""
        with anyio.move_on_after(seconds):
            await self._gate.wait()
