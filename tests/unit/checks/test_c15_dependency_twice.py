from pathlib import Path

import pytest

from tests.unit.checks.examine import of


@pytest.mark.req("INT-6")
def test_the_second_entry_is_reported(tmp_path: Path):
    text = """
services:
  shop:
    depends_on:
      - {service: bank}
      - {store: orders}
      - {service: bank, retry: 3}
  bank: {depends_on: [{store: orders}]}
stores: {orders: {engine: postgresql}}
"""
    (found,) = of("C15", text, tmp_path)
    assert found.message == "`shop` depends on `bank` twice"
    assert found.span
    assert found.span.line == 7
