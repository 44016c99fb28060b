from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from surefoot.domain.rules.groups import groups
from surefoot.domain.rules.trials import trials
from surefoot.edge.workers import Threads
from surefoot.ports.process import Ended
from surefoot.proof import Verdict
from surefoot.prove.certificates import Certificate, as_json, ask_promtool, certificates, certify, findings, judged
from surefoot.spec.rulefile import Rule, RuleGroup
from tests.workspaces import resolved

NOW = datetime(2026, 1, 5, tzinfo=UTC)
SPEC = """
service: shop
targets: [shop-1:80]
policy:
  slo:
    burn: pages
    burn_policies:
      pages: [{tier: page, long: 1h, short: 5m, share: 2%}, {tier: page, long: 6h, short: 30m, share: 5%}]
slos:
  served: {target: 99.9%, bad: 'requests_total{code="500"}', total: requests_total}
"""
RECORD = "slo:sli_error:ratio_rate"


class Promtool:
    """Answers as promtool would."""

    def __init__(self, ended: Ended | None) -> None:
        self.ended = ended
        self.asked: list[str] = []

    def run(self, program, arguments, files, limit) -> Ended | None:
        self.asked += [program, *arguments]
        assert {*arguments[2:]} < files.keys()
        assert limit > timedelta()
        return self.ended


@pytest.fixture
def system(tmp_path: Path):
    return resolved(tmp_path, SPEC)


@pytest.fixture
def proved(system) -> Callable[[Callable[[Rule], Rule]], Certificate]:
    """Prove the page with every rule edited."""

    def prove(edit: Callable[[Rule], Rule]) -> Certificate:
        service = system.services["shop"]
        trial = next(trials(service, system))
        edited = [
            RuleGroup(group.name, tuple(edit(rule) for rule in group.rules), group.interval)
            for group in groups(service, system)
        ]
        rule = next(rule for group in edited for rule in group.rules if rule.kind == "alert")
        return certify(replace(trial, rule=rule), system, NOW, "passed", edited)

    return prove


def _alert(old: str, new: str) -> Callable[[Rule], Rule]:
    def edit(rule: Rule) -> Rule:
        if rule.kind == "record":
            return rule
        return replace(rule, expr=rule.expr.replace(old, new))

    return edit


def _window(name: str, old: str, new: str) -> Callable[[Rule], Rule]:
    return lambda rule: replace(rule, expr=rule.expr.replace(old, new)) if rule.name == f"{RECORD}{name}" else rule


@pytest.mark.req("SLO-10", "ALR-2")
def test_every_alert_of_a_service_is_proven(system):
    promtool = Promtool(Ended(0, ""))
    found = list(certificates(system, list(system.services.values()), promtool, Threads(1), NOW))
    assert {one.proof.verdict for one in found if one.proof} == {Verdict.PROVEN}
    assert {one.promtool for one in found} == {"passed"}
    assert promtool.asked[:3] == ["promtool", "test", "rules"]
    assert not findings(found)


@pytest.mark.req("SLO-10")
@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(_alert("14.4 *", "13 *"), id="wrong factor"),
        pytest.param(_window("1h", "[1h]", "[6h]"), id="wrong window"),
        pytest.param(_alert(f"{RECORD}30m", f"{RECORD}6h"), id="missing short window"),
        pytest.param(_alert('sloth_slo="served"', 'sloth_slo="latency"'), id="swapped label"),
        pytest.param(_alert(" > ", " >= bool "), id="always fires"),
        pytest.param(lambda rule: replace(rule, lasting=NOW - NOW.replace(hour=0, day=4)), id="a hold too much"),
    ],
)
def test_a_rule_that_was_broken_is_found(proved, edit):
    found = proved(edit)
    assert found.proof.verdict is Verdict.BROKEN
    assert "closed form" in found.proof.measured
    (finding,) = findings([found])
    assert (finding.rule, finding.subject) == ("P01", "shop/served/page/fires")
    assert finding.span is not None


def test_the_same_rules_give_the_same_certificate(proved):
    first, second = (as_json(proved(lambda rule: rule)) for _ in range(2))
    assert first == second
    assert first["verdict"] == "proven"
    assert first["digest"] != as_json(proved(_alert("14.4 *", "13 *")))["digest"]


def test_words_of_promtool_break_only_the_alerts_that_they_name(system):
    shop = system.services["shop"]
    page, absent = list(trials(shop, system))[:2]
    said = f'expr: "count(ALERTS{{alertstate=\\"firing\\",{page.matchers}}})", time: 1h'.replace('"', '\\"')
    assert judged(1, said, page) == "failed"
    assert judged(1, said, absent) == "passed"
    assert judged(1, "cannot be read", absent) == "failed"
    assert judged(0, "", page) == "passed"
    assert as_json(certify(page, system, NOW, "failed"))["verdict"] == "broken"


def test_without_promtool_two_ways_decide_and_the_proof_says_so(system):
    shop = system.services["shop"]
    assert ask_promtool(shop, system, Promtool(None)) is None
    found = next(certificates(system, [shop], Promtool(None), Threads(1), NOW))
    assert found.promtool == "not installed"
    assert found.proof is not None
    assert found.proof.verdict is Verdict.PROVEN
    assert "promtool: not installed" in found.proof.how


def test_an_alert_without_a_history_stays_unproven(tmp_path):
    spec = SPEC.replace(
        "bad: 'requests_total{code=\"500\"}', total: requests_total", "under: 1s, histogram: h, native: true"
    )
    system = resolved(tmp_path, spec)
    found = [
        one
        for one in certificates(system, list(system.services.values()), Promtool(None), Threads(1), NOW)
        if not one.proof
    ]
    assert found
    assert as_json(found[0])["verdict"] == "unproven"
    assert "native" in found[0].reason
    assert not findings(found)


@pytest.mark.req("SLO-10")
def test_every_kind_of_indicator_is_proven(tmp_path):
    spec = SPEC[: SPEC.index("slos:")] + (
        "slos:\n"
        "  good: {target: 99%, good: 'fine_total', total: all_total, by: route}\n"
        "  rate: {target: 99%, at_least: 20/s, rate: r}\n"
        "  fresh: {target: 99%, younger_than: 60s, timestamp: t}\n"
        "  raw: {target: 99%, raw: '1 - sum(rate(a[$window])) / sum(rate(b[$window]))'}\n"
        "  gauge: {target: 99%, raw: 'max(errors_ratio)'}\n"
    )
    system = resolved(tmp_path, spec)
    found = list(certificates(system, list(system.services.values()), Promtool(Ended(0, "")), Threads(1), NOW))
    verdicts = {one.proof.promise: one.proof.verdict for one in found if one.proof}
    assert set(verdicts.values()) == {Verdict.PROVEN}
    assert len({promise.split("/")[1] for promise in verdicts if promise.endswith("page/fires")}) == 5
