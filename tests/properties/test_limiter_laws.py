"""Both ways to limit a rate agree with slow, obvious ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.resilience.errors import RateLimited
from surefoot.resilience.limiter import RateLimiter
from surefoot.resilience.settings import RateSettings
from surefoot.resilience.testing import VirtualClock
from tests.woven import woven

pytestmark = pytest.mark.req("RES-3")

counts = st.integers(1, 12)
eighths = st.integers(1, 40).map(lambda number: number / 8)
gaps = st.lists(st.integers(0, 24).map(lambda number: number / 8), max_size=60)


class SlowBucket:
    """Tokens as a number, grown before each call."""

    def __init__(self, count: int, per: float, burst: int, now: float) -> None:
        self.rate = count / per
        self.burst = burst
        self.tokens = float(burst)
        self.at = now

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1 - 1e-9:
            return False
        self.tokens -= 1
        return True


class SlowWindow:
    """All times that calls went."""

    def __init__(self, count: int, per: float) -> None:
        self.count = count
        self.per = per
        self.times: list[float] = []

    def take(self, now: float) -> bool:
        if sum(1 for time in self.times if time > now - self.per) >= self.count:
            return False
        self.times.append(now)
        return True


def _went(limiter: RateLimiter, clock: VirtualClock, gaps: list[float]) -> list[bool]:
    call = woven(limiter, lambda: None, clock=clock)
    went = []
    for gap in gaps:
        clock.move(gap)
        try:
            call()
        except RateLimited:
            went.append(False)
        else:
            went.append(True)
    return went


@given(counts, eighths, counts, gaps)
def test_a_bucket_lets_through_what_counted_tokens_would(count: int, per: float, burst: int, gaps: list[float]):
    clock = VirtualClock()
    slow = SlowBucket(count, per, burst, clock.now())
    now = clock.now()
    expected = [slow.take(now := now + gap) for gap in gaps]
    assert _went(RateLimiter(RateSettings(count, per, burst), "bank", clock=clock), clock, gaps) == expected


@given(counts, eighths, gaps)
def test_a_window_lets_through_what_a_list_of_all_times_would(count: int, per: float, gaps: list[float]):
    clock = VirtualClock()
    slow = SlowWindow(count, per)
    now = clock.now()
    expected = [slow.take(now := now + gap) for gap in gaps]
    assert _went(RateLimiter(RateSettings(count, per, sliding=True), "bank", clock=clock), clock, gaps) == expected


@given(count=counts, per=st.floats(1e-3, 1e4), gaps=st.lists(st.floats(0, 100), max_size=40), sliding=st.booleans())
def test_whoever_comes_exactly_when_told_is_let_in(count: int, per: float, gaps: list[float], *, sliding: bool):
    clock = VirtualClock(86_400.0 * 40)
    limiter = RateLimiter(RateSettings(count, per, sliding=sliding), "bank", clock=clock)
    for gap in gaps:
        clock.move(gap)
        wait = limiter.take(clock.now())
        if wait:
            clock.move(wait)
            limiter.enter()


@given(
    count=counts,
    per=eighths,
    steps=st.lists(st.tuples(st.integers(0, 24), st.integers(1, 12)), max_size=20),
    sliding=st.booleans(),
)
def test_waiting_never_lets_more_through(count: int, per: float, steps: list[tuple[int, int]], *, sliding: bool):
    clock = VirtualClock()
    settings = RateSettings(count, per, sliding=sliding, wait=2 * per)
    limiter = RateLimiter(settings, "bank", clock=clock)
    slow = SlowWindow(count, per) if sliding else SlowBucket(count, per, count, clock.now())
    for gap, calls in steps:
        clock.move(gap / 8)
        for _ in range(calls):
            asked = clock.now()
            limiter.enter()
            assert clock.now() - asked <= settings.wait + 1e-6
            assert slow.take(clock.now() + 2e-6)


@given(count=counts, per=eighths, ahead=st.integers(0, 30), sliding=st.booleans())
def test_the_wait_told_to_the_nth_in_line_is_the_time_it_takes(count: int, per: float, ahead: int, *, sliding: bool):
    clock = VirtualClock()
    limiter = RateLimiter(RateSettings(count, per, sliding=sliding), "bank", clock=clock)
    for _ in range(count):
        limiter.enter()
    told = limiter._pace.due(clock.now(), ahead)
    waiting = RateLimiter(RateSettings(count, per, sliding=sliding, wait=1e6), "bank", clock=clock)
    for _ in range(count + ahead + 1):
        waiting.enter()
    assert clock.now() == pytest.approx(told, abs=1e-5)
