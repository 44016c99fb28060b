from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.finding import Finding

SHOP = """
services:
  shop:
    slos:
      availability: {{target: {target}, bad: errors_total, total: requests_total}}
      latency: {{target: 99.99%, under: 300ms, histogram: request_seconds}}
    depends_on: [{edges}]
  stock:
    slos: {{availability: {{target: 99.9%, bad: errors_total, total: requests_total}}}}
  payment:
    slos: {{availability: {{target: 99.9%, bad: errors_total, total: requests_total}}}}
"""


def reported(text: str, folder: Path) -> list[Finding]:
    (folder / "surefoot.yaml").write_text(text, encoding="utf-8")
    found = api.check([folder], today=date(2026, 11, 1)).findings
    assert not [finding for finding in found if finding.rule.startswith("S")], found
    return [finding for finding in found if finding.rule == "L25"]


@pytest.mark.req("INT-6")
@pytest.mark.parametrize(
    ("target", "edges", "count"),
    [
        ("99.9%", "{service: stock}, {service: payment}", 1),
        ("99.8%", "{service: stock}, {service: payment}", 0),
        ("99.9%", "{service: stock}", 0),
        ("99.95%", "{service: stock}", 1),
        ("99.95%", "{service: stock, hard: false}", 0),
        ("99.95%", "{service: stock, fallback: stale 5m}", 0),
    ],
)
def test_objective_is_compared_with_the_product_of_hard_dependencies(
    target: str, edges: str, count: int, tmp_path: Path
):
    found = reported(SHOP.format(target=target, edges=edges), tmp_path)
    assert [finding.subject for finding in found] == ["shop/availability"] * count


@pytest.mark.req("INT-6")
def test_product_and_its_factors_are_named(tmp_path: Path):
    (finding,) = reported(SHOP.format(target="99.9%", edges="{service: stock}, {service: payment}"), tmp_path)
    assert finding.message == (
        "the objective 99.9 % is tighter than its hard dependencies allow (stock, payment): 99.9 % × 99.9 % = 99.8001 %"
    )


def test_agreement_with_a_bound_of_its_own_is_not_compared(tmp_path: Path):
    slow = (
        "service: shop\n"
        "slos: {latency: {target: 99%, sla: {target: 99.9%, under: 1s}, under: 300ms, histogram: request_seconds}}\n"
    )
    assert reported(slow, tmp_path) == []
