"""An expression prepared for being evaluated again and again."""

from collections.abc import Callable
from dataclasses import dataclass

from surefoot.promql.engine import LOOKBACK_MS, Engine, Steps
from surefoot.promql.live.algebra import UnfitError, Vector
from surefoot.promql.live.compiler import Compiler, Number, UnpreparedError
from surefoot.promql.live.memory import Memory
from surefoot.promql.live.nodes import View
from surefoot.promql.parse import parse
from surefoot.promql.reach import Reach, reaches
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Labels, Scalar, Storage, Text

_MARGIN_MS = 60_000


@dataclass(frozen=True, slots=True)
class Program:
    """An expression; evaluates itself at an instant.

    Attributes:
        text: As written.
        prepared: Whether the engine is not needed.
    """

    text: str
    prepared: bool
    _evaluate: Callable[[int], Vector]

    def __call__(self, now: int) -> Vector:
        """Evaluate at an instant, milliseconds, not before an earlier one; a scalar has no labels.

        Raises:
            EvaluationError: The data does not fit the expression.
            PromqlError: The engine does not support the expression.
        """
        return self._evaluate(now)


class Live:
    """Evaluates expressions on a memory.

    Args:
        memory: Whose `keep` grows with what is prepared.
        semantics: Of which version of Prometheus.
        lookback: Of instant selectors, milliseconds.
        step: Of sub-queries that name none, milliseconds.
        written: Metrics that rules record.
        margin: How late an evaluation may come, milliseconds.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        semantics: Semantics | None = None,
        lookback: int = LOOKBACK_MS,
        step: int = 60_000,
        written: frozenset[str] = frozenset(),
        margin: int = _MARGIN_MS,
    ) -> None:
        self.memory = memory
        self._view = View(semantics or Semantics(), lookback)
        self._step, self._margin = step, margin
        self._compiler = Compiler(memory, self._view, step, written, margin)
        self._programs: dict[str, Program] = {}
        memory.need("", lookback + margin)

    def program(self, text: str) -> Program:
        """Prepare an expression, once.

        Raises:
            PromqlError: It does not parse.
        """
        found = self._programs.get(text)
        if found is None:
            found = self._programs[text] = self._prepared(text)
        return found

    def prime(self, now: int) -> None:
        """Let every sub-query look at the past that was loaded, before the memory forgets it."""
        self._compiler.prime(now)

    def _prepared(self, text: str) -> Program:
        wanted = reaches(text, Steps(0, 0, 1), self._view.lookback)

        def by_engine(now: int) -> Vector:
            return self._by_engine(text, wanted, now)

        try:
            node = self._compiler.compile(parse(text))
        except UnpreparedError:
            for one in wanted:
                self.memory.need(one.selector.metric, self._margin - one.start)
            return Program(text, prepared=False, _evaluate=by_engine)
        if isinstance(node, Number):
            number = node.at
            return Program(text, prepared=True, _evaluate=lambda now: {(): number(now)})
        evaluate = node

        def at(now: int) -> Vector:
            try:
                return evaluate(now)
            except UnfitError:
                return by_engine(now)

        return Program(text, prepared=True, _evaluate=at)

    def _by_engine(self, text: str, wanted: list[Reach], now: int) -> Vector:
        starts: dict[Labels, int] = {}
        for one in wanted:
            for buffer in self._compiler.matched(one.selector).buffers():
                starts[buffer.labels] = min(starts.get(buffer.labels, now), now + one.start)
        storage = Storage([self.memory.buffer(labels).series(starts[labels]) for labels in sorted(starts)])
        view = self._view
        found = Engine(storage, view.semantics, view.lookback, self._step).evaluate(text, Steps(now, now, 1))
        match found:
            case Block():
                rows = zip(found.labels, found.values, found.present, strict=True)
                return {labels: float(values[0]) for labels, values, present in rows if present[0]}
            case Scalar(values):
                return {(): float(values[0])}
            case Text():
                return {}
