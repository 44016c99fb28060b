from tests.unit.checks.examined import of, record


def test_zero_without_labels_serves_a_sum_without_labels():
    expr = '(sum(rate(x_total{code="500"}[5m])) or vector(0)) / sum(rate(x_total[5m]))'
    assert of("L10", record("x", expr)) == []
