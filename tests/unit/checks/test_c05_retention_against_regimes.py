"""Retention is compared with every regime in force, and the regimes with each other."""

from pathlib import Path

import pytest

from surefoot.finding import Role
from tests.unit.checks.examine import of

SPEC = """
service: shop
compliance: [pci-dss, own]
regimes:
  own: {{{own}}}
data:
  orders: {{preset: transactions, classification: internal{data}}}
audit: {{{audit}}}
"""


def spec(*, own: str = "keep_at_least: 30d", audit: str = "retention: strictest", data: str = "") -> str:
    return SPEC.format(own=own, audit=audit, data=data)


@pytest.mark.req("AUD-4", "INT-6")
@pytest.mark.parametrize(
    "audit",
    [
        "retention: strictest",
        "retention: 2y",
        "retention: {all: {min: 1y, hot: 90d}}",
        "retention: {categories: {operation: {min: 30d, legal_hold: true}}}",
    ],
)
def test_long_enough_is_fine(audit: str, tmp_path: Path):
    assert of("C05", spec(audit=audit), tmp_path) == []


@pytest.mark.req("AUD-4", "INT-6")
@pytest.mark.parametrize(
    ("audit", "message"),
    [
        ("retention: 90d", "records are kept 90d, but `pci-dss` demands 1y"),
        ("retention: {all: {max: 90d}}", "records are kept 90d, but `pci-dss` demands 1y"),
        (
            "retention: {categories: {data: {min: 90d}}}",
            "`data` is kept 90d, but `pci-dss` demands 1y",
        ),
        ("retention: {fields: {amount: 180d}}", "`amount` is kept 180d, but `pci-dss` demands 1y"),
        (
            "retention: {all: {min: 2y, hot: 30d}}",
            "records are at hand for 30d, but `pci-dss` demands 90d",
        ),
    ],
)
def test_shorter_than_demanded_is_reported(audit: str, message: str, tmp_path: Path):
    (finding,) = of("C05", spec(audit=audit), tmp_path)
    assert finding.message == message
    assert finding.ask is Role.LEGAL


@pytest.mark.req("INT-5")
def test_conflict_between_regimes_is_for_legal_to_answer(tmp_path: Path):
    (finding,) = of("C05", spec(own="keep_at_most: 90d"), tmp_path)
    assert finding.message == "`pci-dss` demands records for at least 1y, `own` allows at most 90d"
    assert finding.ask is Role.LEGAL
    assert "keep the record, erase its personal fields" in finding.cure


@pytest.mark.req("AUD-4", "INT-6")
@pytest.mark.parametrize(
    ("audit", "own", "message"),
    [
        ("retention: 9y", "keep_at_most: 3y", "records are kept 9y, but `own` allows at most 3y"),
        (
            "retention: {categories: {data: {hot: 5y}}}",
            "keep_at_most: 3y",
            "`data` is kept 5y, but `own` allows at most 3y",
        ),
        (
            "retention: {all: {min: 5y}, categories: {x: {max: 3y}}}",
            "keep_at_least: 1y",
            "`audit.retention.all` demands records for at least 5y, `audit.retention.categories.x` allows at most 3y",
        ),
        (
            "retention: {fields: {amount: {min: 5y, max: 3y}}}",
            "keep_at_least: 1y",
            "`audit.retention.fields.amount` demands records for at least 5y and allows at most 3y",
        ),
    ],
)
def test_longer_than_allowed_is_reported(audit: str, own: str, message: str, tmp_path: Path):
    (finding,) = of("C05", spec(own=own, audit=audit), tmp_path)
    assert finding.message == message
    assert finding.ask is Role.LEGAL


def test_a_hold_over_all_records_leaves_no_category_to_compare(tmp_path: Path):
    audit = "retention: {all: {legal_hold: true}, categories: {data: {min: 30d}}}"
    assert of("C05", spec(audit=audit), tmp_path) == []


@pytest.mark.parametrize(
    ("own", "keep", "message"),
    [
        ("keep_at_least: 60d", "30d", "`orders` is kept 30d, but `own` demands at least 60d"),
        ("keep_at_most: 2y", "3y", "`orders` is kept 3y, but `own` demands at most 2y"),
    ],
)
def test_data_is_compared_with_the_regimes_that_it_names(own: str, keep: str, message: str, tmp_path: Path):
    (finding,) = of("C05", spec(own=own, data=f", regimes: own, keep: {keep}"), tmp_path)
    assert finding.message == message
    assert finding.subject == "orders"


def test_without_audit_log_and_regimes_nothing_is_demanded(tmp_path: Path):
    assert of("C05", "service: shop\ncompliance: [pci-dss]\n", tmp_path) == []
