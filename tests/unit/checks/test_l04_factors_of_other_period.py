import pytest

from tests.unit.checks.examined import alert, of, record


@pytest.mark.parametrize(("days", "count"), [(7, 1), (28, 0), (30, 0), (90, 1)])
def test_factors_belong_to_their_period(days: int, count: int):
    series = 'slo:sli_error:ratio_rate{w}{{sloth_id="x"}} > (1 * 0.001)'
    rules = (
        record("slo:time_period:days", f"vector({days})", "labels: {sloth_id: x}"),
        alert(series.format(w="3d") + " and " + series.format(w="6h")),
    )
    assert len(of("L04", *rules)) == count
