import pytest

from tests.unit.checks.examined import FIVE, of, record


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        (f"{FIVE} or vector(1)", 1),
        ("sum(up) or vector(1)", 0),
        (FIVE, 0),  # nobody sums it over time
    ],
)
def test_ratio_declared_perfect_in_silence_is_reported(expr: str, count: int):
    assert len(of("L09", record("x", expr))) == count


def test_missing_errors_and_silence_matter_to_what_is_summed_over_time():
    mean = record("x:d", "sum_over_time(x:ratio[1d])")
    assert len(of("L09", record("x:ratio", FIVE), mean)) == 1
    assert len(of("L10", record("x:ratio", FIVE), mean)) == 1
    total = 'sum(rate(http_requests_total{job="a"}[5m]))'
    mended = f'(sum(rate(http_requests_total{{job="a",code=~"5.."}}[5m])) or 0 * {total}) / ({total} > 0)'
    assert of("L09", record("x:ratio", mended), mean) == []
    assert of("L10", record("x:ratio", mended), mean) == []
