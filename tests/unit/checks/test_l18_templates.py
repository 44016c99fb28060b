import pytest

from surefoot.promql.quote import quote
from tests.unit.checks.examined import alert, of


@pytest.mark.parametrize(
    ("expr", "text", "count"),
    [
        ("sum(x) > 1", "{{ $labels.job }}", 1),
        ("sum by (job) (x) > 1", "{{ $labels.job }} {{ $value }}", 0),
        ("sum without (job) (x) > 1", "{{ $labels.instance }}", 0),
        ("sum without (job) (sum by (job, a) (x)) > 1", "{{ .Labels.job }}", 1),
        ("sum by (a) (x) > scalar(sum(y))", "{{ $labels.a }}", 0),
        ("2 < sum by (a) (x)", "{{ $labels.a }}", 0),
        ("sum by (a) (x) and sum(y)", "{{ $labels.a }}", 0),
        ("sum by (a) (x) or sum by (b) (y)", "{{ $labels.b }}", 0),
        ("sum by (a) (x) / on (a) group_left (b) y", "{{ $labels.b }}", 0),
        ("sum by (a, b) (x) / on (a) sum by (a) (y)", "{{ $labels.b }}", 1),
        ("sum(x) > 1", '{{ with query "y" }}{{ .Labels.job }}{{ end }}', 0),
        ("topk(3, sum by (a) (x))", "{{ $labels.a }}", 0),
        ("absent(x{a='b'})", "{{ $labels.a }}", 0),
        ("histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1", "{{ $labels.le }}", 1),
        ("-sum(x) < 1", "{{ $labels.le }}", 1),
        ('count_values by (a) ("b", x) > 1', "{{ $labels.b }}", 0),
        ("vector(1)", "{{ $labels.b }}", 1),
    ],
)
def test_template_names_labels_that_are_there(expr: str, text: str, count: int):
    assert len(of("L18", alert(expr, f"annotations: {{d: {quote(text)}}}"))) == count


def test_value_belongs_into_annotations():
    assert of("L18", alert("x > 1", "annotations: {d: '{{ $value }}'}")) == []
    assert len(of("L18", alert("x > 1", "labels: {d: '{{ .Value | printf \"%f\" }}'}"))) == 1
