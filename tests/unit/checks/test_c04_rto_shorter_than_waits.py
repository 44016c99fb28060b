"""The part of a recovery that passes before anybody restores anything."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SPEC = """
service: shop
data:
  orders: {{class: critical, store: db, rpo: 5m, method: archive, rto: {rto}}}
stores:
  db: {{engine: postgresql, failover: {{fence: [./fence.sh], {failover}}}}}
"""


@pytest.mark.req("INT-6", "REC-5")
def test_declared_waits_are_added_up(tmp_path: Path):
    text = SPEC.format(rto="9m", failover="dns: [./dns.sh], transient_wait: 5m, dns_ttl: 5m")
    (finding,) = of("C04", text, tmp_path)
    assert finding.message == ("an RTO of 9m is over before recovery begins: detection 1m + transient wait 5m + DNS 5m")


@pytest.mark.parametrize("failover", ["transient_wait: 0s", "transient_wait: 1m, dns: [./dns.sh], dns_ttl: 0s"])
def test_shorter_waits_allow_a_shorter_time(failover: str, tmp_path: Path):
    assert of("C04", SPEC.format(rto="2m", failover=failover), tmp_path) == []
