from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SPEC = """
metrics: {metrics}
policy: {{embedded: {{series: {series}}}}}
service: shop
targets: {targets}
slos:
  availability: {{target: 99.9%, bad: 'requests_total{{code=~"5.."}}', total: requests_total}}
  latency: {{target: 99%, under: 500ms, histogram: request_seconds}}
"""


@pytest.mark.req("PLT-3")
@pytest.mark.parametrize(
    ("metrics", "series", "targets", "messages"),
    [
        ("embedded", 1000, '["a:1"]', []),
        ("embedded", 13, '["a:1", "b:1"]', ["at least 14 series"]),
        ("embedded", 14, '["a:1", "b:1"]', []),
        ("embedded", 1000, "[]", ["`shop` names no targets"]),
        ("{prometheus: http://prometheus:9090}", 1, "[]", []),
    ],
)
def test_what_embedded_metrics_cannot_carry_is_told(
    metrics: str, series: int, targets: str, messages: list[str], tmp_path: Path
):
    found = of("C12", SPEC.format(metrics=metrics, series=series, targets=targets), tmp_path)
    assert [one.message[: len(message)] for one, message in zip(found, messages, strict=True)] == messages
