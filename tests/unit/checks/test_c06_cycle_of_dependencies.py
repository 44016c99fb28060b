"""Cycles are named, at the edge where the first service enters them."""

from pathlib import Path

import pytest

from surefoot.finding import Severity
from tests.unit.checks.examine import of


@pytest.mark.req("INT-6")
def test_cycle_is_named_at_its_first_edge(tmp_path: Path):
    text = """
services:
  c: {depends_on: [{service: a}]}
  a:
    depends_on:
      - {service: x, hard: false}
      - {service: b}
  b: {depends_on: [{service: c}]}
  x: {depends_on: [{service: x}]}
"""
    first, second = of("C06", text, tmp_path)
    assert first.message == "hard dependencies run in a circle: a -> b -> c -> a"
    assert first.span
    assert (first.span.line, first.severity) == (7, Severity.ERROR)
    assert second.message == "hard dependencies run in a circle: x -> x"
