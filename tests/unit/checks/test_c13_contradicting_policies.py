from pathlib import Path

import pytest

from surefoot.finding import Severity
from tests.unit.checks.examine import of


@pytest.mark.req("INT-6", "RES-5")
@pytest.mark.parametrize(
    ("keys", "problem", "cure"),
    [
        ("retry: 3, hedge: after p95", "`retry` and `hedge` exclude each other", "drop one"),
        ("preset: paymnt", "there is no preset `paymnt`", "write one of payment, email, search"),
        ("retry: 3, budget: 150%", "share is 1.5", "write a share above 0 and at most 1"),
    ],
)
def test_it_says_what_and_where_and_the_cure(keys: str, problem: str, cure: str, tmp_path: Path):
    text = f"""
services:
  shop:
    depends_on:
      - {{service: bank, retry: 3}}
      - {{service: post, {keys}}}
  bank: {{}}
  post: {{}}
"""
    (found,) = of("C13", text, tmp_path)
    assert found.message == f"the call to `post` cannot be protected so: {problem}"
    assert (found.cure, found.severity) == (cure, Severity.ERROR)
    assert found.span
    assert found.span.line == 6


def test_a_preset_that_the_spec_adds_is_known(tmp_path: Path):
    text = """
policy: {resilience: {presets: {mail: {breaker: 9 consecutive, reset: 1s, fallback: queue}}}}
services:
  shop: {depends_on: [{service: post, preset: mail}]}
  post: {}
"""
    assert not of("C13", text, tmp_path)
