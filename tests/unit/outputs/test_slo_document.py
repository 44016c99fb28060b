import re
from pathlib import Path

import pytest

from surefoot.outputs.slo_document import OUTPUT
from surefoot.promql.parse import parse
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("SLO-8", "DOC-1")

WORKSPACE = """
    timezone: Europe/Lisbon
    metrics: {prometheus: "http://prometheus.example:9090/"}
    services:
      checkout:
        owner: payments
        tier: critical
        description: Takes orders.
        depends_on:
          - {service: payment-api, user_sees: pay later}
          - {store: orders, hard: false}
        journeys:
          place-order: {steps: [checkout, payment-api], target: 99.5%}
        slos:
          availability: {target: 99.9%, sla: 99.5%, bad: bad_total, total: all_total, description: Orders are taken.}
          latency: {target: 99%, sla: {target: 98%, under: 2s}, under: 1s, histogram: h_seconds}
          throughput: {target: 99%, at_least: 5/s, rate: orders_total}
          freshness: {target: 99%, younger_than: 5m, timestamp: built_seconds}
          minutes: {target: 99%, slice: {value: "max(queue_length)", at_most: 10}}
          ratio: {target: 90%, raw: "my_error_ratio", window: month}
      payment-api:
        slos:
          availability: {target: 99.95%, good: ok_total, total: all_total}
      quiet: {}
    teams: {payments: {email: p@shop.example}}
    stores: {orders: {engine: postgresql}}
    reviews: {weekly: {subject: burn-rate, every: weekly tue 10:00, owner: payments}}
"""


def documents(folder: Path, text: str = WORKSPACE) -> dict[str, str]:
    return {a.path.removeprefix("docs/operations/"): a.text for a in written(OUTPUT, resolved(folder, text), folder)}


def test_every_service_that_promises_has_a_document_and_a_line_in_the_index(tmp_path: Path):
    found = documents(tmp_path)
    assert set(found) == {"SLOs.md", "slos/checkout.md", "slos/payment-api.md"}
    assert len(re.findall(r"^\| \[", found["SLOs.md"], re.MULTILINE)) == 7
    assert not documents(tmp_path, "\n    services: {quiet: {}}\n")


def test_the_document_has_its_sections(tmp_path: Path):
    text = documents(tmp_path)["slos/checkout.md"]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Overview",
        "Critical user journeys",
        "Objectives",
        "Consequences",
        "Review cadence",
        "Dependencies",
    ]
    assert "checkout → payment-api" in text
    assert "98 % under 2s" in text
    assert "pay later" in text
    assert "availability 99.95 %" in text
    assert "weekly tue 10:00" in text
    assert "quarterly" in text
    assert re.search(r"3 or more +\| reliability-focused sprint", text)


def test_the_budget_is_given_in_percent_and_time(tmp_path: Path):
    text = documents(tmp_path)["slos/checkout.md"]
    assert "Error budget: 0.1 % of the events in 30 d, or 43.2 min of a total outage." in text
    assert "a calendar month (Europe/Lisbon), or 3 d of a total outage" in text


def test_the_burn_policy_tells_detection_spending_and_reset(tmp_path: Path):
    text = documents(tmp_path)["slos/checkout.md"]
    row = next(line for line in text.split("\n") if line.startswith("| page "))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    # 1 h * 14.4 * 0.001 = 51.84 s; 5 min * (1 - 0.0144) = 4.93 min.
    assert cells[:4] == ["page", "P1", "1h and 5m", "14.4×"]
    assert cells[5:] == ["2 %", "51.8 s", "4.93 min"]


def test_a_leg_that_can_never_fire_is_told_with_what_stands_in_its_place(tmp_path: Path):
    text = documents(tmp_path)["slos/checkout.md"]
    assert "14.4× over 1h can never fire at 90 %; 6× stands in its place." in text


def test_how_each_objective_is_measured_is_promql(tmp_path: Path):
    queries = re.findall(r"```promql\n(.+?)```", documents(tmp_path)["slos/checkout.md"], re.DOTALL)
    assert len(queries) == 6
    for query in queries:
        parse(query)


def test_the_current_burn_is_linked(tmp_path: Path):
    text = documents(tmp_path)["slos/checkout.md"]
    assert "(http://prometheus.example:9090/graph?g0.expr=slo%3Acurrent_burn_rate%3Aratio%7B" in text


def test_tables_are_well_formed(tmp_path: Path):
    for text in documents(tmp_path).values():
        for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
            bars = {len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().split("\n")}
            assert len(bars) == 1, block
