"""Certificates with the real promtool: right rules pass, broken ones are named."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from surefoot import api
from surefoot.domain.rules.trials import trials
from surefoot.edge.process import LocalPrograms
from surefoot.edge.workers import Threads
from surefoot.outputs.prometheus_rules import OUTPUT
from surefoot.proof import Verdict
from surefoot.prove.certificates import ask_promtool, certificates, judged

pytestmark = [pytest.mark.real]

EXAMPLE = Path(__file__).parents[2] / "examples" / "minimal"
NOW = datetime(2026, 1, 5, tzinfo=UTC)
Tool = Callable[[str], str]


@pytest.mark.req("SLO-10", "MON-2", "ALR-2")
def test_every_alert_of_an_example_is_proven_three_ways(tool: Tool):
    tool("promtool")
    system = api.load([EXAMPLE], today=NOW.date())
    found = list(certificates(system, list(system.services.values()), LocalPrograms(), Threads(1), NOW))
    assert {one.promtool for one in found} == {"passed"}
    assert {one.proof.verdict for one in found if one.proof} == {Verdict.PROVEN}
    assert all(one.proof for one in found)


@pytest.mark.req("SLO-10")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("14.4 * 0.0009999999999999432", "13 * 0.0009999999999999432", id="wrong factor"),
        pytest.param('"5.."}[1h]', '"5.."}[6h]', id="wrong window"),
        pytest.param("ratio_rate30m{", "ratio_rate6h{", id="missing short window"),
        pytest.param('sloth_slo="availability"', 'sloth_slo="latency"', id="swapped label"),
    ],
)
def test_promtool_finds_a_broken_rule_too(tool: Tool, old: str, new: str):
    tool("promtool")
    system = api.load([EXAMPLE], today=date(2026, 1, 5))
    service = system.services["hello"]
    rules = next(artifact.text for artifact in OUTPUT.render(system))
    broken = rules.replace(old, new)
    assert broken != rules
    answer = ask_promtool(service, system, LocalPrograms(), broken)
    assert answer is not None
    page, *_, down = trials(service, system)
    assert judged(*answer, page) == "failed"
    assert judged(*answer, down) == "passed"
