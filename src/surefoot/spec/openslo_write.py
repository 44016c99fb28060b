"""A system as OpenSLO v1: services, SLOs with their indicators, and one alert policy for each burn leg."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from surefoot.calendar.windows import CalendarWindow, Rolling, Window
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Matcher, MatchOp, Selector, label_text
from surefoot.spec.model.openslo import OWN_NAME, PAGING, SHORT_WINDOW, TIER
from surefoot.spec.model.policy import BurnLeg, SloPolicy
from surefoot.spec.source import Value
from surefoot.spec.system import (
    EventSli,
    FreshnessSli,
    LatencySli,
    Query,
    RawSli,
    Sli,
    SliceSli,
    Slo,
    System,
    Template,
    ThroughputSli,
)
from surefoot.spec.yaml_text import write_yaml

_VERSION = "openslo/v1"
_TARGET = "surefoot"
_START = "2000-01-01 00:00:00"  # any first of January: windows are counted from it
_LONGEST = 63  # RFC 1123
_DIGEST = 8
_DAY = timedelta(days=1)
_UNITS = (
    ("w", timedelta(weeks=1)),
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
)
_GOOD_WHEN = {"<": "gte", "<=": "gt", ">": "lte", ">=": "lt"}
_WHY = "who reads the OpenSLO file alone does not see it"
_CALENDAR = {"month": "1M", "quarter": "1Q"}


def openslo(system: System) -> tuple[str, list[Finding]]:
    """Write every service and objective as OpenSLO v1.

    The short window of a burn leg and its tier stand in annotations (`surefoot/short-window`,
    `surefoot/tier`), as an alert policy has one condition.

    Returns:
        The documents, and what OpenSLO cannot say (S12).
    """
    writer = _Writer(system.policy.slo)
    for service in system.services.values():
        spec: dict[str, Value] = {"description": service.model.description} if service.model.description else {}
        writer.documents.append(_object("Service", service.name, spec))
        for slo in service.slos.values():
            writer.slo(slo)
    return write_yaml([*writer.documents, *writer.policies()]), writer.findings


class _Writer:
    def __init__(self, policy: SloPolicy) -> None:
        self.policy = policy
        self.documents: list[Value] = []
        self.findings: list[Finding] = []
        self._alerts: dict[str, Value] = {}

    def slo(self, slo: Slo) -> None:
        window = _window(slo.window)
        if window is None:
            self._cannot(slo, "its window", "use whole minutes")
            return
        name = _short_name(slo.id)
        metric, method, extra = self._indicator(slo)
        objective: dict[str, Value] = {**extra, "target": float(Decimal(repr(slo.objective)) / 100)}
        policies: list[Value] = [{"alertPolicyRef": policy} for policy in self._burn(slo)]
        spec: dict[str, Value] = {
            **({"description": slo.description} if slo.description else {}),
            "service": slo.service,
            "indicator": {"metadata": {"name": name}, "spec": metric},
            "timeWindow": [window],
            "budgetingMethod": method,
            "objectives": [objective],
            **({"alertPolicies": policies} if policies else {}),
        }
        labels: dict[str, Value] = dict(slo.labels)
        metadata: dict[str, Value] = {"annotations": {OWN_NAME: slo.name}}
        if labels:
            metadata["labels"] = labels
        self.documents.append(_object("SLO", name, spec, metadata))
        for lost in _lost(slo):
            self._cannot(slo, lost, "keep it in Surefoot's own spec")

    def policies(self) -> Iterator[Value]:
        if self._alerts:
            yield from self._alerts.values()
            yield _object("AlertNotificationTarget", _TARGET, {"target": "alertmanager"})

    def _indicator(self, slo: Slo) -> tuple[Value, str, dict[str, Value]]:
        """Return the indicator, its budgeting method, and what the objective needs besides its target."""
        every = _single_unit(self.policy.slice) or "1m"
        sli = slo.sli
        if isinstance(sli, EventSli):
            return _events(sli, slo.by), "Occurrences", {}
        if isinstance(sli, LatencySli) and not sli.native:
            return _latency(sli, slo.by), "Occurrences", {}
        ratio = _ratio(sli, slo.by)
        if ratio is not None:
            return ratio, "RatioTimeslices", {"timeSliceWindow": every}
        query, op, value = self._slice(sli, slo.by)
        slices: dict[str, Value] = {"op": op, "value": value, "timeSliceTarget": 1, "timeSliceWindow": every}
        return {"thresholdMetric": _metric(query)}, "Timeslices", slices

    def _slice(self, sli: Sli, by: tuple[str, ...]) -> tuple[str, str, float]:
        """Return the value that a good slice keeps within a limit, the comparison, and the limit."""
        match sli:
            case ThroughputSli(source, floor, gauge):
                window = format_duration(self.policy.slice_range)
                return (
                    _over("sum", source.render() if gauge else f"rate({source.render()}[{window}])", by),
                    "gte",
                    floor,
                )
            case FreshnessSli(source, bound, age):
                newest = _over("max", source.render(), by)
                return newest if age else f"time() - {newest}", "lte", bound.total_seconds()
            case SliceSli(value, bad, limit):
                return _open(value), _GOOD_WHEN[bad], limit
            case _:
                raise AssertionError(f"{type(sli).__name__} is no slice of time")

    def _burn(self, slo: Slo) -> Iterator[str]:
        """Name the alert policies of an objective, adding those that are new."""
        for leg in slo.burn if slo.alerting.enabled else ():
            tier = slo.alerting.page if leg.tier in PAGING else slo.alerting.ticket
            if not tier.enabled:
                continue
            long, after = _single_unit(leg.long), _single_unit(leg.lasting or timedelta())
            if long is None or after is None:
                self._cannot(slo, f"the alert on a window of {format_duration(leg.long)}", "use whole minutes")
                continue
            spec = _policy(leg, slo, long, after)
            name = f"{leg.tier}-{long}"
            annotations: dict[str, Value] = {TIER: leg.tier}
            if leg.short is not None:
                annotations[SHORT_WINDOW] = format_duration(leg.short)
            yield self._named(name, spec, {"annotations": annotations})

    def _named(self, name: str, spec: dict[str, Value], metadata: dict[str, Value]) -> str:
        """Keep a policy under its name; another one of the same name gets a number."""
        number, free = 1, name
        while self._alerts.get(free, _object("AlertPolicy", free, spec, metadata)) != _object(
            "AlertPolicy", free, spec, metadata
        ):
            number += 1
            free = f"{name}-{number}"
        self._alerts[free] = _object("AlertPolicy", free, spec, metadata)
        return free

    def _cannot(self, slo: Slo, what: str, cure: str) -> None:
        span = slo.origin.span()
        message = f"OpenSLO cannot say {what}"
        self.findings.append(Finding("S12", Severity.WARNING, span, message, _WHY, cure, subject=slo.subject))


def _object(kind: str, name: str, spec: dict[str, Value], metadata: Mapping[str, Value] | None = None) -> Value:
    return {"apiVersion": _VERSION, "kind": kind, "metadata": {"name": name, **(metadata or {})}, "spec": spec}


def _policy(leg: BurnLeg, slo: Slo, long: str, after: str) -> dict[str, Value]:
    condition: dict[str, Value] = {
        "kind": "burnrate",
        "op": "gt",
        "threshold": _factor(leg, slo.period),
        "lookbackWindow": long,
        "alertAfter": after,
    }
    severity = "page" if leg.tier in PAGING else "ticket"
    inner: dict[str, Value] = {"severity": severity, "condition": condition}
    named = {"kind": "AlertCondition", "metadata": {"name": f"burn-{long}"}, "spec": inner}
    return {
        "alertWhenBreaching": True,
        "alertWhenResolved": False,
        "alertWhenNoData": slo.alerting.absent,
        "conditions": [named],  # type: ignore[list-item]  # a mapping of values
        "notificationTargets": [{"targetRef": _TARGET}],
    }


def _factor(leg: BurnLeg, period: timedelta) -> float:
    """Compute how many times too fast the budget burns: share of the budget * period / window."""
    if leg.factor is not None:
        return leg.factor
    share, within = (leg.per_day, _DAY) if leg.share is None else (leg.share, leg.long)
    return (share or 0) * (period / timedelta(hours=1)) / 100 / (within / timedelta(hours=1))


def _events(sli: EventSli, by: tuple[str, ...]) -> Value:
    part, total = (_metric(_counted(query, by)) for query in (sli.part, sli.total))
    return {"ratioMetric": {"counter": True, sli.counts: part, "total": total}}


def _latency(sli: LatencySli, by: tuple[str, ...]) -> Value:
    """Write the requests within the bound as the good ones; both spellings of a whole bound match."""
    seconds = Decimal(sli.bound // timedelta(milliseconds=1)) / 1000
    text = f"{seconds.normalize():f}"
    whole = seconds == seconds.to_integral_value()
    le = Matcher("le", MatchOp.REGEX, rf"{text}(\.0)?") if whole else Matcher("le", MatchOp.EQUAL, text)
    metric, matchers = sli.histogram.metric, sli.histogram.matchers
    good = Selector(f"{metric}_bucket", (*matchers, le))
    return _events(EventSli(good, Selector(f"{metric}_count", matchers), "good"), by)


def _ratio(sli: Sli, by: tuple[str, ...]) -> dict[str, Value] | None:
    """Write a ratio that is computed as one; None for an indicator that is none."""
    if isinstance(sli, RawSli):
        kind = "failure" if sli.counts == "errors" else "success"
        return {"ratioMetric": {"rawType": kind, "raw": _metric(_open(sli.ratio))}}
    if isinstance(sli, LatencySli):
        rates = _over("sum", f"rate({sli.histogram.render()}[{{{{.window}}}}])", by)
        query = f"histogram_fraction(0, {sli.bound.total_seconds()!r}, {rates})"
        return {"ratioMetric": {"rawType": "success", "raw": _metric(query)}}
    return None


def _metric(query: str) -> Value:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _counted(query: Query, by: tuple[str, ...]) -> str:
    return _open(query) if isinstance(query, Template) else _over("sum", query.render(), by)


def _open(query: Query) -> str:
    """Write a query, an open range as OpenSLO's readers spell it."""
    return query.fill("{{.window}}") if isinstance(query, Template) else query.render()


def _over(function: str, inner: str, by: tuple[str, ...]) -> str:
    grouping = f" by ({', '.join(map(label_text, by))}) " if by else ""
    return f"{function}{grouping}({inner})"


def _window(window: Window) -> dict[str, Value] | None:
    match window:
        case Rolling(duration):
            text = _single_unit(duration)
            return {"duration": text, "isRolling": True} if text else None
        case CalendarWindow(unit, zone):
            calendar: Value = {"startTime": _START, "timeZone": zone}
            return {"duration": _CALENDAR[unit], "isRolling": False, "calendar": calendar}


def _single_unit(duration: timedelta) -> str | None:
    """Write a duration with one unit, as OpenSLO wants it: 90 minutes are ``90m``."""
    if not duration:
        return "0m"
    return next((f"{duration // unit}{name}" for name, unit in _UNITS if not duration % unit), None)


def _short_name(name: str) -> str:
    """Fit a name into 63 characters of lower case; what is cut off is replaced by a digest."""
    lower = name.lower().replace("_", "-")
    if len(lower) <= _LONGEST:
        return lower
    return f"{lower[: _LONGEST - _DIGEST - 1]}-{sha256(name.encode()).hexdigest()[:_DIGEST]}"


def _lost(slo: Slo) -> Iterator[str]:
    """Name what an objective says beyond OpenSLO."""
    if slo.sla is not None:
        yield "what the contract promises (`sla`)"
    if isinstance(slo.sli, RawSli) and slo.sli.weight is not None:
        yield "how a ratio is weighted (`weight`)"
    if isinstance(slo.sli, LatencySli | ThroughputSli | FreshnessSli):
        yield f"that this is a {type(slo.sli).__name__.removesuffix('Sli').lower()} (only how it is measured)"
    alerting = slo.alerting
    carried = (alerting, alerting.page, alerting.ticket)
    if alerting.name or any(part.labels or part.annotations for part in carried):
        yield "the names, labels and annotations of alerts"
    if slo.runbook:
        yield "the runbook"
