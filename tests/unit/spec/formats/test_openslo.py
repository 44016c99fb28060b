from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from surefoot.finding import Severity
from surefoot.spec.formats import Foreign, all_formats
from surefoot.spec.model.policy import BurnLeg
from surefoot.spec.model.slo import SloModel
from surefoot.spec.source import parse

FORMAT = all_formats()["openslo"]

GOOD = 'sum(rate(http_requests_total{code!~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(http_requests_total[{{.window}}]))"


def read(*texts: str) -> Foreign:
    documents = []
    for index, text in enumerate(texts):
        found, problems = parse(f"{index}.yaml", text.encode())
        assert not problems
        documents += found
    assert all(FORMAT.matches(document.value) for document in documents)
    return FORMAT.read(documents)


def source(query: str) -> dict[str, object]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def ratio(good: str = GOOD, total: str = TOTAL, **more: object) -> dict[str, object]:
    return {"ratioMetric": {"good": source(good), "total": source(total), **more}}


def threshold(query: str) -> dict[str, object]:
    return {"thresholdMetric": source(query)}


def raw(query: str, kind: str) -> dict[str, object]:
    return {"ratioMetric": {"rawType": kind, "raw": source(query)}}


def slo(
    metric: Mapping[str, object] | None = None, objective: Mapping[str, object] | None = None, **spec: object
) -> str:
    """Write an SLO; `spec` replaces fields of it."""
    fields = {
        "service": "shop",
        "description": "Requests are answered.",
        "indicator": {"metadata": {"name": "measured"}, "spec": metric or ratio()},
        "timeWindow": [{"duration": "28d", "isRolling": True}],
        "budgetingMethod": "Occurrences",
        "objectives": [{"target": 0.999, **(objective or {})}],
        **spec,
    }
    kept = {key: value for key, value in fields.items() if value is not None}
    document = {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "availability"}, "spec": kept}
    return yaml.safe_dump(document, sort_keys=False)


def thing(kind: str, name: str, spec: object, **metadata: object) -> str:
    document = {
        "apiVersion": "openslo/v1",
        "kind": kind,
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }
    return yaml.safe_dump(document, sort_keys=False)


def one(*texts: str) -> SloModel:
    foreign = read(*texts)
    assert [finding for finding in foreign.findings if finding.severity is Severity.ERROR] == []
    ((_, found),) = foreign.services[0].model.slos.items()
    return found


def said(foreign: Foreign) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in foreign.findings]


@pytest.mark.req("SLO-9")
def test_occurrences_of_good_and_total_are_events():
    found = one(slo())
    assert found.target == 99.9
    assert found.window == "28d"
    assert found.description == "Requests are answered."
    assert found.good == GOOD.replace("{{.window}}", "$window")
    assert found.total == TOTAL.replace("{{.window}}", "$window")


def test_bad_events_stay_bad_events():
    found = one(slo({"ratioMetric": {"counter": True, "bad": source("errors_total"), "total": source(TOTAL)}}))
    assert (found.bad, found.good) == ("errors_total", None)


@pytest.mark.req("SLO-9")
def test_each_objective_is_named_by_its_index():
    foreign = read(slo(objectives=[{"target": 0.9995}, {"targetPercent": 99}]))
    slos = foreign.services[0].model.slos
    assert {name: found.target for name, found in slos.items()} == {"availability-0": 99.95, "availability-1": 99.0}
    assert foreign.services[0].places["availability-1"].path == ("spec", "objectives", 1)


@pytest.mark.parametrize(
    ("query", "counter", "good", "by"),
    [
        ("sum(hits{code='200'})", True, 'hits{code="200"}', ()),
        ("hits", True, "hits", ()),
        ("sum by (region) (hits)", True, "hits", ("region",)),
        ("sum(hits)", False, "sum(sum_over_time(hits[$window]))", ()),
        ("sum by (region) (hits)", False, "sum by (region) (sum_over_time(hits[$window]))", ("region",)),
        ("max(hits) + max(misses)", False, "sum_over_time((max(hits) + max(misses))[$window:])", ()),
    ],
)
def test_query_without_a_range_is_read_by_its_counter(query, counter, good, by):
    found = one(slo(ratio(query, query, counter=counter)))
    assert (found.good, found.total, found.by) == (good, good, by)


def test_bare_selectors_get_no_job_of_the_service():
    assert read(slo(ratio("hits", "hits", counter=True))).services[0].model.selector == {}


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (ratio("sum(hits)"), "the query has no range, and `counter` does not say how it counts"),
        (
            ratio("sum(rate(hits[5m]))", counter=True),
            "the query of a counter is neither a selector nor open in its range",
        ),
        (
            ratio("sum by (a) (hits)", "sum by (b) (hits)", counter=True),
            "`good` and `total` are grouped by different labels",
        ),
    ],
)
def test_ratio_that_cannot_be_compiled_is_an_error(metric, message):
    foreign = read(slo(metric))
    assert said(foreign) == [("S13", message)]
    assert foreign.services[0].model.slos == {}


@pytest.mark.parametrize(
    ("operator", "field"), [("lt", "below"), ("lte", "at_most"), ("gt", "above"), ("gte", "at_least")]
)
def test_threshold_becomes_a_time_slice(operator, field):
    found = one(slo(threshold("max(queue_length)"), {"op": operator, "value": 30}))
    assert found.slice is not None
    assert found.slice.model_dump(exclude_none=True) == {"value": "max(queue_length)", field: 30}


def test_threshold_without_limit_is_reported():
    assert said(read(slo(threshold("x")))) == [("S06", "an objective of a `thresholdMetric` needs `op` and `value`")]


@pytest.mark.req("SLO-9")
def test_timeslices_of_a_ratio_are_slices_in_which_the_ratio_is_kept():
    found = one(slo(objective={"timeSliceTarget": 0.95, "timeSliceWindow": "1m"}, budgetingMethod="Timeslices"))
    assert found.slice is not None
    assert found.slice.at_least == 0.95
    good, total = (query.replace("{{.window}}", "1m") for query in (GOOD, TOTAL))
    assert found.slice.value == f"(({good}) or 0 * ({total})) / (({total}) > 0)"


def test_timeslices_of_bad_events_count_the_rest():
    metric = {"ratioMetric": {"counter": True, "bad": source("errors"), "total": source("hits")}}
    found = one(slo(metric, {"timeSliceTarget": 0.95, "timeSliceWindow": 1}, budgetingMethod="Timeslices"))
    assert found.slice is not None
    assert found.slice.value.startswith("1 - ((sum(rate(errors[1m]))) or 0 * (sum(rate(hits[1m]))))")


def test_ratio_timeslices_are_the_mean_of_the_slices_ratios():
    found = one(slo(objective={"timeSliceWindow": "1m"}, budgetingMethod="RatioTimeslices"))
    assert found.raw_kind == "success"
    assert found.raw is not None
    assert found.raw.startswith("avg_over_time((((sum(rate(")
    assert found.raw.endswith("[$window:1m])")


@pytest.mark.parametrize("method", ["Timeslices", "RatioTimeslices"])
def test_slices_need_their_length(method):
    foreign = read(slo(objective={"timeSliceTarget": 0.9}, budgetingMethod=method))
    assert said(foreign) == [("S06", "`Timeslices` and `RatioTimeslices` need `timeSliceWindow`")]


def test_longer_slices_are_carried_over_with_a_remark():
    foreign = read(slo(objective={"timeSliceTarget": 0.9, "timeSliceWindow": "5m"}, budgetingMethod="Timeslices"))
    ((rule, message),) = said(foreign)
    assert rule == "S12"
    assert "slices of 5m overlap" in message
    assert "availability-0" in foreign.services[0].model.slos


@pytest.mark.parametrize(
    ("query", "kind", "expected"),
    [
        ("avg(ratio{{.window}})", "failure", ("avg(ratio$window)", "errors")),
        ("job:ratio", "success", ("avg_over_time(job:ratio[$window])", "success")),
        ("1 - job:ratio", "success", ("avg_over_time((1 - job:ratio)[$window:])", "success")),
    ],
)
def test_raw_ratio_is_taken_over_the_window(query, kind, expected):
    found = one(slo(raw(query, kind)))
    assert (found.raw, found.raw_kind) == expected


def test_raw_failures_in_timeslices_stay_below_the_rest_of_the_target():
    found = one(
        slo(
            raw("job:errors{{.window}}", "failure"),
            {"timeSliceTarget": 0.95, "timeSliceWindow": "1m"},
            budgetingMethod="Timeslices",
        )
    )
    assert found.slice is not None
    assert (found.slice.value, found.slice.at_most) == ("job:errors1m", 0.05)


@pytest.mark.req("SLO-9")
@pytest.mark.parametrize(
    ("calendar", "expected"),
    [("1M", "month"), ("1Q", "quarter"), ("3M", "quarter")],
)
def test_calendar_windows_keep_their_zone(calendar, expected):
    start = {"startTime": "2026-01-01 00:00:00", "timeZone": "Europe/Berlin"}
    found = one(slo(timeWindow=[{"duration": calendar, "isRolling": False, "calendar": start}]))
    assert (found.window, found.timezone) == (expected, "Europe/Berlin")


@pytest.mark.parametrize(
    ("window", "rule", "message"),
    [
        ({"duration": "1w", "isRolling": False}, "S13", "a calendar window of `1w` cannot be kept"),
        ({"duration": "1m", "isRolling": False}, "S13", "a calendar window of `1m` cannot be kept"),
        ({"duration": "1M", "isRolling": True}, "S13", "a rolling window of `1M` has no fixed length"),
        (
            {"duration": "1M", "calendar": {"startTime": "2026-01-15 00:00:00"}},
            "S13",
            "a month that begins at 2026-01-15 00:00:00 is not the calendar's",
        ),
        (
            {"duration": "1Q", "calendar": {"startTime": "2026-02-01 00:00:00"}},
            "S13",
            "a quarter that begins at 2026-02-01 00:00:00 is not the calendar's",
        ),
        (
            {"duration": "1M", "calendar": {"startTime": "January"}},
            "S06",
            "`January` is not a date with a time",
        ),
        ({"duration": "30", "isRolling": True}, "S06", "`30` is not a duration of OpenSLO"),
        (
            {"duration": "1M", "calendar": {"timeZone": "Mars/Base"}},
            "S06",
            "`Mars/Base` is no time zone",
        ),
    ],
)
def test_window_that_cannot_be_kept_is_an_error(window, rule, message):
    foreign = read(slo(timeWindow=[window]))
    assert said(foreign) == [(rule, message)]
    assert not any(service.model.slos for service in foreign.services)


def test_slo_without_a_window_has_the_policys():
    assert one(slo(timeWindow=None)).window is None


def test_two_windows_are_none():
    windows = [{"duration": "28d", "isRolling": True}] * 2
    assert said(read(slo(timeWindow=windows))) == [("S06", "an SLO has one window; here are 2")]


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        ({"target": None}, "an objective needs one target"),
        ({"targetPercent": 99.9}, "two targets are none"),
    ],
)
def test_objective_has_one_target(objective, message):
    assert said(read(slo(objective=objective))) == [("S06", message)]


POLICY = {
    "alertWhenBreaching": True,
    "alertWhenNoData": True,
    "conditions": [{"conditionRef": "fast-burn"}],
}
CONDITION = {
    "severity": "page",
    "condition": {
        "kind": "burnrate",
        "op": "gt",
        "threshold": 14.4,
        "lookbackWindow": "1h",
        "alertAfter": "2m",
    },
}


def alerting(policy: Mapping[str, object], condition: Mapping[str, object], **metadata: object) -> Foreign:
    return read(
        slo(alertPolicies=[{"alertPolicyRef": "fast"}]),
        thing("AlertPolicy", "fast", policy, **metadata),
        thing("AlertCondition", "fast-burn", condition),
    )


@pytest.mark.req("SLO-9")
def test_alert_condition_becomes_a_burn_leg():
    foreign = alerting(POLICY, CONDITION)
    assert foreign.findings == ()
    found = foreign.services[0].model.slos["availability-0"]
    leg = {"tier": "page", "long": "1h", "factor": 14.4, "for": "2m"}
    assert foreign.policy == {"slo": {"burn_policies": {"openslo-fast": [leg]}}}
    assert BurnLeg.model_validate(leg).short is None
    assert found.burn == "openslo-fast"
    assert (found.alerting.enabled, found.alerting.absent) == (True, True)
    assert (found.alerting.page.enabled, found.alerting.ticket.enabled) == (True, False)


def test_short_window_and_tier_are_read_from_annotations():
    notes = {"surefoot/short-window": "5m", "surefoot/tier": "medium"}
    foreign = alerting(POLICY, CONDITION, annotations=notes)
    leg = {"tier": "medium", "long": "1h", "short": "5m", "factor": 14.4, "for": "2m"}
    assert foreign.policy == {"slo": {"burn_policies": {"openslo-fast": [leg]}}}


def test_slo_without_alert_policies_is_not_alerted():
    found = one(slo())
    assert not found.alerting.enabled


def test_same_policy_name_with_other_legs_gets_a_number():
    def inline(factor: float) -> dict[str, object]:
        condition = {"kind": "burnrate", "op": "gt", "threshold": factor, "lookbackWindow": "1h"}
        burn = {
            "kind": "AlertCondition",
            "metadata": {"name": "c"},
            "spec": {"severity": "page", "condition": condition},
        }
        spec = {"alertWhenBreaching": True, "conditions": [burn]}
        return {"kind": "AlertPolicy", "metadata": {"name": "fast"}, "spec": spec}

    other = slo(alertPolicies=[inline(6)]).replace("name: availability", "name: latency")
    foreign = read(slo(alertPolicies=[inline(14.4)]), other)
    slos = foreign.services[0].model.slos
    assert {name: found.burn for name, found in slos.items()} == {
        "availability-0": "openslo-fast",
        "latency-0": "openslo-fast-2",
    }


def changed(**condition: object) -> dict[str, object]:
    return {"severity": "page", "condition": {**CONDITION["condition"], **condition}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("policy", "condition", "rule", "message"),
    [
        (POLICY, changed(op="lte"), "S13", "an alert while the burn rate is low (`op: lte`) watches nothing"),
        (POLICY, changed(lookbackWindow="1M"), "S13", "a look-back of `1M` has no fixed length"),
        (
            {**POLICY, "alertWhenBreaching": False, "alertWhenNoData": False},
            CONDITION,
            "S13",
            "the alert policy `fast` never alerts on a burn rate",
        ),
        ({**POLICY, "conditions": None}, CONDITION, "S06", "an alert policy has one condition; here are 0"),
        (
            {**POLICY, "conditions": [{"conditionRef": "fast-bur"}]},
            CONDITION,
            "S07",
            "there is no AlertCondition `fast-bur`",
        ),
        (POLICY, changed(threshold=0), "S06", "`threshold`: input should be greater than 0"),
    ],
)
def test_alert_that_cannot_be_kept_is_an_error(policy, condition, rule, message):
    found = [(one.rule, one.message) for one in alerting(policy, condition).findings]
    assert (rule, message) in found


def test_missing_data_alone_can_be_alerted():
    foreign = alerting({**POLICY, "alertWhenBreaching": False}, CONDITION)
    assert foreign.findings == ()
    found = foreign.services[0].model.slos["availability-0"].alerting
    assert (found.enabled, found.absent, found.page.enabled, found.ticket.enabled) == (True, True, False, False)


def test_what_of_an_alert_is_not_carried_over_is_said():
    policy = {**POLICY, "alertWhenResolved": True, "notificationTargets": [{"targetRef": "somebody"}]}
    foreign = alerting(policy, {**CONDITION, "severity": "loud"})
    messages = [message for rule, message in said(foreign) if rule == "S12"]
    assert any("`alertWhenResolved`" in message for message in messages)
    assert any("notification targets" in message for message in messages)
    assert "the severity `loud` is taken as a ticket" in messages


@pytest.mark.req("SLO-9")
def test_references_are_followed_across_files_and_lists():
    listed = yaml.safe_dump(
        [
            yaml.safe_load(thing("DataSource", "prom", {"type": "prometheus"})),
            yaml.safe_load(thing("Service", "shop", {"description": "Sells."}, labels={"team": "web"})),
        ]
    )
    metric = {"metricSource": {"metricSourceRef": "prom", "spec": {"query": "max(lag)"}}}
    foreign = read(
        slo(None, {"op": "lt", "value": 5}, indicator=None, indicatorRef="lag"),
        thing("SLI", "lag", {"thresholdMetric": metric}),
        listed,
    )
    assert foreign.findings == ()
    (service,) = foreign.services
    assert service.model.description == "Sells."
    assert service.model.slos["availability-0"].labels == {"team": "web"}


@pytest.mark.parametrize(
    ("spec", "rule", "message"),
    [
        ({"indicator": None, "indicatorRef": "lga"}, "S07", "there is no SLI `lga`"),
        ({"indicator": None}, "S06", "nothing says how this is measured"),
        ({"alertPolicies": [{"alertPolicyRef": "none"}]}, "S07", "there is no AlertPolicy `none`"),
        ({"budgetingMethod": "Occurences"}, "S06", "`Occurences` is not one of"),
        ({"servce": "x"}, "S05", "unknown key `servce`"),
    ],
)
def test_mistakes_are_named(spec, rule, message):
    found = said(read(slo(**spec), thing("SLI", "lag", threshold("x"))))
    assert any(told == rule and message in text for told, text in found)


@pytest.mark.req("SLO-9")
def test_other_databases_are_refused_by_name():
    metric = {"metricSource": {"type": "Datadog", "spec": {"query": "sum:hits"}}}
    foreign = read(slo({"thresholdMetric": metric}, {"op": "lt", "value": 1}))
    assert said(foreign) == [("S13", "a metric of `Datadog` cannot be compiled to Prometheus rules")]


def test_composite_slo_is_an_error():
    sli = {"metadata": {"name": "a"}, "spec": ratio()}
    foreign = read(slo(indicator=None, objectives=[{"target": 0.9, "indicator": sli, "compositeWeight": 2}]))
    assert said(foreign)[0][0] == "S13"
    assert "composite" in said(foreign)[0][1]


def test_labels_that_prometheus_has_not_are_named():
    labels = {"team": ["a", "b"], "app.kubernetes.io/name": "x"}
    document = yaml.safe_load(slo())
    document["metadata"]["labels"] = labels
    foreign = read(yaml.safe_dump(document))
    assert said(foreign) == [("S12", "Prometheus has no label named `app.kubernetes.io/name`: not carried over")]
    assert foreign.services[0].model.slos["availability-0"].labels == {"team": "a,b"}


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("apiVersion: openslo/v2alpha\nkind: SLO\n", "S10", "`openslo/v2alpha` is not a version that can be read"),
        (
            "apiVersion: openslo.com/v2alpha\nkind: SLO\n",
            "S10",
            "`openslo.com/v2alpha` is not a version that can be read",
        ),
        ("apiVersion: openslo/v1\nkind: Slo\n", "S06", "`Slo` is no kind of openslo/v1"),
        ("- 1\n- apiVersion: openslo/v2\n", "S06", "this is no object of OpenSLO"),
    ],
)
def test_what_is_not_read_is_named(text, rule, message):
    assert said(read(text))[0] == (rule, message)


def test_object_written_twice_is_reported():
    service = thing("Service", "shop", {})
    assert said(read(service, service)) == [("S03", "the Service `shop` is written twice, first at 0.yaml:1:1")]


ALPHA = """\
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: home, displayName: Home}
spec:
  service: shop
  description: The page loads.
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
      ratioMetrics:
        good: {source: prometheus, queryType: promql, query: 'sum(rate(good_total[{{.window}}]))'}
        total: {source: sloth, queryType: promql, query: 'sum(rate(all_total[{{.window}}]))'}
  timeWindows:
    - {count: 4, unit: Week}
"""


@pytest.mark.req("SLO-9")
def test_v1alpha_is_read_as_sloth_does():
    foreign = read(ALPHA)
    assert foreign.findings == ()
    (service,) = foreign.services
    assert service.format == "openslo/v1alpha"
    found = service.model.slos["home-0"]
    assert (found.target, found.window) == (99.9, "4w")
    assert found.good == "sum(rate(good_total[$window]))"
    assert not found.alerting.enabled


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("source: prometheus", "source: datadog", "S13"),
        ("Occurrences", "Timeslices", "S13"),
        ("unit: Week", "unit: Fortnight", "S06"),
        ("unit: Week", "unit: Month", "S13"),
        ("{count: 4, unit: Week}", "{count: 4, unit: Week}\n    - {count: 4, unit: Day}", "S06"),
    ],
)
def test_v1alpha_that_cannot_be_kept_is_an_error(before, after, rule):
    foreign = read(ALPHA.replace(before, after))
    assert [finding.rule for finding in foreign.findings] == [rule]
    assert not any(service.model.slos for service in foreign.services)


@pytest.mark.parametrize("text", ["service: a\n", "apiVersion: v1\n", "- 1\n", "version: prometheus/v1\n", "1\n"])
def test_other_files_are_not_taken(text):
    assert not FORMAT.matches(parse("x.yml", text.encode())[0][0].value)


@pytest.mark.req("SLO-9")
def test_public_examples_are_read_and_what_cannot_be_compiled_is_named(corpora: Path):
    found = {
        path.name: said(read(path.read_text("utf-8"))) for path in sorted(corpora.glob("openslo/examples/*/*.yaml"))
    }
    refused = ("S13", "a metric of `Any` cannot be compiled to Prometheus rules")
    assert found["occurences-slo.yaml"] == [refused]
    assert found["ratio-timeslices.yaml"] == [refused, refused]
    assert ("S13", "a calendar window of `1w` cannot be kept") in found["timeslices-slo.yaml"]


def test_public_objects_of_every_kind_are_read_together(corpora: Path):
    paths = sorted(corpora.glob("openslo/sdk-examples/*.yaml"))
    assert len(paths) == 7
    foreign = read(*(path.read_text("utf-8") for path in paths))
    rules = sorted(rule for rule, _ in said(foreign))
    assert rules == ["S03", "S13"]
    assert {service.name for service in foreign.services} == {"example-service", "web"}


def test_public_slo_compiles_once_its_window_is_one_that_can_be_kept(corpora: Path):
    text = (corpora / "openslo/sdk-examples/slos.yaml").read_text("utf-8")
    start = "2022-01-01 12:00:00"
    found = one(text.replace("duration: 1w", "duration: 1M").replace(start, "2022-01-01 00:00:00"))
    assert (found.window, found.timezone) == ("month", "America/New_York")
    assert found.slice is not None
    assert found.slice.at_least == 0.95
    assert 'rate(http_requests{k8s_cluster="prod",component="web",code=~"2xx|4xx"}[1m])' in found.slice.value
