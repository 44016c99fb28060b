"""Calls given up for more important ones."""

import asyncio
import contextlib
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.resilience.errors import BreakerOpen, Shed
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.priorities import priority
from surefoot.resilience.settings import ShedSettings
from surefoot.resilience.shed import WINDOW, Shedder, probability, share_to_shed
from surefoot.resilience.testing import VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")


def _shedder(clock: VirtualClock, hooks: Hooks | None = None) -> Shedder:
    draw = random.Random(7)  # noqa: S311  # a simulation
    return Shedder(ShedSettings(), "bank", clock=clock, hooks=hooks, uniform=draw.uniform)


@pytest.mark.parametrize(
    ("calls", "ok", "share"), [(0, 0, 0.0), (99, 99, 0.0), (100, 91, 0.0), (99, 45, 0.49), (9, 0, 0.9), (999, 0, 0.999)]
)
def test_the_share_is_that_of_the_formula(calls: int, ok: int, share: float):
    assert share_to_shed(calls, ok, 0.9) == pytest.approx(share)


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3), st.floats(0, 1), st.floats(0.1, 1))
def test_lower_levels_go_first_and_together_they_are_the_share(calls: list[int], share: float, most: float):
    chances = [probability(level, calls, share, most) for level in range(3)]
    assert all(0 <= chance <= most for chance in chances)
    shed = sum(chance * number for chance, number in zip(chances, calls, strict=True))
    assert shed == pytest.approx(min(share, most) * sum(calls), abs=1e-6) or share > most
    for level in (1, 2):
        lower_full = all(chances[below] >= most - 1e-9 for below in range(level) if calls[below])
        assert chances[level] == pytest.approx(0, abs=1e-9) or lower_full


@pytest.mark.parametrize("way", ["woven", "decorated"])
def test_a_dependency_that_answers_is_left_alone_and_a_dead_one_gets_a_tenth(way: str):
    clock = VirtualClock()
    events: list[Event] = []
    hooks = Hooks()
    hooks.add(events.append)
    shedder = _shedder(clock, hooks)
    made = 0
    dead = False

    def work() -> None:
        nonlocal made
        made += 1
        if dead:
            raise OSError

    call = woven(shedder, work, clock=clock) if way == "woven" else shedder(work)
    for _ in range(300):
        call()
    assert made == 300
    dead = True
    clock.move(WINDOW)
    shed = 0
    for _ in range(1000):
        try:
            call()
        except Shed:
            shed += 1
        except OSError:
            pass
    assert 800 < shed <= 910
    assert len(events) == shed == shedder.calls_shed["normal"]
    assert shedder.state()["share"] == pytest.approx(0.999, abs=0.01)
    clock.move(2 * WINDOW)
    assert shedder.state()["share"] == 0.0


def test_low_priority_goes_first():
    clock = VirtualClock()
    shedder = _shedder(clock)
    answered = 0

    def work() -> None:
        nonlocal answered
        answered += 1
        if answered > 80:
            raise OSError

    call = woven(shedder, work, clock=clock)
    for number in range(30_000):
        if number % 100 == 0:  # a dependency that can do 80 calls a second gets 100
            clock.move(1.0)
            answered = 0
        with priority(("low", "normal", "critical")[number % 3]), contextlib.suppress(Shed, OSError):
            call()
    shed = shedder.calls_shed
    assert shed["low"] > 2000
    assert shed["normal"] == shed["critical"] == 0


def test_ignored_errors_refusals_and_cancellations_do_not_count_against_it():
    clock = VirtualClock()
    shedder = _shedder(clock)
    errors: itertools.cycle[BaseException] = itertools.cycle(
        [LookupError(), BreakerOpen("bank"), asyncio.CancelledError()]
    )

    def work() -> None:
        raise next(errors)

    call = woven(shedder, work, clock=clock, ignore=LookupError)
    for _ in range(300):
        with pytest.raises((LookupError, BreakerOpen, asyncio.CancelledError)):
            call()
    assert shedder.state()["share"] == 0.0


def test_slow_calls_under_way_are_no_outage():
    clock = VirtualClock()
    shedder = _shedder(clock)
    call = woven(shedder, clock.pause, clock=clock)

    async def main() -> None:
        calls = [asyncio.create_task(call(1.0)) for _ in range(500)]
        await clock.advance(1.0)
        await asyncio.gather(*calls)

    asyncio.run(main())
    assert sum(shedder.calls_shed.values()) == 0
