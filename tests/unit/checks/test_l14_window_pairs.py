import pytest

from tests.unit.checks.examined import RATIO, alert, of


@pytest.mark.parametrize(
    ("long", "short", "count"), [("1h", "5m", 0), ("6h", "30m", 0), ("3d", "6h", 0), ("1h", "30m", 1), ("10m", "5m", 0)]
)
def test_short_window_is_a_twelfth(long: str, short: str, count: int):
    expr = f"{RATIO.format(w=long)} > 6 * 0.001 and {RATIO.format(w=short)} > 6 * 0.001"
    assert len(of("L14", alert(expr))) == count
