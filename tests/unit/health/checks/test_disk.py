import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from surefoot.health import disk
from surefoot.health.checks.disk import WARN
from surefoot.spec import policy
from surefoot.spec.model.policy import Policy
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


def test_the_limit_is_that_of_the_alert_on_the_same_disk():
    shipped = policy.area("service-levels", Policy, {}, None)[0]
    above = shipped.alerts.disk_full.above
    assert above == WARN * 100


@pytest.mark.parametrize(("free", "status"), [(21, "healthy"), (20, "degraded"), (0, "unhealthy")])
def test_the_share_in_use_decides(free: int, status: str, monkeypatch: pytest.MonkeyPatch):
    usage = SimpleNamespace(total=120, used=100 - free, free=free)  # a sixth is kept for root
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    entry = alone(disk("/"))
    assert entry["status"] == status
    assert entry["free_bytes"] == free
    assert entry["used_share"] == pytest.approx(1 - free / 100)


def test_a_real_disk_is_measured_and_a_missing_one_is_told_without_its_path(tmp_path: Path):
    assert "used_share" in alone(disk(tmp_path))
    assert alone(disk(tmp_path / "gone"))["reason"] == "FileNotFoundError: no such file or directory"


def test_shares_out_of_order_are_refused():
    for warn, fail in ((0.9, 0.8), (0, 1), (80, 95)):
        with pytest.raises(ValueError, match="no shares in order"):
            disk("/", warn=warn, fail=fail)
