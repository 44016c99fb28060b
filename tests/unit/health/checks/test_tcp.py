import socket

import pytest

from surefoot.health import tcp
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


def test_a_port_that_listens_is_healthy_and_one_that_does_not_is_not():
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = tcp("127.0.0.1", server.getsockname()[1], ready=True)
        assert alone(found)["status"] == "healthy"
    entry = alone(found)
    assert (entry["status"], entry["reason"]) == ("unhealthy", "ConnectionRefusedError: connection refused")
