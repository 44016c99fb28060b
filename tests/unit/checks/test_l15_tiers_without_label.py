from tests.unit.checks.examined import HOUR, alert, of


def test_tiers_of_different_indicators_may_share_labels():
    other = HOUR.replace("http_requests_total", "jobs_total")
    assert of("L15", alert(f"{HOUR} > 6 * 0.001"), alert(f"{other} > 3 * 0.001")) == []
