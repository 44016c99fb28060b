from collections.abc import Mapping
from datetime import timedelta

import pytest

from surefoot.calendar.windows import CalendarWindow, Rolling
from surefoot.finding import Finding
from surefoot.spec.decode import Decoder
from surefoot.spec.formats import all_formats
from surefoot.spec.openslo_write import openslo
from surefoot.spec.resolve import resolve
from surefoot.spec.source import Value, parse
from surefoot.spec.system import EventSli, SliceSli, Slo, System

SPEC = """\
timezone: Europe/Berlin
services:
  checkout:
    description: Sells.
    slos:
      availability:
        target: 99.95%
        window: 28d
        description: Requests are answered.
        labels: {team: web}
        bad: http_requests_total{code=~"5.."}
        total: http_requests_total
      by-region: {target: 99%, window: month, by: region, good: good_total, total: all_total}
      templated:
        target: 99%
        window: 90m
        bad: sum(rate(errors_total[$window]))
        total: |
          sum(
            rate(hits_total[$window])
          )
      ratio: {target: 99%, raw: "avg(errors:ratio$window)"}
      success: {target: 99%, window: quarter, raw: "avg(good:ratio$window)", raw_kind: success}
      queue: {target: 99%, slice: {value: max(queue_length), below: 30}}
      latency: {target: 99%, under: 1s, histogram: request_seconds}
      quick: {target: 99%, under: 250ms, histogram: request_seconds}
      native: {target: 99%, under: 250ms, histogram: request_seconds, native: true}
      jobs: {target: 99%, at_least: 5/s, rate: jobs_total}
      depth: {target: 99%, at_least: 5/s, gauge: depth, by: region}
      fresh: {target: 99%, younger_than: 1h, timestamp: last_run, by: job_name}
      aged: {target: 99%, younger_than: 1h, age: age_seconds}
"""


def resolved(text: str, *, openslo_too: bool = False) -> tuple[System, list[Finding]]:
    documents, findings = parse("spec.yaml", text.encode())
    decoder = Decoder()
    policy: Mapping[str, Value] = {}
    if openslo_too:
        decoder.add(parse("zone.yaml", b"timezone: Europe/Berlin")[0][0])
        foreign = all_formats()["openslo"].read(documents)
        findings += foreign.findings
        policy = foreign.policy
        decoder.take(documents, foreign.services)
    else:
        for document in documents:
            decoder.add(document)
    system, more = resolve(decoder.spec([]), policy, {})
    return system, [*findings, *decoder.findings, *more]


@pytest.fixture(scope="module")
def written() -> tuple[System, str, list[Finding]]:
    system, findings = resolved(SPEC)
    assert findings == []
    text, lost = openslo(system)
    return system, text, lost


@pytest.fixture(scope="module")
def again(written: tuple[System, str, list[Finding]]) -> Mapping[str, Slo]:
    system, findings = resolved(written[1], openslo_too=True)
    assert [finding for finding in findings if finding.rule != "S12"] == []
    return system.services["checkout"].slos


@pytest.mark.req("SLO-9")
@pytest.mark.parametrize("name", ["availability", "by-region", "templated", "ratio", "success", "queue"])
def test_what_openslo_can_say_reads_back_as_it_was(written, again, name):
    before, after = written[0].services["checkout"].slos[name], again[name]
    assert after.sli == before.sli
    for field in ("objective", "by", "labels", "description", "id"):
        assert getattr(after, field) == getattr(before, field), field


@pytest.mark.req("SLO-9")
def test_windows_read_back_as_they_were(written, again):
    before = written[0].services["checkout"].slos
    assert {name: after.window for name, after in again.items()} == {name: slo.window for name, slo in before.items()}
    assert before["by-region"].window == CalendarWindow("month", "Europe/Berlin")
    assert before["templated"].window == Rolling(timedelta(minutes=90))


@pytest.mark.parametrize(("name", "le"), [("latency", r'le=~"1(\\.0)?"'), ("quick", 'le="0.25"')])
def test_latency_becomes_the_good_events_under_its_bound(again, name, le):
    sli = again[name].sli
    assert isinstance(sli, EventSli)
    assert sli.counts == "good"
    assert sli.part.render() == f'request_seconds_bucket{{job="checkout",{le}}}'  # type: ignore[union-attr]
    assert sli.total.render() == 'request_seconds_count{job="checkout"}'  # type: ignore[union-attr]


def test_native_histogram_becomes_a_ratio(again):
    fraction = 'histogram_fraction(0, 0.25, sum(rate(request_seconds{job="checkout"}[$window])))'
    assert again["native"].sli.ratio.text == fraction


@pytest.mark.parametrize(
    ("name", "value", "bad", "limit", "by"),
    [
        ("jobs", 'sum(rate(jobs_total{job="checkout"}[5m]))', "<", 5, ()),
        ("depth", 'sum by (region) (depth{job="checkout"})', "<", 5, ("region",)),
        ("fresh", 'time() - max by (job_name) (last_run{job="checkout"})', ">", 3600, ("job_name",)),
        ("aged", 'max(age_seconds{job="checkout"})', ">", 3600, ()),
    ],
)
def test_throughput_and_freshness_become_time_slices(again, name, value, bad, limit, by):
    sli = again[name].sli
    assert isinstance(sli, SliceSli)
    assert (sli.value.text, sli.bad, sli.limit, again[name].by) == (value, bad, limit, by)  # type: ignore[union-attr]


def test_burn_legs_read_back_with_both_windows_and_their_factor(again):
    legs = again["ratio"].burn
    assert [(leg.tier, leg.factor) for leg in legs] == [("page", 14.4), ("page", 6), ("ticket", 3), ("ticket", 1)]
    assert [leg.long / timedelta(hours=1) for leg in legs] == [1, 6, 24, 72]
    assert [leg.short and leg.short / timedelta(minutes=1) for leg in legs] == [5, 30, 120, 360]


def test_what_openslo_cannot_say_is_named():
    system, _ = resolved(
        """\
service: checkout
slos:
  slow:
    target: 99%
    sla: 98%
    under: 1s
    histogram: h
    runbook: slow
    alerting: {name: Slow}
  weighted: {target: 99%, raw: "x$window", weight: hits}
  brief: {target: 99%, window: 30s, raw: "x$window"}
"""
    )
    text, lost = openslo(system)
    assert [(finding.subject, finding.message) for finding in lost] == [
        ("checkout/slow", "OpenSLO cannot say what the contract promises (`sla`)"),
        ("checkout/slow", "OpenSLO cannot say that this is a latency (only how it is measured)"),
        ("checkout/slow", "OpenSLO cannot say the names, labels and annotations of alerts"),
        ("checkout/slow", "OpenSLO cannot say the runbook"),
        ("checkout/weighted", "OpenSLO cannot say how a ratio is weighted (`weight`)"),
        ("checkout/brief", "OpenSLO cannot say its window"),
    ]
    assert {finding.rule for finding in lost} == {"S12"}
    assert "name: checkout-brief" not in text


def test_switched_off_alerts_are_not_written():
    system, _ = resolved(
        """\
service: checkout
slos:
  none: {target: 99%, raw: "x$window", alerting: off}
  pages: {target: 99%, raw: "x$window", alerting: {ticket: off}}
"""
    )
    text, _ = openslo(system)
    again, _ = resolved(text, openslo_too=True)
    slos = again.services["checkout"].slos
    assert not slos["none"].alerting.enabled
    assert [leg.tier for leg in slos["pages"].burn] == ["page", "page"]
    assert not slos["pages"].alerting.ticket.enabled


def test_burn_by_day_becomes_a_factor():
    system, _ = resolved(
        "service: a\npolicy: {slo: {burn: budget-per-day}}\nslos: {b: {target: 99%, raw: 'x$window'}}\n"
    )
    again, _ = resolved(openslo(system)[0], openslo_too=True)
    assert [(leg.tier, leg.factor) for leg in again.services["a"].slos["b"].burn] == [
        ("fast", 3.0),
        ("medium", 0.3),
        ("slow", 0.15),
    ]


def test_alert_that_needs_seconds_is_named():
    burn = "{burn: x, burn_policies: {x: [{tier: page, long: 90s, factor: 2}]}}"
    slos = "{b: {target: 99%, raw: 'x$window'}}"
    system, _ = resolved(f"service: a\npolicy: {{slo: {burn}}}\nslos: {slos}\n")
    text, lost = openslo(system)
    assert [finding.message for finding in lost] == ["OpenSLO cannot say the alert on a window of 1m30s"]
    assert "AlertPolicy" not in text


def test_same_legs_of_different_factor_get_different_policies():
    system, _ = resolved(
        "service: a\nslos: {b: {target: 99%, raw: 'x$window'}, c: {target: 99%, window: 7d, raw: 'x$window'}}\n"
    )
    text, _ = openslo(system)
    assert text.count("kind: AlertPolicy\n") == 8
    assert "alertPolicyRef: page-1h-2" in text


def test_long_names_are_cut_and_stay_apart():
    name = "a" * 60
    system, _ = resolved(f"service: checkout\nslos: {{{name}: {{target: 99%, raw: 'x$window'}}}}\n")
    text, _ = openslo(system)
    again, findings = resolved(text, openslo_too=True)
    assert [finding for finding in findings if finding.rule != "S12"] == []
    assert list(again.services["checkout"].slos) == [name]
