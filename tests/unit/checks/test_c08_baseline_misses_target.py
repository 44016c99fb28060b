"""What was measured against what is promised."""

from pathlib import Path

import pytest

from surefoot.finding import Role, Severity
from tests.unit.checks.examine import of

SPEC = "service: shop\nslos: {{it: {slo}}}\nbaselines: {{{measured}, measured: 2026-10-01}}\n"
SLOW = "{target: 99%, under: 500ms, histogram: h}"


@pytest.mark.req("INT-5", "INT-6")
@pytest.mark.parametrize(
    ("slo", "measured", "message"),
    [
        (SLOW, "p95: 600ms", "99 % shall be faster than 500ms, but the measured p95 is 600ms"),
        (SLOW, "p95: 400ms, p99: 2s", "99 % shall be faster than 500ms, but the measured p99 is 2s"),
        (
            "{target: 99%, at_least: 100/s, rate: r}",
            "peak: 50/s",
            "at least 100/s are promised, but the measured peak is 50/s",
        ),
        (
            "{target: 99%, at_least: 100/s, rate: r}",
            "typical: 60/m, peak: 200/s",
            "at least 100/s are promised, but the measured typical is 1/s",
        ),
    ],
)
def test_target_that_is_missed_already_is_for_qa_to_answer(slo: str, measured: str, message: str, tmp_path: Path):
    (finding,) = of("C08", SPEC.format(slo=slo, measured=measured), tmp_path)
    assert finding.message == message
    assert (finding.ask, finding.severity) == (Role.QA, Severity.WARNING)


@pytest.mark.parametrize(
    ("slo", "measured"),
    [
        (SLOW, "p95: 180ms, p99: 500ms"),
        ("{target: 90%, under: 500ms, histogram: h}", "p95: 600ms"),
        ("{target: 99%, at_least: 100/s, rate: r}", "typical: 100/s"),
        ("{target: 99%, bad: e, total: t}", "p95: 1h"),
    ],
)
def test_target_that_was_met_or_not_measured_is_fine(slo: str, measured: str, tmp_path: Path):
    assert of("C08", SPEC.format(slo=slo, measured=measured), tmp_path) == []
