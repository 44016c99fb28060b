"""The live evaluator gives what the engine gives at that instant, to the last bit."""

import math
import struct
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.promql.engine import Engine, Steps
from surefoot.promql.error import EvaluationError
from surefoot.promql.live import Live, Memory
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Labels, Scalar, Series, Storage, is_stale, stale_marker

START = 1_767_571_200_000
STEP = 15_000
LABELS: tuple[Labels, ...] = tuple(
    tuple(sorted({"__name__": name, "code": code, "pod": pod}.items()))
    for name in ("total", "bad")
    for code in ("200", "500")
    for pod in ("a", "b")
)
PREPARED = (
    "total",
    "-total",
    'total{code="500"} offset 1m',
    "sum(rate(total[1m]))",
    "sum by (pod) (rate(total[5m])) > 0",
    "sum without (pod) (increase(total[2m] offset 30s))",
    "delta(total[3m])",
    '(sum(rate(total{code=~"5.."}[5m])) or 0 * sum(rate(total[5m]))) / (sum(rate(total[5m])) > 0)',
    "(sum(rate(total[5m])) - (sum(rate(bad[5m])) or 0 * sum(rate(total[5m])))) / (sum(rate(total[5m])) > 0)",
    "max(total > (14.4 * 0.5)) without (code) and max(bad > 1) without (code)",
    "(max(total > 20) without (code)) or (max(bad >= 1) without (code) and min(total) by (pod))",
    "sum_over_time(total[4m]) / (count_over_time(total[4m]) > 0)",
    "avg_over_time(total[3m])",
    "max_over_time(total[3m]) - min_over_time(total[3m])",
    "last_over_time(total[3m])",
    "sum by (pod) (sum_over_time(total[10m:2m])) / (sum by (pod) (sum_over_time(bad[10m:2m])) > 0)",
    "avg_over_time(total[7m:1m] offset 1m)",
    'absent(total{pod="a"})',
    'absent(nothing{job="x"})',
    "count by (pod) (total offset 4m) unless count by (pod) (total)",
    "group(total)",
    "vector(1 - 0.999)",
    "time() - max(total) > bool 60",
    "total / on (code, pod) group_left bad",
    "total * ignoring (code) group_left bad",
    "total == bool bad",
    "total >= on (code, pod) bad",
    "3 / total",
    'rate({__name__=~"total|bad"}[5m])',
)
LEFT_TO_THE_ENGINE = (
    "histogram_quantile(0.9, sum by (le) (rate(total[5m])))",
    "topk(2, total)",
    "max_over_time((total > 3)[5m:1m])",
    "changes(total[5m])",
    "scalar(sum(total))",
    "total ^ 2",
)


@dataclass(frozen=True)
class History:
    """What each series does at each scrape: None is no sample."""

    samples: tuple[tuple[float | None, ...], ...]
    jitter: tuple[int, ...]

    def times(self) -> list[int]:
        return [START + index * STEP + shift for index, shift in enumerate(self.jitter)]

    def series(self, until: int) -> list[Series]:
        found = []
        for labels, values in zip(LABELS, self.samples, strict=True):
            pairs = [(t, v) for t, v in zip(self.times(), values, strict=True) if v is not None and t <= until]
            one = Series.of(dict(labels), [t for t, _ in pairs], [v for _, v in pairs])
            found.append(Series(one.labels, one.times, one.values, is_stale(one.values)))
        return sorted(found, key=lambda one: one.labels)


VALUES = st.one_of(
    st.integers(0, 50).map(float),
    st.floats(0, 1000, allow_nan=False),
    st.none(),
    st.sampled_from([stale_marker(), 0.0, math.nan, math.inf]),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    count = draw(st.integers(2, 50))
    rows = []
    for _ in LABELS:
        if draw(st.booleans()):  # a counter with resets
            steps = draw(st.lists(st.integers(-3, 9), min_size=count, max_size=count))
            level, row = 0.0, []
            for step in steps:
                level = 0.0 if step < -1 else level + max(step, 0)
                row.append(None if step == -1 else level)
            rows.append(tuple(row))
        else:
            rows.append(tuple(draw(st.lists(VALUES, min_size=count, max_size=count))))
    jitter = draw(st.lists(st.sampled_from([0, 0, 0, 7, 400]), min_size=count, max_size=count))
    return History(tuple(rows), tuple(jitter))


def _same(left: dict[Labels, float], right: dict[Labels, float]) -> bool:
    def bits(value: float) -> bytes:
        return b"nan" if math.isnan(value) else struct.pack("d", value)

    return {k: bits(v) for k, v in left.items()} == {k: bits(v) for k, v in right.items()}


def _by_engine(text: str, storage: Storage, now: int, semantics: Semantics) -> dict[Labels, float] | str:
    try:
        found = Engine(storage, semantics).evaluate(text, Steps(now, now, 1))
    except EvaluationError as error:
        return str(error)
    if isinstance(found, Scalar):
        return {(): float(found.values[0])}
    assert isinstance(found, Block)
    rows = zip(found.labels, found.values, found.present, strict=True)
    return {labels: float(values[0]) for labels, values, present in rows if present[0]}


def _compare(history: History, texts: tuple[str, ...], version: str, every: int) -> None:
    semantics, memory = Semantics.of(version), Memory()
    live = Live(memory, semantics=semantics)
    programs = [live.program(text) for text in texts]
    times = history.times()
    for index, time in enumerate(times):
        for labels, values in zip(LABELS, history.samples, strict=True):
            value = values[index]
            if value is None:
                continue
            buffer = memory.buffer(labels)
            if struct.pack("d", value) == struct.pack("d", stale_marker()):
                buffer.end(time)
            else:
                buffer.append(time, value)
        now = START + index * STEP + 500
        memory.trim(now)
        if index % every:
            continue
        storage = Storage(history.series(time))
        for program in programs:
            expected = _by_engine(program.text, storage, now, semantics)
            try:
                found: dict[Labels, float] | str = program(now)
            except EvaluationError as error:
                found = str(error)
            if isinstance(expected, str) or isinstance(found, str):
                assert found == expected, program.text
            else:
                assert _same(found, expected), (program.text, found, expected)


@pytest.mark.req("PLT-3")
@settings(max_examples=25, deadline=None)
@given(histories(), st.sampled_from(["2.42", "2.53", "3.0"]), st.integers(1, 3))
def test_a_live_value_is_the_engines(history: History, version: str, every: int):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("surefoot.promql.live.memory._SPARE", 0)  # forget as early as may be
        _compare(history, PREPARED, version, every)


@settings(max_examples=15, deadline=None)
@given(histories(), st.sampled_from(["2.42", "3.0"]))
def test_what_is_left_to_the_engine_sees_enough(history: History, version: str):
    _compare(history, LEFT_TO_THE_ENGINE, version, 3)


def test_the_rules_of_objectives_need_no_engine():
    live = Live(Memory())
    assert [text for text in PREPARED if not live.program(text).prepared] == []
    assert [text for text in LEFT_TO_THE_ENGINE if live.program(text).prepared] == []
