"""Real programs as children: started on free ports of this machine, ended by their own process id."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_PATIENCE = 20.0


class Program:
    """A child process with a log file; `stop` prints the end of the log, which pytest shows on failure."""

    def __init__(self, folder: Path, *command: str, environment: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = Path(command[0]).name
        self.log = folder / f"{self.name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
            )

    def ready(self, url: str) -> None:
        """Wait until the program answers at an address."""
        eventually(lambda: self._answers(url), f"{self.name} is not ready:\n{self.tail()}")

    def _answers(self, url: str) -> bool:
        assert self.process.poll() is None, f"{self.name} ended:\n{self.tail()}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # an address of our own
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def tail(self) -> str:
        """Return the end of the log."""
        return self.log.read_text("utf-8", errors="replace")[-4000:]

    def stop(self) -> None:
        """End the process and tell what it said."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        print(f"--- {self.name}\n{self.tail()}")  # noqa: T201  # pytest keeps it for failures


def free_port() -> int:
    """Find a port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def get(url: str) -> Any:
    """Read JSON."""
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # an address of our own
        return json.load(answer)


def post(url: str, value: object) -> None:
    """Send JSON."""
    request = urllib.request.Request(url, json.dumps(value).encode(), {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  # an address of our own
        assert answer.status == 200


def eventually(condition: Callable[[], object], problem: str | Callable[[], str], within: float = _PATIENCE) -> float:
    """Wait until something is so; return how many seconds it took."""
    begin = time.monotonic()
    while not condition():
        waited = time.monotonic() - begin
        assert waited < within, f"after {waited:.1f} s: {problem if isinstance(problem, str) else problem()}"
        time.sleep(0.05)
    return time.monotonic() - begin
