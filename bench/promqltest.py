"""The script language of Prometheus' own engine tests, and a runner for our engine.

Both forms are read: ``eval_fail`` and ``eval_ordered`` of Prometheus 2, and the ``expect`` lines of 3.
Annotations (``expect info`` and ``warn``, ``eval_info``, ``eval_warn``) are not judged: the engine makes none.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from surefoot.promql.duration import parse_duration
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.notation import UnsupportedNotationError, read_line, read_series
from surefoot.promql.quote import unquote
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Block, Labels, Scalar, Series, Storage, Text

_CLOSE = 1e-6
_LEFT_OUT = re.compile(r"^\s*(#.*)?$")
_LOAD = re.compile(r"load(_with_nhcb)?\s+(\S+)$")
_EVAL = re.compile(
    r"eval(?:_(?P<mode>fail|warn|info|ordered))?\s+"
    r"(?:instant(?:\s+at\s+(?P<at>\S+))?|range\s+from\s+(?P<start>\S+)\s+to\s+(?P<end>\S+)\s+step\s+(?P<step>\S+))"
    r"\s+(?P<query>.+)$"
)
_EXPECT = re.compile(r"expect(?:ed_fail_(?:message|regexp))?\b\s*(.*)$")
_STRING = re.compile(r"string\s+(.+)$")
_NUMBER = re.compile(r"[+-]?(?:inf|nan|[0-9.]+(?:e[+-]?[0-9]+)?|0x[0-9a-f]+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Expected:
    """One series (None: a scalar) and its values; None where there is no sample."""

    labels: Labels | None
    values: tuple[float | None, ...]


@dataclass(slots=True)
class Load:
    """Series to add."""

    series: list[Series] = field(default_factory=list)
    unsupported: str = ""


@dataclass(slots=True)
class Case:
    """One ``eval``: the query, its steps, and what it must give.

    Attributes:
        instant: Whether it is an instant query.
        unsupported: Why it cannot be judged; empty if it can.
    """

    line: int
    query: str
    steps: Steps
    instant: bool
    fails: bool = False
    ordered: bool = False
    text: str | None = None
    expected: list[Expected] = field(default_factory=list)
    unsupported: str = ""


@dataclass(frozen=True, slots=True)
class Clear:
    """Forget what was loaded."""


Command = Load | Case | Clear


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went: "passed", "failed" or "unsupported", and why."""

    case: Case
    verdict: str
    reason: str = ""


def read_script(text: str) -> Iterator[Command]:
    """Read the commands of a test file, in order.

    Raises:
        ValueError: A line is no part of the language.
    """
    lines = [
        (number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if not line.lstrip().startswith("#")
    ]
    for filled, block in groupby(lines, key=lambda pair: not _LEFT_OUT.match(pair[1])):
        if filled:
            yield from _commands(list(block))


def run_script(text: str, semantics: Semantics) -> Iterator[Outcome]:
    """Run a test file."""
    storage, gap = Storage(), ""
    for command in read_script(text):
        match command:
            case Clear():
                storage, gap = Storage(), ""
            case Load():
                storage = Storage(_merged(storage.series, command.series))
                gap = gap or command.unsupported
            case Case():
                yield _judge(command, storage, semantics, gap)


def _commands(block: Sequence[tuple[int, str]]) -> Iterator[Command]:
    """Read what stands between two empty lines: mostly one command, but nothing forbids more."""
    index = 0
    while index < len(block):
        stop = index + 1
        while stop < len(block) and not re.match(r"(load|eval|clear)(\b|_)", block[stop][1]):
            stop += 1
        number, first = block[index]
        rest = [line for _, line in block[index + 1 : stop]]
        if first == "clear":
            yield Clear()
        elif loading := _LOAD.match(first):
            yield _load(loading, rest)
        elif evaluating := _EVAL.match(first):
            yield _case(evaluating, number, rest)
        else:
            raise ValueError(f"line {number}: no command: {first!r}")
        index = stop


def _load(match: re.Match[str], lines: Sequence[str]) -> Load:
    load = Load(unsupported="native histograms with custom buckets" if match[1] else "")
    interval = _ms(match[2])
    found: dict[Labels, Series] = {}
    for line in lines:
        try:
            series = read_series(line, interval)
        except UnsupportedNotationError:
            load.unsupported = "native histograms"
            continue
        found[series.labels] = series
    load.series = list(found.values())
    return load


def _case(match: re.Match[str], number: int, lines: Sequence[str]) -> Case:
    instant = match["step"] is None
    at = _ms(match["at"] or "0s") if instant else 0
    steps = Steps(at, at, 1) if instant else Steps(_ms(match["start"]), _ms(match["end"]), _ms(match["step"]))
    case = Case(number, match["query"], steps, instant, match["mode"] == "fail", match["mode"] == "ordered")
    for line in lines:
        expecting = _EXPECT.match(line)
        if expecting:
            _expect(case, expecting[1])
        elif _NUMBER.match(line):
            case.expected.append(Expected(None, (float(line),)))
        else:
            _expected_series(case, line)
    return case


def _expect(case: Case, what: str) -> None:
    case.fails |= what.startswith("fail")
    case.ordered |= what.startswith("ordered")
    if what.startswith("range vector"):
        case.unsupported = "range vectors as results"
    text = _STRING.match(what)
    if text:
        case.text = unquote(text[1])


def _expected_series(case: Case, line: str) -> None:
    try:
        labels, values = read_line(line)
        case.expected.append(Expected(labels, tuple(values)))
    except UnsupportedNotationError:
        case.unsupported = "native histograms"


def _merged(old: Sequence[Series], new: Sequence[Series]) -> list[Series]:
    found = {series.labels: series for series in old}
    for series in new:
        other = found.get(series.labels)
        if other is not None:
            times, index = np.unique(np.concatenate((other.times, series.times)), return_index=True)
            values = np.concatenate((other.values, series.values))[index]
            stale = np.concatenate((other.stale, series.stale))[index]
            series = Series(series.labels, times, values, stale)  # noqa: PLW2901  # the merged one
        found[series.labels] = series
    return list(found.values())


def _judge(case: Case, storage: Storage, semantics: Semantics, gap: str) -> Outcome:
    if case.unsupported or gap:
        return Outcome(case, "unsupported", case.unsupported or gap)
    engine = Engine(storage, semantics)
    try:
        complaint = _compare(case, engine)
    except (PromqlError, EvaluationError) as error:
        if case.fails:
            return Outcome(case, "passed")
        known = isinstance(error, PromqlError) and ("not supported" in str(error) or "unknown function" in str(error))
        return Outcome(case, "unsupported" if known else "failed", f"{type(error).__name__}: {error}")
    except (re.error, AssertionError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        return Outcome(case, "failed", f"a bug: {type(error).__name__}: {error}")
    if case.fails:
        return Outcome(case, "failed", "it must fail, and did not")
    return Outcome(case, "failed" if complaint else "passed", complaint)


def _compare(case: Case, engine: Engine) -> str:
    if case.instant and re.fullmatch(r".*\[[^\[\]]+\]\s*", case.query) and not case.fails:
        return _compare_windows(case, engine)
    found = engine.evaluate(case.query, case.steps)
    complaint = _difference(case, found, 0)
    if complaint or not case.instant or case.ordered or isinstance(found, Text):
        return complaint
    # As Prometheus' own runner does: the same instant as the middle of a range.
    at = case.steps.start
    again = engine.evaluate(case.query, Steps(at - 60_000, at + 60_000, 60_000))
    complaint = _difference(case, again, 1)
    return f"as a range: {complaint}" if complaint else ""


def _compare_windows(case: Case, engine: Engine) -> str:
    found = {w.labels: w.values[int(w.first[0]) : int(w.last[0])] for w in engine.ranges(case.query, case.steps.start)}
    got = {labels: tuple(float(v) for v in values) for labels, values in found.items() if len(values)}
    return _differing(case, got)


def _difference(case: Case, found: Block | Scalar | Text, step: int) -> str:
    """Say how a result differs from what was expected; empty if it does not."""
    match found:
        case Text(value):
            return "" if value == case.text else f"expected {case.text!r}, got {value!r}"
        case Scalar(values):
            wanted = case.expected[0].values if len(case.expected) == 1 else ()
            shown = values[step : step + 1] if case.instant else values
            same = len(wanted) == len(shown) and all(_near(a, float(b)) for a, b in zip(wanted, shown, strict=True))
            return "" if same else f"expected {wanted}, got {shown.tolist()}"
        case Block():
            return _differing(case, _rows(case, found, step))


def _rows(case: Case, block: Block, step: int) -> dict[Labels, tuple[float | None, ...]]:
    part = slice(step, step + 1) if case.instant else slice(None)
    rows: dict[Labels, tuple[float | None, ...]] = {}
    for labels, values, present in zip(block.labels, block.values[:, part], block.present[:, part], strict=True):
        if present.any():
            rows[labels] = tuple(float(v) if p else None for v, p in zip(values, present, strict=True))
    return rows


def _differing(case: Case, got: Mapping[Labels, tuple[float | None, ...]]) -> str:
    wanted = {
        one.labels or (): _without_end(one.values) for one in case.expected if any(v is not None for v in one.values)
    }
    shown = {labels: _without_end(values) for labels, values in got.items()}
    same = wanted.keys() == shown.keys() and all(
        len(wanted[labels]) == len(shown[labels])
        and all(_near(a, b) for a, b in zip(wanted[labels], shown[labels], strict=True))
        for labels in wanted
    )
    if not same:
        return f"\n  expected {wanted}\n  got      {shown}"
    if case.ordered and list(wanted) != list(shown):
        return f"\n  expected the order {list(wanted)}\n  got                {list(shown)}"
    return ""


def _without_end(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
    stop = len(values)
    while stop and values[stop - 1] is None:
        stop -= 1
    return values[:stop]


def _near(wanted: float | None, got: float | None) -> bool:
    """Compare as Prometheus' tests do: relative to the sum of both."""
    if wanted is None or got is None:
        return wanted is got
    if math.isnan(wanted) or math.isnan(got):
        return math.isnan(wanted) and math.isnan(got)
    if wanted == got:
        return True
    if math.isinf(wanted) or math.isinf(got):
        return False
    size = abs(wanted) + abs(got)
    return abs(wanted - got) / size < _CLOSE if size else True


def _ms(text: str) -> int:
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    if re.fullmatch(r"[0-9.]+", text):
        return round(sign * float(text) * 1000)
    return sign * round(parse_duration(text).total_seconds() * 1000)
