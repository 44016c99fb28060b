"""RTO and RPO are asked for data, and for stores that hold something nobody describes."""

from pathlib import Path

import pytest

from surefoot.finding import Role
from tests.unit.checks.examine import of


@pytest.mark.req("INT-2")
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{rpo: 5m}", "`orders` has no RTO"),
        ("{rto: 1h, class: critical}", "`orders` has no RPO"),
        ("{preset: account}", "`orders` has no RPO and no RTO: the policy has no preset `account`"),
    ],
)
def test_missing_objective_is_for_the_analyst(data: str, message: str, tmp_path: Path):
    (finding,) = of("I05", f"service: shop\ndata: {{orders: {data}}}\n", tmp_path)
    assert finding.message == message
    assert finding.ask is Role.ANALYST
    assert finding.default


@pytest.mark.parametrize("data", ["{rpo: 0s, rto: 1h}", "{preset: accounts}", "{preset: mine}"])
def test_stated_objective_is_an_answer(data: str, tmp_path: Path):
    own = "policy: {recovery: {data: {mine: {class: normal, rpo: 1h, rto: 1h, method: dump}}}}\n"
    assert of("I05", f"service: shop\ndata: {{orders: {data}}}\n{own}", tmp_path) == []


@pytest.mark.req("INT-2")
def test_store_of_unknown_content_is_asked_for(tmp_path: Path):
    text = "service: shop\nstores: {db: {engine: postgresql}}\n"
    (finding,) = of("I05", text, tmp_path)
    assert finding.subject == "db"
    assert of("I05", text + "data: {orders: {preset: logs, store: db}}\n", tmp_path) == []
