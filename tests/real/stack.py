"""Prometheus and Alertmanager, each with a configuration that Surefoot built, used as it is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.real.programs import Program

Tool = Callable[[str], str]


def build(folder: Path, spec: str) -> Path:
    """Write a workspace, let the command line build it, and return the folder that was built."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "surefoot.yaml").write_text(spec, "utf-8")
    command = [sys.executable, "-m", "surefoot", "build", str(folder), "--output", str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return folder / "out"


def start_alertmanager(tool: Tool, folder: Path, config: Path, port: int) -> tuple[Program, str]:
    """Start Alertmanager alone (no cluster); the program and its address."""
    program = Program(
        folder,
        tool("prometheus-alertmanager"),
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
    address = f"http://127.0.0.1:{port}"
    program.ready(f"{address}/-/ready")
    return program, address


def start_prometheus(tool: Tool, folder: Path, config: Path, port: int) -> tuple[Program, str]:
    """Start Prometheus; the program and its address.

    The first notification is dropped while Alertmanager is not yet discovered; it is sent again after
    the resend delay, which is a minute by default.
    """
    program = Program(
        folder,
        tool("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--rules.alert.resend-delay=2s",
    )
    address = f"http://127.0.0.1:{port}"
    program.ready(f"{address}/-/ready")
    return program, address
