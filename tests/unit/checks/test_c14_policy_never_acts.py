from pathlib import Path

import pytest

from surefoot.finding import Severity
from tests.unit.checks.examine import of


@pytest.mark.req("INT-6")
@pytest.mark.parametrize(
    ("keys", "key", "problem"),
    [
        ("deadline: 1s, timeout: 1s", "timeout", "the whole call ends after 1s"),
        ("timeout: 600ms, breaker: 50% in 10s, slow: 80% over 600ms", "slow", "a call ends after 600ms"),
        ("deadline: 500ms, slow: 80% over 1s", "slow", "a call ends after 500ms"),
        (
            "deadline: 2s, breaker: 50% in 10s",
            "breaker",
            "when calls hang, the deadline ends them, and nothing is counted",
        ),
        ("timeout: 50ms, hedge: after 60ms", "hedge", "a call ends after 50ms"),
        ("budget: 20%", "budget", "no call is sent again"),
        ("fallback: ['value 1', stale 5m]", "fallback", "the constant always answers before the last one"),
        ("breaker: off, min_calls: 5", "min_calls", "the breaker is `off`"),
    ],
)
def test_it_names_what_keeps_the_policy_from_acting(keys: str, key: str, problem: str, tmp_path: Path):
    (found,) = of("C14", f"services: {{shop: {{depends_on: [{{service: bank, {keys}}}]}}, bank: {{}}}}", tmp_path)
    assert found.message == f"`{key}` of the calls to `bank` never acts: {problem}"
    assert found.severity is Severity.WARNING
    assert found.span


@pytest.mark.parametrize(
    "keys",
    [
        "deadline: 2s, timeout: 1s, retry: 3, budget: 20%, breaker: 50% in 10s, slow: 80% over 900ms",
        "timeout: 1s, hedge: after p95, budget: 10%",
        "fallback: [stale 5m, 'value 1']",
        "breaker: off",
        "deadline: 2s, breaker: off",
    ],
)
def test_policies_that_act_pass(keys: str, tmp_path: Path):
    assert not of("C14", f"services: {{shop: {{depends_on: [{{service: bank, {keys}}}]}}, bank: {{}}}}", tmp_path)
