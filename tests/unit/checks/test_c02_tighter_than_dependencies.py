"""What a service may promise on top of what it needs."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SLO = "{{target: {}, bad: errors_total, total: requests_total}}"
SHOP = """
services:
  shop: {{slos: {{availability: {shop}}}, depends_on: [{edges}]}}
  stock: {{slos: {{{stock}}}}}
  bank: {{slos: {{availability: {bank}}}}}
"""


def shop(target: str, *, edges: str = "{service: stock}, {service: bank}", stock: str = "availability: 99.9%") -> str:
    name, _, objective = stock.partition(": ")
    return SHOP.format(
        shop=SLO.format(target),
        edges=edges,
        stock=f"{name}: {SLO.format(objective)}",
        bank=SLO.format("99.9%"),
    )


@pytest.mark.req("INT-6")
def test_figures_are_shown(tmp_path: Path):
    (finding,) = of("C02", shop("99.9%"), tmp_path)
    assert finding.message == (
        "99.9 % is promised, but what it needs allows 99.8001 %: stock/availability 99.9 % x bank/availability 99.9 %"
    )
    assert finding.cure.startswith("promise at most `99.8001%`")


def test_product_itself_may_be_promised(tmp_path: Path):
    assert of("C02", shop("99.8001%"), tmp_path) == []


def test_share_of_the_calls_counts(tmp_path: Path):
    edges = "{service: stock, share: 10%}, {service: bank, share: 0%}"
    assert of("C02", shop("99.99%", edges=edges), tmp_path) == []
    assert len(of("C02", shop("99.995%", edges=edges), tmp_path)) == 1


@pytest.mark.parametrize("edges", ["{service: stock, hard: false}", "{store: db}, {service: shop}", "{service: mail}"])
def test_soft_and_undescribed_dependencies_do_not_count(edges: str, tmp_path: Path):
    assert of("C02", shop("99.99%", edges=edges), tmp_path) == []


def test_only_objective_on_events_stands_for_availability(tmp_path: Path):
    (finding,) = of("C02", shop("99.9%", edges="{service: stock}", stock="answers: 99%"), tmp_path)
    assert "no luck lifts them there: stock/answers 99 %" in finding.message


def test_answered_by_a_comment_with_a_reason(tmp_path: Path):
    text = shop("99.9%").replace("  shop:", "  # surefoot: ignore C02, L25 -- answers come from a cache\n  shop:")
    assert of("C02", text, tmp_path) == []
