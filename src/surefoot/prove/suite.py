"""Unit tests of rules as ``promtool test rules`` reads them: values to plain classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from surefoot.errors import ProofError
from surefoot.promql.duration import parse_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.notation import read_labels, read_line, timed
from surefoot.promql.series import Labels, Series
from surefoot.spec.source import Document, Origin, Value

_MINUTE = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class AlertTest:
    """Which alerts of a name fire at a time (milliseconds): labels and annotations of each."""

    at: int
    name: str
    expected: tuple[tuple[Mapping[str, str], Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True)
class ExprTest:
    """Which samples an expression yields at a time (milliseconds)."""

    at: int
    expr: str
    expected: tuple[tuple[Labels, float], ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One group of tests that share their input.

    Attributes:
        series: The input, from time 0 on.
    """

    name: str
    series: tuple[Series, ...]
    alerts: tuple[AlertTest, ...]
    exprs: tuple[ExprTest, ...]
    external_labels: Mapping[str, str]
    external_url: str

    @property
    def end(self) -> int:
        """Time of the last check, milliseconds."""
        times = [*(check.at for check in self.alerts), *(check.at for check in self.exprs)]
        return max(times, default=0)


@dataclass(frozen=True, slots=True)
class Suite:
    """One file.

    Attributes:
        rule_files: Paths or patterns, relative to the file.
        interval: Between evaluations, milliseconds: of every group, whatever the group asks for.
        order: Names of groups that are evaluated in this order, after all others.
    """

    file: str
    rule_files: tuple[str, ...]
    interval: int
    order: tuple[str, ...]
    tests: tuple[Scenario, ...]


def read_suite(document: Document) -> Suite:
    """Read a test file.

    Raises:
        ProofError: A key that is unknown, or a value of the wrong kind; says where and what to write.
    """
    root = _Map.of(Origin(document, ()), document.value)
    root.known("rule_files", "evaluation_interval", "group_eval_order", "tests")
    interval = root.milliseconds("evaluation_interval") or _MINUTE // _MILLISECOND
    order = root.texts_of("group_eval_order")
    twice = next((name for name in order if order.count(name) > 1), None)
    if twice is not None:
        raise root.wrong("group_eval_order", f"group name repeated in evaluation order: {twice}")
    tests = tuple(_test(item, interval) for item in root.maps("tests"))
    return Suite(document.file, root.texts_of("rule_files"), interval, order, tests)


def _test(item: "_Map", default: int) -> Scenario:
    item.known(
        "interval", "input_series", "alert_rule_test", "promql_expr_test", "external_labels", "external_url", "name"
    )
    interval = item.milliseconds("interval") or default
    found: dict[Labels, Series] = {}
    for entry in item.maps("input_series"):
        entry.known("series", "values")
        series = _series(entry, interval)
        found[series.labels] = series
    return Scenario(
        name=item.text("name"),
        series=tuple(found.values()),
        alerts=tuple(_alert_test(one) for one in item.maps("alert_rule_test")),
        exprs=tuple(_expr_test(one) for one in item.maps("promql_expr_test")),
        external_labels=item.texts("external_labels"),
        external_url=item.text("external_url"),
    )


def _series(entry: "_Map", interval: int) -> Series:
    try:
        labels, values = read_line(f"{entry.text('series')} {entry.text('values')}")
    except PromqlError as error:
        raise entry.wrong("values", error.message) from None
    return timed(labels, values, interval)


def _alert_test(one: "_Map") -> AlertTest:
    one.known("eval_time", "alertname", "exp_alerts")
    name = one.text("alertname")
    if not name:
        raise one.wrong("alertname", "an alert_rule_test needs `alertname`")
    expected = []
    for alert in one.maps("exp_alerts"):
        alert.known("exp_labels", "exp_annotations")
        expected.append(({**alert.texts("exp_labels"), "alertname": name}, alert.texts("exp_annotations")))
    return AlertTest(one.milliseconds("eval_time"), name, tuple(expected))


def _expr_test(one: "_Map") -> ExprTest:
    one.known("expr", "eval_time", "exp_samples")
    expected = []
    for sample in one.maps("exp_samples"):
        sample.known("labels", "value")
        try:
            labels = read_labels(sample.text("labels"))
        except PromqlError as error:
            raise sample.wrong("labels", error.message) from None
        expected.append((labels, sample.number("value")))
    return ExprTest(one.milliseconds("eval_time"), one.text("expr"), tuple(expected))


@dataclass(frozen=True, slots=True)
class _Map:
    """A mapping and its place."""

    origin: Origin
    value: Mapping[str, Value]

    @classmethod
    def of(cls, origin: Origin, value: Value) -> "_Map":
        if not isinstance(value, dict):
            raise ProofError(f"{origin.span()}: expected a mapping: write `key: value` pairs")
        return cls(origin, value)

    def wrong(self, key: str, message: str) -> ProofError:
        return ProofError(f"{self.origin.span(key)}: {message}")

    def known(self, *keys: str) -> None:
        for key in self.value:
            if key not in keys:
                span = self.origin.span(key, key=True)
                raise ProofError(f"{span}: unknown key `{key}`: remove it; known here: {', '.join(keys)}")

    def items(self, key: str) -> Sequence[Value]:
        found = self.value.get(key)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise self.wrong(key, f"`{key}` must be a list")
        return found

    def maps(self, key: str) -> list["_Map"]:
        origin = self.origin
        return [
            _Map.of(Origin(origin.document, (*origin.path, key, index)), item)
            for index, item in enumerate(self.items(key))
        ]

    def texts_of(self, key: str) -> tuple[str, ...]:
        return tuple(self._plain(key, item) for item in self.items(key))

    def text(self, key: str) -> str:
        return self._plain(key, self.value.get(key))

    def texts(self, key: str) -> dict[str, str]:
        found = self.value.get(key)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise self.wrong(key, f"`{key}` must be a mapping")
        return {name: self._plain(key, item) for name, item in found.items()}

    def number(self, key: str) -> float:
        found = self.value.get(key, 0)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.wrong(key, f"`{key}` must be a number, such as 0.5, .nan or .inf")
        return float(found)

    def milliseconds(self, key: str) -> int:
        text = self.text(key)
        try:
            return parse_duration(text) // _MILLISECOND if text else 0
        except ValueError as error:
            raise self.wrong(key, str(error)) from None

    def _plain(self, key: str, value: Value) -> str:
        if isinstance(value, list | dict):
            raise self.wrong(key, f"`{key}` must be text")
        if value is None:
            return ""
        return str(value).lower() if isinstance(value, bool) else str(value)
