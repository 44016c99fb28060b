"""The breaker, driven through its woven lines, against a reference that is slow and obvious."""

from dataclasses import dataclass
from math import ceil

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from surefoot.resilience.errors import BreakerOpen
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import BreakerSettings, PipelineSettings
from tests.unit.resilience.moments import Moments

MEASURED = st.one_of(
    st.builds(dict, consecutive=st.integers(1, 4)),
    st.builds(dict, share=st.sampled_from([0.1, 0.3, 0.5, 1.0]), calls=st.integers(1, 8)),
    st.builds(dict, share=st.sampled_from([0.1, 0.3, 0.5, 1.0]), window=st.integers(1, 4).map(float)),
)
SLOW = st.sampled_from([{}, {"slow_share": 0.5, "slow_over": 1.0}])


class FaultError(Exception):
    """A failure that counts."""


class WhimError(Exception):
    """An error that is ignored."""


@dataclass
class Result:
    at: float
    failed: bool
    slow: bool


class Reference:
    """Keeps every result of the present generation and decides from the list."""

    def __init__(self, chosen):
        self.chosen = chosen
        self.state, self.generation, self.results = "closed", 0, []
        self.until = self.began = self.pause = 0.0
        self.admitted = 0

    def go(self, state):
        self.state = state
        self.generation += 1
        self.results = []
        self.admitted = 0

    def open(self, now):
        longer = self.pause * self.chosen.reset_factor if self.state == "half-open" else self.chosen.reset
        self.pause = min(longer, self.chosen.reset_longest)
        self.until = now + self.pause
        self.go("open")

    def undecided_too_long(self, now):
        return self.state == "half-open" and now - self.began >= self.chosen.half_open_wait

    def admit(self, now):
        if self.undecided_too_long(now):
            self.open(now)
        if self.state == "open" and now >= self.until:
            self.go("half-open")
            self.began = now
        if self.state == "open" or (self.state == "half-open" and self.admitted >= self.chosen.half_open):
            return None
        self.admitted += 1
        return self.generation

    def neutral(self, generation):
        if generation == self.generation and self.state == "half-open":
            self.admitted -= 1

    def result(self, generation, *, failed, seconds, now):
        if generation != self.generation:
            return
        slow = self.chosen.slow_over is not None and seconds >= self.chosen.slow_over
        self.results.append(Result(now, failed, slow))
        if self.state == "half-open":
            self.judge_trial(now)
        elif self.streak_is_over() or self.window_is_bad(now):
            self.open(now)

    def streak_is_over(self):
        last = self.results[-self.chosen.consecutive :] if self.chosen.consecutive else []
        return len(last) == self.chosen.consecutive and all(result.failed for result in last)

    def window_is_bad(self, now):
        if self.chosen.window:
            oldest = int(now) - ceil(self.chosen.window)
            kept, least = [one for one in self.results if int(one.at) > oldest], self.chosen.min_calls
        else:
            size = self.chosen.calls or 100
            kept, least = self.results[-size:], min(self.chosen.min_calls, size)
        return len(kept) >= least and self.shares_are_bad(kept)

    def shares_are_bad(self, kept):
        failed = sum(one.failed for one in kept) / len(kept)
        slow = sum(one.slow for one in kept) / len(kept)
        return (self.chosen.share is not None and failed >= self.chosen.share) or (
            self.chosen.slow_share is not None and slow >= self.chosen.slow_share
        )

    def judge_trial(self, now):
        failed = any(one.failed for one in self.results)
        if self.undecided_too_long(now) or (failed and self.chosen.consecutive):
            self.open(now)
        elif len(self.results) == self.chosen.half_open:
            if self.shares_are_bad(self.results):
                self.open(now)
            else:
                self.go("closed")


class BreakerMachine(RuleBasedStateMachine):
    """Calls start, overlap and end in any order; each is an open generator of the protected function."""

    @initialize(
        measured=MEASURED,
        slow=SLOW,
        least=st.integers(1, 4),
        trials=st.integers(1, 3),
        start=st.floats(0, 1e6),
    )
    def start(self, measured, slow, least, trials, start):
        chosen = BreakerSettings(
            **measured, **slow, min_calls=least, half_open=trials, reset=3.0, reset_longest=10.0, half_open_wait=5.0
        )
        self.clock = Moments(start)
        self.pipeline = Pipeline(PipelineSettings("dep", breaker=chosen), clock=self.clock)
        self.breaker = self.pipeline.policies["breaker"]
        self.reference = Reference(chosen)
        self.running = []

    @rule(how_long=st.sampled_from([0.25, 1.0, 2.0, 3.0, 5.0, 10.0]))
    def time_passes(self, how_long):
        self.clock.at += how_long

    @rule(
        end=st.sampled_from(["good", "good", "good", "bad", "fault", "whim"]),
        seconds=st.sampled_from([0.0, 0.0, 1.0]),
        times=st.integers(1, 5),
    )
    def call(self, end, seconds, times):
        for _ in range(times):
            self.begin()
            if self.running:
                self.finish(self.running.pop(), end, seconds)

    @rule()
    def begin(self):
        generation = self.reference.admit(self.clock.at)
        attempt = self.pipeline.attempt(on=FaultError, ignore=WhimError, bad=lambda result: result == "bad")
        if generation is None:
            with pytest.raises(BreakerOpen):
                attempt.__enter__()
        else:
            attempt.__enter__()
            self.running.append((attempt, generation, self.clock.at))

    @precondition(lambda self: getattr(self, "running", None))
    @rule(end=st.sampled_from(["good", "bad", "fault", "whim", "cancelled"]), data=st.data())
    def end(self, end, data):
        index = data.draw(st.integers(0, len(self.running) - 1))
        self.finish(self.running.pop(index), end, 0.0)

    def finish(self, call, end, seconds):
        attempt, generation, began = call
        self.clock.at += seconds
        now = self.clock.at
        if end in ("good", "bad"):
            attempt.result(end)
            attempt.__exit__(None, None, None)
            self.reference.result(generation, failed=end == "bad", seconds=now - began, now=now)
            return
        error = {"fault": FaultError, "whim": WhimError, "cancelled": KeyboardInterrupt}[end]()
        attempt.__exit__(type(error), error, None)
        if end == "fault":
            self.reference.result(generation, failed=True, seconds=now - began, now=now)
        else:
            self.reference.neutral(generation)

    @invariant()
    def same_state(self):
        if hasattr(self, "breaker"):
            assert self.breaker.phase == self.reference.state
            assert self.breaker.generation == self.reference.generation


BreakerMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=40)


@pytest.mark.req("RES-1")
class TestBreaker(BreakerMachine.TestCase):
    pass
