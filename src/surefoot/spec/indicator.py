"""The indicator of an objective: which kind its keys mean, and the PromQL in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from surefoot.finding import Finding, Role, Severity, Span
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.selector import Matcher, MatchOp, Selector, parse_selector
from surefoot.spec.model.slo import Sla, SloModel
from surefoot.spec.source import Origin
from surefoot.spec.system import (
    EventSli,
    FreshnessSli,
    LatencySli,
    Query,
    RawSli,
    Sli,
    SliceSli,
    Template,
    ThroughputSli,
)

_KINDS = {
    "availability or error rate": ({"bad", "total"}, {"good", "total"}),
    "latency": ({"under", "histogram"},),
    "throughput": ({"at_least", "rate"}, {"at_least", "gauge"}),
    "freshness": ({"younger_than", "timestamp"}, {"younger_than", "age"}),
    "time slice": ({"slice"},),
    "raw ratio": ({"raw"}, {"raw", "weight"}),
}
_FORMS = {frozenset(keys): kind for kind, forms in _KINDS.items() for keys in forms}
_KEYS = tuple(sorted({key for keys in _FORMS for key in keys}))
_ONE_OF = "; ".join(f"{kind}: {' or '.join('+'.join(sorted(k)) for k in forms)}" for kind, forms in _KINDS.items())
_SLA_BOUNDS = {"under": LatencySli, "younger_than": FreshnessSli, "at_least": ThroughputSli}
_WINDOWS = ("{{.window}}", "{{ .window }}", "{{ .Window }}", "{{.Window}}")
_WHY = "an indicator that Prometheus cannot read measures nothing"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the indicators of one service.

    Attributes:
        matchers: The service's selector, added to every bare selector.
        findings: Collects what is wrong.
    """

    matchers: tuple[Matcher, ...]
    findings: list[Finding]

    def sli(self, model: SloModel, origin: Origin) -> Sli | None:
        """Build the indicator, or report why there is none."""
        written = frozenset(key for key in _KEYS if getattr(model, key) is not None)
        kind = _FORMS.get(written)
        if kind is None:
            self._report("S08", origin.span(key=True), *_unclear(written))
            return None
        read = {
            "latency": self._latency,
            "throughput": self._throughput,
            "freshness": self._freshness,
            "time slice": self._slice,
            "raw ratio": self._raw,
        }.get(kind, self._events)
        return read(model, origin)

    def sla(self, model: Sla, sli: Sli, origin: Origin) -> None:
        """Report a bound of the contract that the objective has no measure for."""
        for key, kind in _SLA_BOUNDS.items():
            if getattr(model, key) is not None and not isinstance(sli, kind):
                message = f"the SLA's `{key}` bounds what the objective does not measure"
                cure = f"remove it, or add an objective of its own with `{key}`"
                self._report("S08", origin.span("sla", key, key=True), message, cure)

    def selector(self, text: str, span: Span) -> Selector | None:
        """Read a bare selector and add the service's matchers."""
        try:
            return parse_selector(text).with_matchers(self.matchers)
        except PromqlError as error:
            self._promql(text, error, span)
            return None

    def query(self, text: str, span: Span) -> Query | None:
        """Read a selector, or an expression whose range is left open."""
        template = open_window(text)
        if template is None:
            return self.selector(text, span)
        return template if self._parses(template.fill("5m"), span) else None

    def expression(self, text: str, span: Span) -> Template | None:
        """Read an expression, its range left open or not."""
        template = open_window(text) or Template(text)
        return template if self._parses(template.fill("5m"), span) else None

    def _events(self, model: SloModel, origin: Origin) -> Sli | None:
        key = "good" if model.good is not None else "bad"
        part = self.query(model.good or model.bad or "", origin.span(key))
        total = self.query(model.total or "", origin.span("total"))
        return EventSli(part, total, "good" if key == "good" else "bad") if part and total else None

    def _latency(self, model: SloModel, origin: Origin) -> Sli | None:
        histogram = self.selector(model.histogram or "", origin.span("histogram"))
        assert model.under is not None
        return LatencySli(histogram, model.under, model.native) if histogram else None

    def _throughput(self, model: SloModel, origin: Origin) -> Sli | None:
        key = "gauge" if model.gauge is not None else "rate"
        source = self.selector(model.gauge or model.rate or "", origin.span(key))
        assert model.at_least is not None
        return ThroughputSli(source, model.at_least, key == "gauge") if source else None

    def _freshness(self, model: SloModel, origin: Origin) -> Sli | None:
        key = "age" if model.age is not None else "timestamp"
        source = self.selector(model.age or model.timestamp or "", origin.span(key))
        assert model.younger_than is not None
        return FreshnessSli(source, model.younger_than, key == "age") if source else None

    def _slice(self, model: SloModel, origin: Origin) -> Sli | None:
        assert model.slice is not None
        given = [
            (operator, limit)
            for operator, limit in (
                ("<=", model.slice.above),
                (">=", model.slice.below),
                ("<", model.slice.at_least),
                (">", model.slice.at_most),
            )
            if limit is not None
        ]
        if len(given) != 1:
            message = "a time slice needs one limit"
            self._report("S08", origin.span("slice"), message, "write one of `above`, `below`, `at_least`, `at_most`")
            return None
        value = self.expression(model.slice.value, origin.span("slice", "value"))
        operator, limit = given[0]
        return SliceSli(value, operator, limit) if value else None  # type: ignore[arg-type]  # one of the four above

    def _raw(self, model: SloModel, origin: Origin) -> Sli | None:
        ratio = self.expression(model.raw or "", origin.span("raw"))
        weight = self.expression(model.weight, origin.span("weight")) if model.weight else None
        return RawSli(ratio, model.raw_kind, weight) if ratio else None

    def _parses(self, text: str, span: Span) -> bool:
        try:
            parse(text)
        except PromqlError as error:
            self._promql(text, error, span)
            return False
        return True

    def _promql(self, text: str, error: PromqlError, span: Span) -> None:
        cure = "mend the expression; a bare selector such as `http_requests_total` is enough"
        if not isinstance(_try(text), PromqlError):
            cure = "leave the range open, such as `sum(rate(http_requests_total[$window]))`, or write a bare selector"
        self._report("S09", _within(text, error, span), f"PromQL: {error.message}", cure)

    def _report(self, rule: str, span: Span, message: str, cure: str) -> None:
        self.findings.append(Finding(rule, Severity.ERROR, span, message, _WHY, cure, Role.OWNER))


def open_window(text: str) -> Template | None:
    """Recognise an expression whose range is left open, in Surefoot's or Sloth's spelling."""
    for spelling in _WINDOWS:
        text = text.replace(spelling, "$window")
    return Template(text) if "$window" in text else None


def matchers(selector: Iterable[tuple[str, str]]) -> tuple[Matcher, ...]:
    """Read a mapping such as ``{job: checkout, code: "=~5.."}`` as label matchers."""
    return tuple(_matcher(label, value) for label, value in selector)


def _matcher(label: str, value: str) -> Matcher:
    for operator in (MatchOp.REGEX, MatchOp.NOT_REGEX, MatchOp.NOT_EQUAL, MatchOp.EQUAL):
        if value.startswith(operator):
            return Matcher(label, operator, value.removeprefix(operator))
    return Matcher(label, MatchOp.EQUAL, value)


def _try(text: str) -> PromqlError | None:
    try:
        parse(text)
    except PromqlError as error:
        return error
    return None


def _unclear(written: frozenset[str]) -> tuple[str, str]:
    if not written:
        return "the objective says nothing about how it is measured", f"write the keys of one kind: {_ONE_OF}"
    near = max(_FORMS, key=lambda keys: (len(keys & written) - len(keys ^ written), sorted(keys)))
    missing, extra = sorted(near - written), sorted(written - near)
    parts = [f"add {_and(missing)}"] * bool(missing) + [f"remove {_and(extra)}"] * bool(extra)
    return (
        f"{_and(sorted(written))} {'alone makes' if len(written) == 1 else 'together make'} no indicator",
        f"{' and '.join(parts)} for {_FORMS[near]}",
    )


def _and(keys: list[str]) -> str:
    quoted = [f"`{key}`" for key in keys]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


def _within(text: str, error: PromqlError, span: Span) -> Span:
    """Point into a scalar where it stands on one line as it is; otherwise at the whole of it."""
    width = span.end_column - span.column
    quote = {len(text): 0, len(text) + 2: 1}.get(width)
    if quote is None or "\n" in text:
        return span
    start = span.column + quote + error.start
    end = span.column + quote + max(error.end, error.start + 1)
    return Span(span.file, span.line, start, span.line, end)
