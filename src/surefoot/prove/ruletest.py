"""Running unit tests of rules on our own engine, with the verdicts of ``promtool test rules``."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from surefoot.promql.duration import format_duration
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.quote import quote
from surefoot.promql.rules import Conditions, RuleRun, Shown, before, evaluate_groups
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import NAME, Block, Labels, Scalar, Storage, Text
from surefoot.promql.template import TemplateError
from surefoot.promql.template.wording import go_float
from surefoot.prove.suite import AlertTest, ExprTest, Scenario, Suite
from surefoot.spec.rulefile import RuleGroup

Pairs = Mapping[str, str]
NOTHING = "-"
_LIKE_NOTHING = "NaN equals nothing, not even NaN: compare with `... != ...` in the expression"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a table: what was expected of a series or an alert, and what was found; "-" is nothing."""

    subject: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A check that failed.

    Attributes:
        test: Name of the test; empty if it has none.
        check: Which alert or expression, and when.
        differences: What differs; empty where `message` says it all.
        message: An error, or a hint.
    """

    test: str
    check: str
    differences: tuple[Difference, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a test file went.

    Attributes:
        checks: How many alerts and expressions were looked at.
    """

    file: str
    checks: int
    mismatches: tuple[Mismatch, ...]
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether everything was as expected."""
        return not self.mismatches


def run_suite(
    suite: Suite, groups: Sequence[RuleGroup], semantics: Semantics, warnings: tuple[str, ...] = ()
) -> Verdict:
    """Run a test file.

    As in promtool every group is evaluated at the file's interval from time 0 on, alerts are looked at as of
    the last evaluation at or before their time, floats must be equal, and annotations too.

    Args:
        suite: The file.
        groups: Of its rule files, in their order.
        semantics: Of which version of Prometheus.
        warnings: From reading.
    """
    places = {name: place for place, name in enumerate(suite.order)}
    ordered = sorted(groups, key=lambda group: places.get(group.name, 0))
    ordered = [replace(group, interval=None) for group in ordered]
    mismatches: list[Mismatch] = []
    checks = 0
    for test in suite.tests:
        checks += len(test.alerts) + len(test.exprs)
        mismatches += _run(test, ordered, suite.interval, semantics)
    return Verdict(suite.file, checks, tuple(mismatches), warnings)


def _run(test: Scenario, groups: Sequence[RuleGroup], interval: int, semantics: Semantics) -> Iterator[Mismatch]:
    last = test.end // interval * interval
    storage = Storage(list(test.series))
    watch = frozenset(alert.at // interval * interval for alert in test.alerts)
    conditions = Conditions(
        interval,
        semantics,
        external_labels=test.external_labels,
        external_url=test.external_url,
        watch=watch,
    )
    try:
        run = evaluate_groups(groups, storage, 0, last, conditions)
    except (PromqlError, TemplateError) as error:
        yield Mismatch(test.name, "evaluation of the rules", message=str(error))
        return
    if run.failures:
        for failure in run.failures:
            yield Mismatch(test.name, f"rule {failure.rule} at {_time(failure.at)}", message=failure.message)
        return
    for alert in sorted(test.alerts, key=lambda alert: alert.at):
        yield from _alert(test, alert, run, interval)
    engine = Engine(before(storage, last), semantics, default_step=interval)
    for expr in test.exprs:
        yield from _expr(test, expr, engine)


def _alert(test: Scenario, check: AlertTest, run: RuleRun, interval: int) -> Iterator[Mismatch]:
    at = check.at // interval * interval
    shown = [alert for alert in run.watched if alert.at == at and alert.name == check.name]
    differences = tuple(_alerts_differ(check.expected, shown))
    if differences:
        yield Mismatch(test.name, f"alert {check.name} at {_time(check.at)}", differences)


def _alerts_differ(expected: Sequence[tuple[Pairs, Pairs]], shown: Sequence[Shown]) -> Iterator[Difference]:
    """Compare alerts: those of equal labels first, and of those the ones of equal annotations first."""
    left = [(dict(alert.labels), dict(alert.annotations)) for alert in shown]
    wanted = [(dict(labels), dict(annotations)) for labels, annotations in expected]
    for one in list(wanted):
        if one in left:
            wanted.remove(one)
            left.remove(one)
    for labels, annotations in wanted:
        same = next((other for other in left if other[0] == labels), None)
        if same is None:
            yield Difference(_labels(labels), "firing", NOTHING)
            continue
        left.remove(same)
        for name in sorted(annotations.keys() | same[1].keys()):
            texts = [quote(given[name]) if name in given else NOTHING for given in (annotations, same[1])]
            if texts[0] != texts[1]:
                yield Difference(f"{_labels(labels)} {name}", *texts)
    for labels, _ in left:
        yield Difference(_labels(labels), NOTHING, "firing")


def _expr(test: Scenario, check: ExprTest, engine: Engine) -> Iterator[Mismatch]:
    place = f"{check.expr} at {_time(check.at)}"
    try:
        got = _samples(engine, check)
    except (PromqlError, EvaluationError) as error:
        message = error.message if isinstance(error, PromqlError) else str(error)
        yield Mismatch(test.name, place, message=message)
        return
    differences = tuple(_samples_differ(check.expected, got))
    if differences:
        nan = any(value != value for _, value in check.expected)  # noqa: PLR0124  # NaN alone differs from itself
        yield Mismatch(test.name, place, differences, _LIKE_NOTHING if nan else "")


def _samples(engine: Engine, check: ExprTest) -> list[tuple[Labels, float]]:
    found = engine.evaluate(check.expr, Steps(check.at, check.at, 1))
    match found:
        case Block():
            rows = zip(found.labels, found.values, found.present, strict=True)
            return [(labels, float(values[0])) for labels, values, present in rows if present[0]]
        case Scalar(values):
            return [((), float(values[0]))]
        case Text():
            raise PromqlError("the result is neither a vector nor a scalar", 0, len(check.expr))


def _samples_differ(
    expected: Sequence[tuple[Labels, float]], got: Sequence[tuple[Labels, float]]
) -> Iterator[Difference]:
    missing, extra = Counter(expected), Counter(got)
    missing, extra = missing - extra, extra - missing
    for labels in sorted({labels for labels, _ in (*missing, *extra)}):
        wanted = [go_float(value) for other, value in missing.elements() if other == labels]
        found = [go_float(value) for other, value in extra.elements() if other == labels]
        yield Difference(_labels(dict(labels)), " ".join(wanted) or NOTHING, " ".join(found) or NOTHING)


def _labels(labels: Pairs) -> str:
    pairs = ", ".join(f"{name}={quote(value)}" for name, value in sorted(labels.items()) if name != NAME)
    name = labels.get(NAME, "")
    return f"{name}{{{pairs}}}" if pairs or not name else name


def _time(milliseconds: int) -> str:
    return format_duration(timedelta(milliseconds=milliseconds))
