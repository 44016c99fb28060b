"""OpenSLO's indicators and budgeting methods, as the kinds of indicator that Surefoot has.

|method|ratioMetric of good or bad and total|raw|thresholdMetric|
|---|---|---|---|
|Occurrences|events|raw ratio|time slice|
|Timeslices|time slice: the ratio keeps `timeSliceTarget`|time slice|time slice|
|RatioTimeslices|raw ratio: the mean of each slice's ratio|raw ratio|time slice|
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from surefoot.finding import Severity
from surefoot.spec.formats._openslo_objects import Objects, Placed
from surefoot.spec.formats._queries import grouped_by, is_open, opened, plain, strange_template
from surefoot.spec.formats._reading import Report
from surefoot.spec.model.openslo import DataSource, Metric, Objective, RatioMetric, Sli
from surefoot.spec.source import Origin

Fields: TypeAlias = Mapping[str, object]
Method: TypeAlias = Literal["Occurrences", "Timeslices", "RatioTimeslices"]

_PROMETHEUS = "prometheus"
_QUERY_KEYS = ("query", "promql")
_LIMITS = {"lt": "below", "lte": "at_most", "gt": "above", "gte": "at_least"}
_OPEN_CURE = "write the range as `[{{.window}}]`, such as `sum(rate(http_requests_total[{{.window}}]))`"
_MINUTE = "1m"
_EXACT = frozenset("mhdw")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of events: a bare selector of a counter, or an expression whose range is open."""

    text: str
    by: tuple[str, ...]

    @property
    def expression(self) -> str:
        """Return it with an open range."""
        found = None if is_open(self.text) else plain(self.text)
        return type(found)(found.selector, self.by, summed=True).over("rate") if found else self.text


@dataclass(frozen=True, slots=True)
class SliReader:
    """Reads the indicators of one document."""

    objects: Objects
    report: Report

    def read(self, sli: Placed[Sli], objective: Placed[Objective], method: Method) -> Fields | None:
        """Return the fields of the indicator, or report why there are none."""
        spec = sli.model.spec
        if (spec.ratio_metric is None) == (spec.threshold_metric is None):
            cure = "write one of `ratioMetric` and `thresholdMetric`"
            self.report.wrong(sli.at("spec"), "an indicator measures one thing", cure)
            return None
        if spec.threshold_metric is not None:
            return self._threshold(spec.threshold_metric, sli.at("spec", "thresholdMetric"), objective)
        assert spec.ratio_metric is not None
        ratio = Placed(spec.ratio_metric, sli.at("spec", "ratioMetric"))
        if spec.ratio_metric.raw is not None:
            return self._raw(ratio, objective, method)
        amounts = self._amounts(ratio)
        return self.events(amounts, objective, method) if amounts else None

    def events(
        self, amounts: tuple[str, Amount, Amount], objective: Placed[Objective], method: Method
    ) -> Fields | None:
        """Budget events: the key ``good`` or ``bad``, their amount, and the total."""
        key, part, total = amounts
        if part.by != total.by:
            message = f"`{key}` and `total` are grouped by different labels"
            self.report.refuse(objective.at(), message, "group both by the same labels")
            return None
        if method == "Occurrences":
            return {key: part.text, "total": total.text, "by": part.by}
        every = self._slice_window(objective)
        if every is None:
            return None
        whole = f"({total.expression})"
        share = f"(({part.expression}) or 0 * {whole}) / ({whole} > 0)"
        ratio = (share if key == "good" else f"1 - {share}").replace("$window", every)
        if method == "Timeslices":
            slice_ = self._slice(ratio, objective, failure=False)
            return {"slice": slice_, "by": part.by} if slice_ else None
        return {"raw": f"avg_over_time(({ratio})[$window:{every}])", "raw_kind": "success", "by": part.by}

    def amount(self, query: str, counter: bool | None, at: Origin) -> Amount | None:  # noqa: FBT001  # three-valued
        """Read a number of events; a query without a range is taken by `counter`, as the document says."""
        strange = strange_template(query)
        if strange:
            self.report.wrong(at, f"`{strange}` has no value here", "`{{.window}}` is the only one that has")
            return None
        if is_open(query):
            return Amount(query, grouped_by(query))
        found = plain(query)
        if counter is None:
            cure = f"set `counter: true` or `counter: false`, or {_OPEN_CURE}"
            self.report.refuse(at, "the query has no range, and `counter` does not say how it counts", cure)
            return None
        if found:
            return Amount(found.selector if counter else found.over("sum_over_time"), found.by)
        if not counter:
            return Amount(f"sum_over_time(({query})[$window:])", grouped_by(query))
        message = "the query of a counter is neither a selector nor open in its range"
        self.report.refuse(at, message, _OPEN_CURE)
        return None

    def _amounts(self, ratio: Placed[RatioMetric]) -> tuple[str, Amount, Amount] | None:
        metric = ratio.model
        key = "good" if metric.good is not None else "bad"
        part = metric.good or metric.bad
        if part is None or metric.total is None or (metric.good and metric.bad):
            cure = "write `good` and `total`, `bad` and `total`, or `raw` and `rawType`"
            self.report.wrong(ratio.at(), "these keys do not make a ratio", cure)
            return None
        found = [
            self._amount_of(Placed(one, ratio.at(name)), metric.counter)
            for name, one in ((key, part), ("total", metric.total))
        ]
        return (key, found[0], found[1]) if found[0] and found[1] else None

    def _amount_of(self, metric: Placed[Metric], counter: bool | None) -> Amount | None:  # noqa: FBT001  # three-valued
        query = self._query(metric)
        place = metric.at("metricSource", "spec", "query")
        return None if query is None else self.amount(query, counter, place)

    def _raw(self, ratio: Placed[RatioMetric], objective: Placed[Objective], method: Method) -> Fields | None:
        metric = ratio.model
        assert metric.raw is not None
        if metric.raw_type is None or metric.good or metric.bad or metric.total:
            cure = "write `raw` with `rawType: success` or `rawType: failure`, and no other query"
            self.report.wrong(ratio.at(), "these keys do not make a ratio", cure)
            return None
        query = self._query(Placed(metric.raw, ratio.at("raw")))
        if query is None:
            return None
        failure = metric.raw_type == "failure"
        if method == "Occurrences":
            return _ratio(query, "", failure=failure)
        every = self._slice_window(objective)
        if every is None:
            return None
        if method == "RatioTimeslices":
            return _ratio(query, every, failure=failure)
        slice_ = self._slice(query.replace("$window", every), objective, failure=failure)
        return {"slice": slice_, "by": grouped_by(query)} if slice_ else None

    def _threshold(self, metric: Metric, at: Origin, objective: Placed[Objective]) -> Fields | None:
        query = self._query(Placed(metric, at))
        model = objective.model
        if model.op is None or model.value is None:
            message = "an objective of a `thresholdMetric` needs `op` and `value`"
            self.report.wrong(objective.at(), message, "write `op: lt` and `value: 0.5`")
            return None
        if model.time_slice_window is not None:
            self._slice_window(objective)
        if query is None:
            return None
        return {"slice": {"value": query, _LIMITS[model.op]: model.value}, "by": grouped_by(query)}

    def _slice(self, value: str, objective: Placed[Objective], *, failure: bool) -> Fields | None:
        target = objective.model.time_slice_target
        if target is None:
            message = "`Timeslices` needs `timeSliceTarget`: the ratio that a good slice keeps"
            self.report.wrong(objective.at(), message, "write `timeSliceTarget: 0.95`")
            return None
        if failure:
            return {"value": value, "at_most": float(1 - Decimal(repr(target)))}
        return {"value": value, "at_least": target}

    def _slice_window(self, objective: Placed[Objective]) -> str | None:
        """Return the length of a slice; say so where it is not the one that rules are evaluated at."""
        every = objective.model.time_slice_window
        if every is None:
            message = "`Timeslices` and `RatioTimeslices` need `timeSliceWindow`"
            self.report.wrong(objective.at(), message, f"write `timeSliceWindow: {_MINUTE}`")
            return None
        place = objective.at("timeSliceWindow")
        if every[-1] not in _EXACT:
            self.report.refuse(place, f"a time slice of `{every}` has no fixed length", "write days, such as `1d`")
            return None
        if every != _MINUTE:
            message = f"slices of {every} overlap: each is judged at every step of `policy.slo.slice`"
            cure = f"write `timeSliceWindow: {_MINUTE}`, or leave it: the share of good time is the same on average"
            self.report.lose(place, message, cure, Severity.INFO)
        return every

    def _query(self, metric: Placed[Metric]) -> str | None:
        """Return the PromQL of a metric; any other language is refused by name."""
        source = metric.model.metric_source
        at = metric.at("metricSource")
        kind = source.type
        if kind is None:
            if source.metric_source_ref is None:
                cure = "write `type: Prometheus`, or a `metricSourceRef`"
                self.report.wrong(at, "nothing says where this is measured", cure)
                return None
            place = metric.at("metricSource", "metricSourceRef")
            found = self.objects.named(DataSource, source.metric_source_ref, place)
            if found is None:
                return None
            kind = found.model.spec.type
        if kind.lower() != _PROMETHEUS:
            message = f"a metric of `{kind}` cannot be compiled to Prometheus rules"
            cure = "export it to Prometheus and write its query in PromQL, with `type: Prometheus`"
            place = metric.at("metricSource", "type" if source.type else "metricSourceRef")
            self.report.refuse(place, message, cure)
            return None
        query = next((source.spec[key] for key in _QUERY_KEYS if key in source.spec), None)
        if not isinstance(query, str) or not query.strip():
            place = metric.at("metricSource", "spec")
            self.report.wrong(place, "the metric has no query", "write `query:` and PromQL below `spec`")
            return None
        return opened(query)


def _ratio(query: str, every: str, *, failure: bool) -> Fields:
    """Take a ratio over a window: as it is where its range is open, else the mean of what was stored."""
    kind = "errors" if failure else "success"
    found = None if is_open(query) else plain(query)
    if is_open(query):
        text = query
    elif found and not found.summed and not every:
        text = f"avg_over_time({found.selector}[$window])"
    else:
        text = f"avg_over_time(({query.strip()})[$window:{every}])"
    return {"raw": text, "raw_kind": kind, "by": grouped_by(query)}
