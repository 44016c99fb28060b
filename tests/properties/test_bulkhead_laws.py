"""A bulkhead does what a list of who is inside and a list of who waits would."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot.resilience.bulkhead import Bulkhead
from surefoot.resilience.errors import BulkheadFull
from surefoot.resilience.settings import BulkheadSettings
from surefoot.resilience.testing import VirtualClock

pytestmark = pytest.mark.req("RES-3")

steps = st.lists(
    st.one_of(
        st.just(("call", 0)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.integers(1, 6)),
        st.tuples(st.just("resize"), st.integers(1, 4)),
    ),
    max_size=50,
)
WAIT = 5.0


class SlowBulkhead:
    """Who is inside, who waits and since when, who was refused."""

    def __init__(self, limit: int, queue: int) -> None:
        self.limit = limit
        self.queue = queue
        self.now = 0.0
        self.inside: list[int] = []
        self.line: list[tuple[int, float]] = []
        self.refused: set[int] = set()

    def call(self, who: int) -> None:
        if len(self.inside) < self.limit:
            self.inside.append(who)
        elif len(self.line) < self.queue:
            self.line.append((who, self.now))
        else:
            self.refused.add(who)

    def leave(self, who: int) -> None:
        self.inside.remove(who)
        self.serve()

    def serve(self) -> None:
        while self.line and len(self.inside) < self.limit:
            self.inside.append(self.line.pop(0)[0])

    def cancel(self, who: int) -> None:
        self.line = [(one, since) for one, since in self.line if one != who]
        if who in self.inside:
            self.leave(who)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.refused |= {who for who, since in self.line if since + WAIT <= self.now}
        self.line = [(who, since) for who, since in self.line if since + WAIT > self.now]


class Real:
    """The bulkhead with a task for each call."""

    def __init__(self, limit: int, queue: int) -> None:
        self.clock = VirtualClock()
        self.bulkhead = Bulkhead(BulkheadSettings(limit, queue, WAIT), "bank", clock=self.clock)
        self.inside: set[int] = set()
        self.refused: set[int] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.ends: list[asyncio.Event] = []

    async def call(self, who: int, end: asyncio.Event) -> None:
        try:
            async with self.bulkhead:
                self.inside.add(who)
                try:
                    await end.wait()
                finally:
                    self.inside.remove(who)
        except BulkheadFull:
            self.refused.add(who)

    def start(self) -> None:
        self.ends.append(asyncio.Event())
        self.tasks.append(asyncio.create_task(self.call(len(self.tasks), self.ends[-1])))


def _pick(who: list[int], number: int) -> Iterator[int]:
    if who:
        yield who[number % len(who)]


async def _play(limit: int, queue: int, moves: list[tuple[str, int]]) -> None:
    slow, real = SlowBulkhead(limit, queue), Real(limit, queue)
    for what, number in moves:
        match what:
            case "call":
                slow.call(len(real.tasks))
                real.start()
            case "leave":
                for who in _pick(slow.inside, number):
                    slow.leave(who)
                    real.ends[who].set()
            case "cancel":
                for who in _pick(slow.inside + [one for one, _ in slow.line], number):
                    slow.cancel(who)
                    real.tasks[who].cancel()
            case "wait":
                slow.wait(number)
            case _:
                slow.limit = number
                slow.serve()
                real.bulkhead.configure(BulkheadSettings(number, queue, WAIT))
        await real.clock.advance(number if what == "wait" else 0.0)
        assert real.inside == set(slow.inside)
        assert real.refused == slow.refused
        assert real.bulkhead.places.waiting == len(slow.line)
        assert real.bulkhead.places.busy == len(slow.inside)
    for task in real.tasks:
        task.cancel()
    await asyncio.gather(*real.tasks, return_exceptions=True)
    assert real.bulkhead.places.busy == real.bulkhead.places.waiting == 0
    assert len(real.bulkhead.places.free) == real.bulkhead.places.limit


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no finding
@given(st.integers(1, 3), st.integers(0, 3), steps)
def test_calls_are_inside_waiting_or_refused_as_by_the_book(limit: int, queue: int, moves: list[tuple[str, int]]):
    asyncio.run(_play(limit, queue, moves))
