"""What every test stands on: loopback only, reproducible properties, and the real programs on PATH."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

CI = os.environ.get("CI") == "true"
DEBIAN_PACKAGE = {
    "amtool": "prometheus-alertmanager",
    "faketime": "faketime",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "promtool": "prometheus",
    "redis-server": "redis-server",
}

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if CI else "dev")


def _is_loopback(host: object) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex

    def refuse_strangers(sock: socket.socket, address: Any) -> None:
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            pytest.fail(f"a test may talk to this machine only, not to {address[0]}")

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        refuse_strangers(sock, address)
        connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        refuse_strangers(sock, address)
        return connect_ex(sock, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Find a real program: its path, a skip with the install line, or in CI a failure."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing = f"{name} is not on PATH; install it with: apt-get install {DEBIAN_PACKAGE[name]}"
            if CI:
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)
        return path

    return find


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder with public test data of other projects, named by SUREFOOT_CORPORA."""
    folder = os.environ.get("SUREFOOT_CORPORA")
    if not folder:
        pytest.skip("SUREFOOT_CORPORA names no folder with public test data")
    return Path(folder)
