import re
from pathlib import Path

import pytest

from surefoot.outputs.dashboards_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("MON-5", "DOC-1")

SPEC = """
    workspace: small
    services:
      shop: {slos: {availability: {target: 99.9%, bad: 'hits_total{code=~"5.."}', total: hits_total}}}
"""


def text(folder: Path) -> str:
    (artifact,) = written(OUTPUT, resolved(folder, SPEC), folder)
    assert artifact.path == "docs/operations/dashboards.md"
    return re.sub(" +", " ", artifact.text)


def test_every_dashboard_has_its_file_and_address(tmp_path: Path):
    assert "| Executive overview (small) | `grafana/executive.json` | `/d/surefoot-small-executive` |" in text(tmp_path)
    assert "| Service health: shop | `grafana/services/shop.json` | `/d/shop` |" in text(tmp_path)


def test_thresholds_are_those_of_the_panels(tmp_path: Path):
    assert "| shop | availability | 99.9 % | 0.1 % | 1 % |" in text(tmp_path)


def test_panels_are_listed_with_what_they_show(tmp_path: Path):
    assert "| Traffic and errors | Errors | 4xx, 5xx |" in text(tmp_path)
    assert "{{" not in text(tmp_path)


def test_what_is_missing_is_said(tmp_path: Path):
    assert "- shop: Concurrency: declare `signals: {concurrency: …}`." in text(tmp_path)


def test_a_workspace_without_services_has_no_document(tmp_path: Path):
    assert not written(OUTPUT, resolved(tmp_path, "workspace: nothing"), tmp_path)
