"""Woven lines do what the same policies do when they are put around a call one by one."""

import asyncio
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.resilience.errors import DeadlineExceeded, Rejected
from surefoot.resilience.outcome import classifier
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import (
    BreakerSettings,
    BudgetSettings,
    BulkheadSettings,
    PipelineSettings,
    RateSettings,
    RetrySettings,
)
from tests.unit.resilience.moments import Moments

pytestmark = pytest.mark.req("RES-5")


class FaultError(Exception):
    """A failure that counts."""


class WhimError(Exception):
    """An error that is ignored."""


COUNTED = classifier(on=FaultError, ignore=WhimError)
SETTINGS = st.builds(
    PipelineSettings,
    name=st.just("dep"),
    deadline=st.sampled_from([None, 4.0]),
    retry=st.none() | st.builds(RetrySettings, retries=st.integers(0, 3), jitter=st.just("none")),
    budget=st.none() | st.builds(BudgetSettings, floor=st.integers(0, 1)),
    rate=st.none() | st.builds(RateSettings, count=st.integers(1, 5), per=st.just(5.0)),
    breaker=st.none()
    | st.builds(BreakerSettings, consecutive=st.integers(1, 3), reset=st.just(2.0), half_open=st.integers(1, 2))
    | st.builds(
        BreakerSettings,
        share=st.just(0.5),
        calls=st.integers(1, 4),
        slow_share=st.just(0.5),
        slow_over=st.just(1.0),
        reset=st.just(2.0),
    )
    | st.builds(BreakerSettings, share=st.just(0.5), window=st.just(3.0), min_calls=st.integers(1, 3)),
    bulkhead=st.none() | st.builds(BulkheadSettings, limit=st.just(1)),
)
OUTCOMES = st.lists(
    st.tuples(st.sampled_from(["good", "good", "bad", "fault", "whim", "cancelled"]), st.sampled_from([0.0, 0.5, 1.0])),
    min_size=1,
    max_size=15,
)


class Dependency:
    """Ends its calls as written, each after its time."""

    def __init__(self, chosen, outcomes):
        self.clock = Moments()
        self.pipeline = Pipeline(chosen, clock=self.clock)
        self.left = list(outcomes)

    def call(self):
        outcome, seconds = self.left.pop(0) if self.left else ("good", 0.0)
        self.clock.at += seconds
        errors = {"fault": FaultError, "whim": WhimError, "cancelled": asyncio.CancelledError}
        if outcome in errors:
            raise errors[outcome]
        return outcome

    async def call_async(self):
        return self.call()


class Plain:
    """The policies one by one, as a reader of the order would write them."""

    def __init__(self, dependency):
        self.dependency = dependency
        self.clock = dependency.clock
        self.policies = dependency.pipeline.policies

    def __call__(self):
        with ExitStack() as stack:
            if "deadline" in self.policies:
                stack.enter_context(self.policies["deadline"].once())
            if "budget" in self.policies and "retry" in self.policies:
                stack.enter_context(self.in_flight())
            return self.repeated() if "retry" in self.policies else self.attempt()

    @contextmanager
    def in_flight(self):
        self.policies["budget"].flying.append(None)
        try:
            yield
        finally:
            self.policies["budget"].flying.pop()

    def repeated(self):
        retry = self.policies["retry"]
        done, delay = 0, 0.0
        try:
            while True:
                error = result = None
                try:
                    result = self.attempt()
                except BaseException as caught:
                    if not COUNTED(caught):
                        raise
                    error = caught
                if error is None and result != "bad":
                    retry.ok_first += done == 0
                    retry.ok_later += done > 0
                    return result
                delay = retry.again(done, delay, error or result, None, retry.budget)
                if delay is None:
                    retry.failed_first += done == 0
                    retry.failed_later += done > 0
                    if error is not None:
                        raise error
                    return result
                done += 1
                self.clock.sleep(delay)
        finally:
            if done and retry.budget:
                retry.budget.give()

    def attempt(self):
        if "rate" in self.policies:
            self.policies["rate"].enter()
        breaker = self.policies.get("breaker")
        window = breaker.admit() if breaker else None
        began = self.clock.at
        try:
            with ExitStack() as stack:
                if "bulkhead" in self.policies:
                    stack.enter_context(self.policies["bulkhead"].once())
                result = self.dependency.call()
        except BaseException as error:
            if breaker and COUNTED(error):
                breaker.failed(window, self.clock.at - began, self.clock.at)
            elif breaker:
                breaker.neutral(window)
            raise
        if breaker:
            (breaker.failed if result == "bad" else breaker.good)(window, self.clock.at - began, self.clock.at)
        return result


def fused(dependency):
    protect = dependency.pipeline(on=FaultError, ignore=WhimError, bad=lambda result: result == "bad")
    return protect(dependency.call)


def fused_async(dependency):
    protect = dependency.pipeline(on=FaultError, ignore=WhimError, bad=lambda result: result == "bad")
    call = protect(dependency.call_async)

    def run():
        with asyncio.Runner() as runner:
            return runner.run(call())

    return run


def block(dependency):
    def run():
        with dependency.pipeline.attempt(on=FaultError, ignore=WhimError, bad=lambda one: one == "bad") as attempt:
            return attempt.result(dependency.call())

    return run


def generator(dependency):
    protect = dependency.pipeline(on=FaultError, ignore=WhimError, bad=lambda result: result == "bad")

    @protect
    def steps():
        yield
        return dependency.call()

    def run():
        made = steps()
        next(made)
        try:
            next(made)
        except StopIteration as end:
            return end.value
        raise AssertionError("it goes on")

    return run


def ends(call):
    try:
        return call()
    except (FaultError, WhimError, Rejected, DeadlineExceeded, asyncio.CancelledError) as error:
        return type(error), str(error)


def assert_alike(chosen, outcomes, gaps, make):
    woven, plain = Dependency(chosen, outcomes), Dependency(chosen, outcomes)
    call, reference = make(woven), Plain(plain)
    for gap in gaps:
        assert ends(call) == ends(reference)
        assert woven.clock.at == plain.clock.at
        assert woven.left == plain.left
        assert woven.pipeline.state() == plain.pipeline.state()
        woven.clock.at += gap
        plain.clock.at += gap


GAPS = st.lists(st.sampled_from([0.0, 0.0, 0.5, 2.0]), min_size=1, max_size=10)


@given(SETTINGS, OUTCOMES, GAPS)
def test_a_fused_function_is_its_policies_one_by_one(chosen, outcomes, gaps):
    assert_alike(chosen, outcomes, gaps, fused)


@given(SETTINGS, OUTCOMES, GAPS)
def test_a_fused_coroutine_is_its_policies_one_by_one(chosen, outcomes, gaps):
    assert_alike(replace(chosen, deadline=None), outcomes, gaps, fused_async)  # its alarm rings in real time


@given(SETTINGS, OUTCOMES, GAPS)
def test_an_attempt_block_is_its_policies_without_repetition(chosen, outcomes, gaps):
    assert_alike(replace(chosen, retry=None), outcomes, gaps, block)


@given(SETTINGS, OUTCOMES, GAPS)
def test_a_generator_is_its_policies_without_limits_of_time_and_repetition(chosen, outcomes, gaps):
    still = [(outcome, 0.0) for outcome, _ in outcomes]  # the time of a generator is its consumer's too
    assert_alike(replace(chosen, retry=None, deadline=None), still, gaps, generator)
