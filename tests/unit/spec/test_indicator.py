"""Which kind of indicator the keys of an objective mean, and the PromQL in it."""

from datetime import timedelta

import pytest

from surefoot.finding import Finding
from surefoot.promql.selector import Matcher, MatchOp, parse_selector
from surefoot.spec.indicator import Reader, matchers, open_window
from surefoot.spec.model.slo import SloModel
from surefoot.spec.source import Origin, parse
from surefoot.spec.system import (
    EventSli,
    FreshnessSli,
    LatencySli,
    RawSli,
    Sli,
    SliceSli,
    Template,
    ThroughputSli,
)

JOB = Matcher("job", MatchOp.EQUAL, "api")


def read(text: str) -> tuple[Sli | None, list[Finding]]:
    documents, problems = parse("a.yaml", text.encode())
    assert not problems
    findings: list[Finding] = []
    value = documents[0].value
    sli = Reader((JOB,), findings).sli(SloModel.model_validate(value), Origin(documents[0], ()))
    return sli, findings


@pytest.mark.req("SLO-1")
@pytest.mark.parametrize(
    ("keys", "sli"),
    [
        (
            "bad: errors_total\ntotal: requests_total",
            EventSli(parse_selector('errors_total{job="api"}'), parse_selector('requests_total{job="api"}'), "bad"),
        ),
        (
            "good: ok_total\ntotal: requests_total",
            EventSli(parse_selector('ok_total{job="api"}'), parse_selector('requests_total{job="api"}'), "good"),
        ),
        (
            "under: 500ms\nhistogram: seconds",
            LatencySli(parse_selector('seconds{job="api"}'), timedelta(milliseconds=500), native=False),
        ),
        ("at_least: 60/m\nrate: x_total", ThroughputSli(parse_selector('x_total{job="api"}'), 1.0, gauge=False)),
        ("at_least: 5/s\ngauge: x", ThroughputSli(parse_selector('x{job="api"}'), 5.0, gauge=True)),
        (
            "younger_than: 1m\ntimestamp: ts",
            FreshnessSli(parse_selector('ts{job="api"}'), timedelta(minutes=1), age=False),
        ),
        ("younger_than: 1m\nage: a", FreshnessSli(parse_selector('a{job="api"}'), timedelta(minutes=1), age=True)),
        ("slice: {value: up, at_least: 1}", SliceSli(Template("up"), "<", 1.0)),
        ("slice: {value: up, above: 1}", SliceSli(Template("up"), "<=", 1.0)),
        ("slice: {value: up, at_most: 1}", SliceSli(Template("up"), ">", 1.0)),
        ("slice: {value: up, below: 1}", SliceSli(Template("up"), ">=", 1.0)),
        ("raw: ratio", RawSli(Template("ratio"), "errors", None)),
        ("raw: ratio\nraw_kind: success\nweight: w", RawSli(Template("ratio"), "success", Template("w"))),
    ],
)
def test_the_keys_choose_the_kind(keys: str, sli: Sli):
    assert read(f"target: 99%\n{keys}") == (sli, [])


def test_a_matcher_of_the_service_yields_to_one_on_the_same_label():
    sli, _ = read("target: 99%\nbad: 'errors_total{job=\"other\"}'\ntotal: requests_total")
    assert isinstance(sli, EventSli)
    assert not isinstance(sli.part, Template)
    assert sli.part.render() == 'errors_total{job="other"}'


@pytest.mark.parametrize("spelling", ["$window", "{{.window}}", "{{ .Window }}"])
def test_an_open_range_makes_a_template(spelling: str):
    template = open_window(f"sum(rate(x[{spelling}]))")
    assert template is not None
    assert template.fill("5m") == "sum(rate(x[5m]))"
    assert open_window("sum(rate(x[5m]))") is None


@pytest.mark.parametrize(
    ("keys", "message", "cure"),
    [
        ("bad: x", "`bad` alone makes no indicator", "add `total` for availability or error rate"),
        (
            "bad: x\ngood: y\ntotal: z",
            "`bad`, `good` and `total` together make no indicator",
            "remove `bad` for availability or error rate",
        ),
        (
            "under: 1s\ntotal: z",
            "`total` and `under` together make no indicator",
            "add `histogram` and remove `total` for latency",
        ),
        ("slice: {value: up}", "a time slice needs one limit", "write one of `above`, `below`, `at_least`, `at_most`"),
    ],
)
def test_keys_that_do_not_fit_are_told_with_what_to_change(keys: str, message: str, cure: str):
    sli, (finding,) = read(f"target: 99%\n{keys}")
    assert sli is None
    assert (finding.rule, finding.message, finding.cure) == ("S08", message, cure)


def test_an_objective_without_an_indicator_lists_the_kinds():
    _, (finding,) = read("target: 99%")
    assert finding.message == "the objective says nothing about how it is measured"
    assert "latency: histogram+under" in finding.cure


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("bad: sum(rate(x[$window]", (1, 99)),
        ("bad: 'errors{code=~\"5..}'", (1, 99)),
        ("bad: errors_total +", (1, 99)),
    ],
)
def test_promql_that_does_not_parse_is_marked_where_it_stands(query: str, columns: tuple[int, int]):
    sli, findings = read(f"target: 99%\n{query}\ntotal: requests_total")
    assert sli is None
    finding = next(found for found in findings if found.rule == "S09")
    assert finding.message.startswith("PromQL: ")
    assert finding.span is not None
    assert finding.span.line == 2
    assert columns[0] <= finding.span.column < finding.span.end_column <= columns[1]


def test_an_expression_in_place_of_a_selector_gets_its_cure():
    _, (finding,) = read("target: 99%\nbad: sum(rate(errors_total[5m]))\ntotal: requests_total")
    assert "leave the range open" in finding.cure


def test_values_of_a_selector_may_carry_an_operator():
    assert matchers([("a", "1"), ("b", "!=2"), ("c", "=~3.*"), ("d", "!~4")]) == (
        Matcher("a", MatchOp.EQUAL, "1"),
        Matcher("b", MatchOp.NOT_EQUAL, "2"),
        Matcher("c", MatchOp.REGEX, "3.*"),
        Matcher("d", MatchOp.NOT_REGEX, "4"),
    )
