import pytest

from tests.unit.checks.examined import HOUR, alert, findings, group, of


@pytest.mark.req("SLO-4", "INT-6")
@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (f"{HOUR} > 14.4 * 0.1", "θ = 14.4 × 0.1 = 1.44 ≥ 1: no error ratio can exceed it"),
        (f"{HOUR} > (14.4 * (1 - 0.9))", "θ = 14.4 × 0.1 = 1.44 ≥ 1: no error ratio can exceed it"),
        (f"({HOUR}) / 0.1 > 14.4", "a total outage burns 10 times too fast: no burn rate can exceed 14.4"),
        (f"100 * ({HOUR}) > 14.4 * 10", "θ = 144 % ≥ 100 %: no error percentage can exceed it"),
        (
            f"100 * ({HOUR}) > 6 * (1 - 0.999)",
            "a percentage is compared with the ratio 0.006: it fires 100 times too early",
        ),
        (f"{HOUR} > 6 * (100 - 99.9)", "an error ratio is compared with 0.6 percent: it fires 100 times too late"),
    ],
)
def test_threshold_in_the_wrong_unit_or_out_of_reach_is_an_error(expr: str, message: str):
    assert of("L02", alert(expr)) == [message]


@pytest.mark.parametrize(
    "expr",
    [
        f"{HOUR} > 6 * 0.1",
        f"({HOUR}) / 0.05 > 14.4",
        f"100 * ({HOUR}) > 14.4 * 0.1",
        f"{HOUR} > 14.4 * (100 - 99.9) / 100",
    ],
)
def test_reachable_threshold_is_left_alone(expr: str):
    assert of("L02", alert(expr)) == []


def test_lints_point_into_the_expression():
    text = group(alert(f"{HOUR} > 14.4 * 0.1"))
    (finding,) = [found for found in findings(text) if found.rule == "L02"]
    assert finding.span is not None
    assert text.split("\n")[finding.span.line - 1][finding.span.column - 1 : finding.span.end_column - 1] == "14.4"
