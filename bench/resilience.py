"""What protecting a call costs, beside the libraries that people use now: nanoseconds on top of the bare call.

The peers of ``bench/peers.txt`` are installed into ``out/bench-peers`` on the first run. Each figure is the best of
some rounds, peers and ours in turns; only ratios are to be trusted.
"""

import argparse
import asyncio
import gc
import logging
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from surefoot import resilience
from surefoot.resilience import (
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    PipelineSettings,
    RateSettings,
    Rejected,
    RetrySettings,
    TimeoutSettings,
)

HERE = Path(__file__).parent
PEERS = HERE.parent / "out" / "bench-peers"
LOTS = 10**9

COUNT = BreakerSettings(share=0.5, calls=100, slow_share=0.8, slow_over=0.5)
TIME = BreakerSettings(share=0.5, window=10)
RETRY, BUDGET = RetrySettings(retries=3, base=0.1, cap=2), BudgetSettings()
RATE, BULKHEAD = RateSettings(count=LOTS, per=1), BulkheadSettings(limit=20, queue=50)
TIMEOUT = TimeoutSettings(after=5)


@dataclass(frozen=True)
class Row:
    """A comparison: what is measured, ours, the peers' with the ratio that is wanted of each, and whether async."""

    name: str
    ours: Callable[..., Any]
    peers: dict[str, tuple[Callable[..., Any], float]]
    asynchronous: bool = False


def fetch() -> None:
    """Install the peers, and make them importable."""
    wanted = (HERE / "peers.txt").read_text("utf-8").split()
    sys.path.append(str(PEERS))
    have = {f"{found.name}=={found.version}" for found in metadata.distributions(path=[str(PEERS)])}
    if not set(wanted) <= have:
        print("installing the peers ...", file=sys.stderr)
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "pip", "install", "-q", "--python", sys.executable, "--target", PEERS, *wanted], check=True)


def bare(number: int) -> int:
    return number


async def abare(number: int) -> int:
    return number


def loop_cost(function: Callable[[int], Any], count: int) -> float:
    """Return nanoseconds a call."""
    numbers = range(count)
    began = time.perf_counter_ns()
    for number in numbers:
        function(number)
    return (time.perf_counter_ns() - began) / count


def async_cost(function: Callable[[int], Awaitable[Any]], count: int) -> float:
    async def work() -> float:
        began = time.perf_counter_ns()
        for number in range(count):
            await function(number)
        return (time.perf_counter_ns() - began) / count

    return asyncio.run(work())


def refusal_cost(function: Callable[[int], Any], refusal: type[BaseException], count: int) -> float:
    began = time.perf_counter_ns()
    for number in range(count):
        try:  # noqa: SIM105  # suppress() would cost more than what is measured
            function(number)
        except refusal:
            pass
    return (time.perf_counter_ns() - began) / count


def net(cost: Callable[[Callable[..., Any], int], float], functions: dict[str, Callable[..., Any]]) -> dict[str, float]:
    """Measure functions in turns and take off what the first of them, the bare one, costs."""
    best = dict.fromkeys(functions, float("inf"))
    for _ in range(7):
        for name, function in functions.items():
            count = 2_000 if best[name] > 20_000 else 20_000
            best[name] = min(best[name], cost(function, count if best[name] < float("inf") else 500))
    floor = next(iter(best.values()))
    return {name: found - floor for name, found in best.items()}


def rows() -> list[Row]:
    import backoff
    import circuitbreaker
    import pybreaker
    import tenacity
    from interlock import CircuitBreaker as Interlock
    from interlock import Config
    from interlock.window import WindowType
    from limits import RateLimitItemPerSecond
    from limits.storage import MemoryStorage
    from limits.strategies import SlidingWindowCounterRateLimiter
    from pyresilience import (
        BulkheadConfig,
        CircuitBreakerConfig,
        RateLimiterConfig,
        RetryConfig,
        resilient,
    )

    by_count = Interlock(name="count", config=Config(window_size=100, slow_call_duration_threshold=0.5))
    by_time = Interlock(name="time", config=Config(window_type=WindowType.TIME_BASED, window_size=10))
    limiter, item = SlidingWindowCounterRateLimiter(MemoryStorage()), RateLimitItemPerSecond(LOTS)
    places, aplaces = threading.Semaphore(20), asyncio.Semaphore(20)

    def limited(number: int) -> int:
        if not limiter.hit(item, "bank"):
            raise AssertionError
        return bare(number)

    def placed(number: int) -> int:
        with places:
            return bare(number)

    async def aplaced(number: int) -> int:
        async with aplaces:
            return await abare(number)

    async def timed(number: int) -> int:
        async with asyncio.timeout(5):
            return await abare(number)

    @tenacity.retry(stop=tenacity.stop_after_attempt(4), wait=tenacity.wait_random_exponential(0.1, 2))
    def tenacious(number: int) -> int:
        return bare(number)

    glued_breaker, glued_limit = pybreaker.CircuitBreaker(), threading.Semaphore(20)

    @tenacity.retry(stop=tenacity.stop_after_attempt(4), wait=tenacity.wait_random_exponential(0.1, 2))
    @glued_breaker
    def glued(number: int) -> int:
        if not limiter.hit(item, "glued"):
            raise AssertionError
        with glued_limit:
            return bare(number)

    whole = resilient(
        retry=RetryConfig(max_attempts=4),
        circuit_breaker=CircuitBreakerConfig(sliding_window_size=100, minimum_calls=20),
        bulkhead=BulkheadConfig(max_concurrent=20),
        rate_limiter=RateLimiterConfig(max_calls=LOTS),
    )
    made = resilience.protect
    four = made("four", retry=RETRY, budget=BUDGET, rate=RATE, breaker=COUNT, bulkhead=BULKHEAD)
    return [
        Row(
            "breaker, count and slow",
            made("count", breaker=COUNT)(bare),
            {
                "circuitbreaker": (circuitbreaker.circuit(name="bench")(bare), 2),
                "pybreaker": (pybreaker.CircuitBreaker()(bare), 5),
                "interlock": (lambda number: by_count.call_sync(bare, number), 15),
            },
        ),
        Row("breaker, count and slow", made("counted", breaker=COUNT)(abare), {}, asynchronous=True),
        Row(
            "breaker, time",
            made("time", breaker=TIME)(bare),
            {
                "pybreaker": (pybreaker.CircuitBreaker()(bare), 2.2),
                "interlock": (lambda number: by_time.call_sync(bare, number), 10),
            },
        ),
        Row(
            "retry and budget",
            made("retry", retry=RETRY, budget=BUDGET)(bare),
            {
                "backoff": (backoff.on_exception(backoff.expo, ConnectionError, max_tries=4)(bare), 10),
                "tenacity": (tenacious, 80),
            },
        ),
        Row("rate limiter", made("rate", rate=RATE)(bare), {"limits": (limited, 4)}),
        Row("bulkhead", made("bulkhead", bulkhead=BULKHEAD)(bare), {"threading.Semaphore": (placed, 1.7)}),
        Row(
            "bulkhead",
            made("places", bulkhead=BULKHEAD)(abare),
            {"asyncio.Semaphore": (aplaced, 2.5)},
            asynchronous=True,
        ),
        Row(
            "timeout",
            made("timeout", timeout=TIMEOUT)(abare),
            {"asyncio.timeout": (timed, 3.3)},
            asynchronous=True,
        ),
        Row("four policies", four(bare), {"pyresilience": (whole(bare), 4.5), "glued": (glued, 20)}),
        Row("four policies", four(abare), {}, asynchronous=True),
    ]


def table(found: Sequence[Row]) -> None:
    print(f"{'':28} {'ours':>9}   peers: net ns, times ours (goal)")
    for row in found:
        functions = {"bare": abare if row.asynchronous else bare, "ours": row.ours}
        functions |= {name: peer for name, (peer, _) in row.peers.items()}
        costs = net(async_cost if row.asynchronous else loop_cost, functions)
        ours = max(costs["ours"], 1)
        peers = [
            f"{name} {costs[name]:,.0f}: {costs[name] / ours:.1f} ({goal:g})" for name, (_, goal) in row.peers.items()
        ]
        print(f"{row.name + (', async' if row.asynchronous else ''):28} {ours:9,.0f}   {'; '.join(peers)}")


def rejection() -> None:
    import pybreaker

    def broken(_: int) -> int:
        raise ConnectionError

    ours = resilience.protect("broken", breaker=BreakerSettings(consecutive=1, reset=3600))(broken)
    peer = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=3600)(broken)
    for function in (ours, peer):
        with suppress(ConnectionError, pybreaker.CircuitBreakerError):
            function(0)
    mine = min(refusal_cost(ours, Rejected, 20_000) for _ in range(5))
    theirs = min(refusal_cost(peer, pybreaker.CircuitBreakerError, 5_000) for _ in range(5))
    print(f"{'rejection':28} {mine:9,.0f}   pybreaker {theirs:,.0f}: {theirs / mine:.1f} (3)")


def crowd() -> None:
    """Let 1,000 tasks call at once, each 20 times with a pause; p99 of how much longer a call took than its pause."""
    import tenacity

    async def call() -> None:
        await asyncio.sleep(0.01)

    protected = resilience.protect("crowd", retry=RETRY, budget=BUDGET, breaker=COUNT, timeout=TIMEOUT)(call)
    tenacious = tenacity.retry(stop=tenacity.stop_after_attempt(4))(call)

    async def measure(function: Callable[[], Awaitable[None]]) -> float:
        late: list[float] = []

        async def task() -> None:
            for _ in range(20):
                began = time.perf_counter()
                await function()
                late.append(time.perf_counter() - began - 0.01)

        await asyncio.gather(*(task() for _ in range(1000)))
        return sorted(late)[int(len(late) * 0.99)] * 1000

    functions = {"bare": call, "ours": protected, "tenacity": tenacious}
    best = dict.fromkeys(functions, float("inf"))
    for _ in range(5):
        for name, function in functions.items():
            best[name] = min(best[name], asyncio.run(measure(function)))
    print(
        f"1,000 tasks, p99 late        bare {best['bare']:.1f} ms, ours {best['ours']:.1f}"
        f" ({best['ours'] / best['bare']:.2f} times, goal 1.6), tenacity {best['tenacity']:.1f}"
    )


def garbage() -> None:
    """Count the cyclic objects that 100,000 good calls leave behind."""
    import tenacity

    ours = resilience.protect("garbage", retry=RETRY, budget=BUDGET, rate=RATE, breaker=COUNT, bulkhead=BULKHEAD)(bare)
    theirs = tenacity.retry(stop=tenacity.stop_after_attempt(4))(bare)
    found = {}
    for name, function, count in (("ours", ours, 100_000), ("tenacity", theirs, 1_000)):
        gc.collect()
        gc.disable()
        for number in range(count):
            function(number)
        found[name] = gc.collect() * 100_000 // count
        gc.enable()
    print(f"cyclic objects in 100,000 calls: ours {found['ours']} (goal 0), tenacity {found['tenacity']:,}")


def scrape() -> None:
    from prometheus_client import CollectorRegistry, generate_latest

    from surefoot.integrations.prometheus import Collector, exposition

    pipelines = [resilience.Pipeline(PipelineSettings(f"d{n}", breaker=COUNT)) for n in range(1000)]
    for pipeline in pipelines:
        for _ in range(20):
            pipeline.call(int)
    registry = CollectorRegistry()
    registry.register(Collector(pipelines))
    own = min(timed(lambda: exposition(pipelines)) for _ in range(5))
    theirs = min(timed(lambda: generate_latest(registry)) for _ in range(5))
    print(f"scrape of 1,000 breakers: {own:.0f} ms (goal 50); through prometheus_client's writer {theirs:.0f} ms")


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench resilience", description=__doc__)
    parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    fetch()
    print(f"Python {platform.python_version()}; {', '.join((HERE / 'peers.txt').read_text('utf-8').split())}\n")
    table(rows())
    rejection()
    crowd()
    garbage()
    scrape()
