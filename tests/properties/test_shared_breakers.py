"""Whatever the order of calls, looks and outages: processes that share a breaker agree in the end, and never flood."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from surefoot.resilience.breaker import Breaker, Phase
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import BreakerSettings, PipelineSettings
from surefoot.resilience.shared import Circuit, Sharing
from surefoot.resilience.shared_limiter import StoreError
from surefoot.resilience.testing import VirtualClock

TRIALS = 2
WAIT = 20.0


class Memory:
    """A store in memory, obvious and slow."""

    kind = "redis"

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.kept: dict[str, tuple[Circuit, float]] = {}
        self.down = False
        self.deaf = False  # writes, and its answer is lost

    def _ask(self) -> None:
        if self.down:
            raise StoreError("down")

    def take(self, name: str, step: float, slack: float) -> float:
        raise NotImplementedError

    async def take_async(self, name: str, step: float, slack: float) -> float:
        raise NotImplementedError

    def read(self, names: Sequence[str]) -> Mapping[str, Circuit]:
        self._ask()
        now = self.clock.now()
        found = {name: self.kept[name] for name in names if name in self.kept}
        return {name: replace(one, left=max(0.0, until - now)) for name, (one, until) in found.items()}

    def move(self, name: str, expected: int, to: Circuit) -> Circuit:
        self._ask()
        if name not in self.kept or self.kept[name][0].generation == expected:
            self.kept[name] = to, self.clock.now() + to.left
        if self.deaf:
            raise StoreError("the answer was lost")
        return self.read([name])[name]

    def close(self) -> None:
        """Keep nothing open."""


class Processes(RuleBasedStateMachine):
    @initialize(count=st.integers(2, 4))
    def start(self, count: int) -> None:
        self.clock = VirtualClock()
        self.store = Memory(self.clock)
        shared = PipelineSettings(
            "bank",
            breaker=BreakerSettings(consecutive=2, reset=10, half_open=TRIALS, half_open_wait=WAIT, shared="redis"),
        )
        self.pipelines = [Pipeline(shared, clock=self.clock) for _ in range(count)]
        self.sharings = [Sharing(self.store, "web", clock=self.clock) for _ in range(count)]
        for pipeline, sharing in zip(self.pipelines, self.sharings, strict=True):
            sharing.attach(pipeline)
        self.trials: dict[int, int] = {}
        self.flying: list[tuple[Breaker, object]] = []
        self.ever_down = False

    def breaker(self, index: int) -> Breaker:
        found = self.pipelines[index % len(self.pipelines)].breaker
        assert found is not None
        return found

    @rule(index=st.integers(0, 3), good=st.booleans())
    def call(self, index: int, *, good: bool) -> None:
        self.enter(index)
        if self.flying:
            self.leave(good=good)

    @rule(index=st.integers(0, 3))
    def enter(self, index: int) -> None:
        breaker = self.breaker(index)
        try:
            window = breaker.seat or breaker.admit()
        except Exception:  # noqa: BLE001  # refused
            return
        if breaker.phase is Phase.HALF_OPEN:
            self.trials[breaker.generation] = self.trials.get(breaker.generation, 0) + 1
        self.flying.append((breaker, window))

    @rule(good=st.booleans())
    def leave(self, *, good: bool) -> None:
        if self.flying:
            breaker, window = self.flying.pop(0)
            now = self.clock.now()
            (breaker.good if good else breaker.failed)(window, 0.0, now)  # type: ignore[arg-type]  # a window

    @rule()
    def cancel(self) -> None:
        if self.flying:
            breaker, window = self.flying.pop(0)
            if breaker.phase is Phase.HALF_OPEN and window is breaker._window:
                self.trials[breaker.generation] = self.trials.get(breaker.generation, 0) - 1
            breaker.neutral(window)  # type: ignore[arg-type]  # a window

    @rule(index=st.integers(0, 3))
    def look(self, index: int) -> None:
        self.sharings[index % len(self.sharings)].step()

    @rule(seconds=st.sampled_from([0.1, 1.0, 10.0, 25.0]))
    def wait(self, seconds: float) -> None:
        self.clock.move(seconds)

    @rule(down=st.booleans())
    def outage(self, *, down: bool) -> None:
        self.store.down = down
        self.ever_down |= down

    @rule(index=st.integers(0, 3))
    def lose_an_answer(self, index: int) -> None:
        self.store.deaf = True
        self.ever_down = True
        self.look(index)
        self.store.deaf = False

    @invariant()
    def never_flooded(self) -> None:
        if not getattr(self, "ever_down", True):
            assert all(count <= TRIALS for count in self.trials.values()), self.trials

    @invariant()
    def never_ahead_of_its_calls(self) -> None:
        for pipeline in getattr(self, "pipelines", ()):
            assert pipeline.breaker is not None
            assert pipeline.breaker._permits <= TRIALS

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        self.store.down = False
        for _ in range(4):
            for sharing in self.sharings:
                sharing.step()
        states = {self.breaker(index).circuit()[:2] for index in range(len(self.pipelines))}
        assert len(states) == 1, states
        self._recover()

    def _recover(self) -> None:
        """All come to be closed again when the dependency is well, however it stood."""
        while self.flying:
            self.cancel()
        for _ in range(400):
            if all(self.breaker(index).phase is Phase.CLOSED for index in range(len(self.pipelines))):
                return
            for index in range(len(self.pipelines)):
                self.call(index, good=True)
                self.look(index)
            self.clock.move(1.0)
        raise AssertionError([self.breaker(index).circuit() for index in range(len(self.pipelines))])


TestProcesses = pytest.mark.req("RES-1")(Processes.TestCase)
TestProcesses.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
