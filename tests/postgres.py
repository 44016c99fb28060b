"""A PostgreSQL of our own on loopback: its own system user, its own folder, gone afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT_ID = 0
_USER = "postgres"  # Debian's package makes it
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server."""

    port: int
    process: "subprocess.Popen[bytes]"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else found[-1].parent if found else None


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Run a server in a folder of its own; with `durable`, what it acknowledged survives a crash.

    The folder lies beside those of pytest, which shuts other users out of them whenever it starts.
    """
    binaries = programs()
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="surefoot-postgres-", ignore_cleanup_errors=True) as folder:
        user = _owner(Path(folder))
        data = Path(folder) / "data"
        subprocess.run(
            [binaries / "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "-D", data],
            check=True,
            capture_output=True,
            **user,
        )
        port = _free_port()
        settings = _SETTINGS | (_DURABLE if durable else {})
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), *(f"-c{name}={it}" for name, it in settings.items())],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **user,
        )
        try:
            _await(binaries, port, process)
            yield Cluster(port, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _owner(folder: Path) -> dict[str, Any]:
    """Let another user own the folder when we are root, which PostgreSQL refuses to run as."""
    if os.getuid() != ROOT_ID:
        return {}
    account = pwd.getpwnam(_USER)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(binaries: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert process.poll() is None, "postgres ended"
        if not subprocess.run(
            [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
        ).returncode:
            return
        time.sleep(0.05)
    raise AssertionError("postgres did not start within ten seconds")
