"""A journey cannot promise more than its steps do together (SLO-7)."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SPEC = """
services:
  web: {{slos: {{availability: {{target: 99.9%, bad: e, total: t}}}}}}
  checkout: {{slos: {{availability: {{target: 99.5%, bad: e, total: t}}}}}}
  search: {{owner: web}}
journeys:
  buy: {{steps: [web, checkout, web, search], target: {target}}}
"""


@pytest.mark.req("SLO-7")
def test_interval_is_shown(tmp_path: Path):
    (finding,) = of("C09", SPEC.format(target="99.6%"), tmp_path)
    assert finding.message == (
        "the journey `buy` promises 99.6 %, but its steps allow 99.4005 % if they fail independently, "
        "between 99.4 % and 99.5 % otherwise: web/availability 99.9 %, checkout/availability 99.5 %"
    )
    assert finding.subject == "buy"


@pytest.mark.req("SLO-7")
def test_target_within_the_product_is_fine(tmp_path: Path):
    assert of("C09", SPEC.format(target="99.4005%"), tmp_path) == []
