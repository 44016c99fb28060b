import pytest

from tests.unit.checks.examined import of, record


@pytest.mark.parametrize(
    ("bucket", "total", "count"),
    [
        ('{job="a",le="0.5"}', '{job="a"}', 0),
        ('{job="a",le=~"1|1[.]0"}', '{job="a"}', 0),
        ('{job="a",le="1.0"}', '{job="a"}', 1),
        ('{job="a"}', '{job="a"}', 1),
        ('{job="b",le="0.5"}', '{job="a"}', 1),
    ],
)
def test_latency_ratio_needs_one_bucket_in_every_spelling(bucket: str, total: str, count: int):
    expr = f"sum(rate(x_seconds_bucket{bucket}[5m])) / sum(rate(x_seconds_count{total}[5m]))"
    assert len(of("L08", record("x", expr))) == count
