import json
from pathlib import Path

import pytest

from surefoot.domain.shields import shields
from surefoot.outputs.resilience import FORMAT, OUTPUT, PATH
from surefoot.resilience import loading
from tests.house.source import ROOT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("RES-5")

EVERYTHING = """
    services:
      shop:
        depends_on:
          - {service: bank, preset: payment, deadline: 2s, timeout: 600ms, retry: 3, rate: 100/s, shed: true,
             concurrency: adaptive 5..20, fallback: [stale 1m, {value: {a: [1.0, null]}}], chaos: allowed}
          - {store: orders, hedge: after 50ms, fallback: "value []"}
          - {service: quiet}
      bank: {depends_on: [{service: quiet, user_sees: nothing}]}
      quiet: {}
    stores: {orders: {engine: postgresql}}
"""


@pytest.mark.parametrize("path", sorted(ROOT.glob(f"tests/golden/*/{PATH}")), ids=lambda path: path.parent.name)
def test_every_golden_file_is_read_by_the_library(path: Path):
    assert loading.read(path)


def test_what_is_written_is_what_the_library_reads(tmp_path: Path):
    system = resolved(tmp_path, EVERYTHING)
    written(OUTPUT, system, tmp_path)
    found = loading.read(tmp_path / PATH)
    assert found == {(each.service.name, each.settings.name): each.settings for each in shields(system)}
    assert set(found) == {("shop", "bank"), ("shop", "orders")}, "what has no policy has no pipeline"
    assert FORMAT == loading.FORMAT


def test_numbers_are_plain_and_constants_stay_as_they_are(tmp_path: Path):
    (artifact,) = written(OUTPUT, resolved(tmp_path, EVERYTHING), tmp_path)
    bank = json.loads(artifact.text)["services"]["shop"]["bank"]
    assert bank["deadline"] == 2
    assert '"deadline": 2,' in artifact.text
    assert [sorted(each) for each in bank["fallback"]] == [["kind", "stale"], ["kind", "value"]]
    assert '"name"' not in artifact.text
    assert "1.0" in artifact.text


def test_a_workspace_without_policies_has_no_file(tmp_path: Path):
    assert not written(OUTPUT, resolved(tmp_path, "services: {shop: {depends_on: [{service: bank}]}}"), tmp_path)
