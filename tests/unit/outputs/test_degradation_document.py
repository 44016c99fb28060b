import re
from pathlib import Path

import pytest

from surefoot.outputs.degradation_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("RES-4", "DOC-1")

SPEC = """
    services:
      shop:
        depends_on:
          - {{service: bank, {keys}, user_sees: delayed confirmation}}
          - {{service: quiet, hard: false}}
      bank: {{}}
      quiet: {{}}
"""


def row(folder: Path, keys: str) -> list[str]:
    """Render one dependency and return the cells of its row."""
    (artifact,) = written(OUTPUT, resolved(folder, SPEC.format(keys=keys)), folder)
    line = next(line for line in artifact.text.splitlines() if line.startswith("| bank "))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_every_dependency_has_a_row_and_what_is_missing_is_said(tmp_path: Path):
    (artifact,) = written(OUTPUT, resolved(tmp_path, SPEC.format(keys="hard: true")), tmp_path)
    quiet = re.sub(" +", " ", artifact.text.splitlines()[-1])
    assert quiet == "| quiet | soft, service | nothing | the caller gets the error | not said | never |"
    assert "delayed confirmation" in artifact.text


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("deadline: 2s, timeout: 600ms", "at most 2 s for the whole call; at most 600 ms for one attempt"),
        (
            "retry: '2, 100ms..1s'",
            "up to 2 repetitions within 100 ms, growing ×2 to 1 s, for 20 % of the calls at most",
        ),
        ("hedge: after p95", "a second call after p95, for 20 % of the calls at most"),
        ("hedge: after 50ms", "a second call after 50 ms, for 20 % of the calls at most"),
        ("breaker: 5 consecutive", "the breaker opens at 5 failures in a row for 30 s, up to 5 min"),
        (
            "breaker: 50% in 10s, slow: 80% over 500ms, reset: 10m",
            "the breaker opens at 50 % failures in 10 s, or 80 % slower than 500 ms (from 20 calls on) for 10 min",
        ),
        (
            "breaker: {mode: metrics-only, share: 50%, calls: 40}",
            "the breaker opens at 50 % failures in 40 calls (from 20 calls on) for 30 s, up to 5 min [metrics-only]",
        ),
        ("breaker: off", "the breaker is off"),
        ("concurrency: 20 queue 50", "20 calls at a time, 50 more wait 1 s at most"),
        ("concurrency: adaptive 5..200", "5 to 200 calls at a time, as many as it bears"),
        ("rate: 100 per 1m burst 20 shared redis", "at most 100 calls per 1 min in bursts of 20, counted in redis"),
        ("shed: true", "less important calls are shed when more than 10 % fail"),
    ],
)
def test_policies_are_told_in_words(keys: str, words: str, tmp_path: Path):
    assert row(tmp_path, keys)[2] == words


def test_fallbacks_are_told_in_their_order(tmp_path: Path):
    fallback = "fallback: [stale 5m, alternative recent, queue, 'value []']"
    assert row(tmp_path, fallback)[3] == (
        "the last good answer, at most 5 min old, else recent instead, else queued and made later, "
        "else the constant `[]`"
    )


def test_a_workspace_without_dependencies_has_no_document(tmp_path: Path):
    assert not written(OUTPUT, resolved(tmp_path, "services: {shop: {}}"), tmp_path)
