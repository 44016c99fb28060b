"""SLO and SLA stand side by side; the contract must be the looser one (SLO-2)."""

from pathlib import Path

import pytest

from surefoot import api
from surefoot.finding import Severity
from tests.unit.checks.examine import TODAY, of

LATENCY = "service: shop\nslos: {{latency: {{target: {target}, under: 200ms, histogram: h, sla: {sla}}}}}\n"


@pytest.mark.req("SLO-2", "INT-6")
@pytest.mark.parametrize(
    ("target", "sla"),
    [
        ("95%", "{target: 99%, under: 500ms}"),  # the example of SLO-2: looser bound, higher target
        ("99%", "95%"),
        ("99%", "99%"),
        ("99%", "{target: 99%, under: 200ms}"),
    ],
)
def test_looser_contract_is_fine(target: str, sla: str, tmp_path: Path):
    assert of("C01", LATENCY.format(target=target, sla=sla), tmp_path) == []


@pytest.mark.req("INT-6")
@pytest.mark.parametrize(
    ("target", "sla", "message"),
    [
        ("95%", "99%", "the SLA of 99 % is tighter than the objective of 95 %"),
        ("95%", "{target: 99%, under: 200ms}", "the SLA of 99 % is tighter than the objective of 95 %"),
        (
            "99%",
            "{target: 90%, under: 100ms}",
            "the SLA's bound `under: 100ms` is tighter than the objective's `200ms`",
        ),
    ],
)
def test_tighter_contract_is_reported(target: str, sla: str, message: str, tmp_path: Path):
    (finding,) = of("C01", LATENCY.format(target=target, sla=sla), tmp_path)
    assert finding.message == message
    assert finding.subject == "shop/latency"


@pytest.mark.parametrize(
    ("slo", "message"),
    [
        (
            "{target: 99%, younger_than: 60s, timestamp: ts, sla: {target: 98%, younger_than: 30s}}",
            "the SLA's bound `younger_than: 30s` is tighter than the objective's `1m`",
        ),
        (
            "{target: 99%, at_least: 10/s, rate: r, sla: {target: 98%, at_least: 20/s}}",
            "the SLA's bound `at_least: 20/s` is tighter than the objective's `10/s`",
        ),
    ],
)
def test_each_kind_of_bound_is_compared(slo: str, message: str, tmp_path: Path):
    (finding,) = of("C01", f"service: shop\nslos: {{data: {slo}}}\n", tmp_path)
    assert finding.message == message


@pytest.mark.req("SLO-2")
def test_bound_of_another_kind_is_no_contract(tmp_path: Path):
    file = tmp_path / "surefoot.yaml"
    text = "service: shop\nslos: {it: {target: 99%, bad: e, total: t, sla: {target: 95%, under: 1s}}}\n"
    file.write_text(text, encoding="utf-8")
    (finding,) = (f for f in api.check([file], today=TODAY).findings if f.severity is Severity.ERROR)
    assert (finding.rule, finding.message) == ("S08", "the SLA's `under` bounds what the objective does not measure")
    assert str(finding.span).endswith(":2:63")
