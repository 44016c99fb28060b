"""Spec to system: names linked, defaults filled in, every remaining mistake reported."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from surefoot.calendar.windows import CalendarWindow, Rolling
from surefoot.finding import Finding, Severity
from surefoot.spec.decode import Decoder
from surefoot.spec.resolve import resolve
from surefoot.spec.source import Value, parse
from surefoot.spec.system import LatencySli, System

SLO = "availability: {target: 99.9%, bad: errors_total, total: requests_total"


def resolved(*texts: str, overrides: Mapping[str, Value] | None = None) -> tuple[System, list[Finding]]:
    decoder = Decoder()
    for number, text in enumerate(texts):
        documents, findings = parse(f"{number}.yaml", text.encode())
        assert not findings
        for document in documents:
            decoder.add(document)
    assert not decoder.findings
    return resolve(decoder.spec(()), {}, overrides or {})


def told(text: str) -> list[tuple[str, str, str]]:
    return [(found.rule, str(found.span), found.message) for found in resolved(text)[1]]


def test_a_service_is_selected_by_its_name_unless_it_says_how():
    system, _ = resolved("services: {web: {}, api: {selector: {app: api}}, all: {selector: {}}}")
    matchers = {name: [str(m.label) for m in service.matchers] for name, service in system.services.items()}
    assert matchers == {"all": [], "api": ["app"], "web": ["job"]}


@pytest.mark.req("SLO-3")
@pytest.mark.parametrize(
    ("window", "kept", "period"),
    [
        ("", Rolling(timedelta(days=30)), 30),
        (", window: 28d", Rolling(timedelta(days=28)), 28),
        (", window: month", CalendarWindow("month", "Europe/Berlin"), 30),
        (", window: quarter", CalendarWindow("quarter", "Europe/Berlin"), 90),
    ],
)
def test_a_window_is_rolling_or_of_the_calendar(window: str, kept: object, period: int):
    system, findings = resolved(f"timezone: Europe/Berlin\nservices: {{web: {{slos: {{{SLO}{window}}}}}}}}}")
    assert not findings
    slo = system.services["web"].slos["availability"]
    assert slo.window == kept
    assert slo.period == timedelta(days=period)


def test_labels_of_an_objective_win_over_the_services():
    system, _ = resolved(f"services: {{web: {{labels: {{a: x, b: y}}, slos: {{{SLO}, labels: {{b: z}}}}}}}}}}")
    assert system.services["web"].slos["availability"].labels == {"a": "x", "b": "z"}


def test_the_policy_of_the_spec_wins_over_the_shipped_one_and_that_of_a_run_over_both():
    text = f"policy: {{slo: {{window: 28d}}}}\nservices: {{web: {{slos: {{{SLO}}}}}}}}}"
    assert resolved(text)[0].services["web"].slos["availability"].period.days == 28
    run: dict[str, Value] = {"slo": {"window": "7d"}}
    assert resolved(text, overrides=run)[0].services["web"].slos["availability"].period.days == 7


def test_an_objective_that_cannot_be_resolved_is_left_out_and_reported():
    text = f"services: {{web: {{slos: {{{SLO}, burn: nobody}}, latency: {{target: 99%, under: 1s, histogram: h}}}}}}}}"
    system, findings = resolved(text)
    assert list(system.services["web"].slos) == ["latency"]
    assert isinstance(system.services["web"].slos["latency"].sli, LatencySli)
    assert [found.message for found in findings] == ["there is no burn policy `nobody`"]


def test_a_kind_of_exporter_follows_from_its_name():
    exporters = "exporters: {node: {}, pg: {kind: postgres, selector: {job: db}}, own: {}}"
    system, _ = resolved(f"{exporters}\nservices: {{web: {{exporters: [node, pg, own]}}}}")
    kinds = {name: exporter.kind for name, exporter in system.services["web"].exporters.items()}
    assert kinds == {"node": "node", "pg": "postgres", "own": "other"}


def test_two_journeys_of_one_name_are_reported():
    text = "journeys: {buy: {steps: [web]}}\nservices: {web: {journeys: {buy: {steps: [web]}}}}"
    assert told(text) == [("S03", "0.yaml:2:29", "the journey `buy` is written twice, first at 0.yaml:1:12")]


def test_a_name_that_leads_nowhere_is_an_error_where_others_exist():
    text = "people: {ana: {name: Ana}}\nteams: {web: {members: [anna]}}\nservices: {shop: {owner: web}}"
    _, (finding,) = resolved(text)
    assert (finding.rule, str(finding.span), finding.message) == ("S07", "0.yaml:2:25", "there is no person `anna`")
    assert finding.cure == "did you mean `ana`?"


def test_a_component_that_nobody_describes_is_a_question_with_its_default():
    text = "services: {web: {depends_on: [{service: elsewhere}]}}"
    _, (finding,) = resolved(text)
    assert (finding.rule, finding.severity) == ("I06", Severity.QUESTION)
    assert finding.default == "it is taken as a component outside this workspace, without promises"


def test_environments_need_not_be_described():
    assert resolved("services: {web: {environments: [staging]}}")[1] == []


def test_the_digest_ignores_comments_layout_and_order():
    one = resolved("services: {web: {owner: a}, api: {}}\n")[0].digest
    assert one == resolved("# a comment\nservices:\n  api:\n    {}\n  web:\n    owner: a\n")[0].digest
    assert one != resolved("services: {web: {owner: b}, api: {}}\n")[0].digest
