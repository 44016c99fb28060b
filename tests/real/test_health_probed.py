"""A service with our endpoints, asked by the prober that Prometheus users have."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real.programs import Program, eventually, free_port
from tests.real.servers import App

pytestmark = [pytest.mark.real, pytest.mark.req("MON-4")]

SERVICE = """
import asyncio
import contextlib
import sys
import threading

import uvicorn
from fastapi import FastAPI

from surefoot import health

DEPENDENCY, PORT = int(sys.argv[1]), int(sys.argv[2])
gates = health.Gates("warm-up")
stuck = threading.Event()
asked = []


class Payments:
    name = "payment-api"

    def state(self):
        return {"policies": {"breaker": {"state": "open"}}}


def thread() -> None:
    asked.append(1)
    stuck.is_set() and threading.Event().wait(60)


async def task() -> None:
    stuck.is_set() and await asyncio.sleep(60)


@contextlib.asynccontextmanager
async def lifespan(app):
    gates.drain_on_sigterm("2s")
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/warm")
def warm() -> None:
    gates.done("warm-up")


@app.post("/stick")
def stick() -> int:
    stuck.set()
    asked.clear()
    return 0


@app.get("/asked")
def count() -> int:
    return len(asked)


app.mount(
    "/health",
    health.asgi(
        gates,
        health.Settings(version="1.4.2"),
        Payments(),
        dependency=health.http(f"http://127.0.0.1:{DEPENDENCY}/", timeout="500ms", ready=True, cache="100ms"),
        disk=health.disk("/", critical=False, warn=1.0),
        thread=health.check(thread, timeout="300ms", cache="100ms", critical=False),
        task=health.check(task, timeout="300ms", cache="100ms", critical=False),
    ),
)
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
"""
MODULES = """
modules:
  well: {prober: http, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ['"status": "healthy"']}}
  answers: {prober: http, http: {preferred_ip_protocol: ip4}}
  head: {prober: http, http: {preferred_ip_protocol: ip4, method: HEAD}}
  draft:
    prober: http
    http:
      preferred_ip_protocol: ip4
      headers: {Accept: application/health+json}
      fail_if_header_not_matches: [{header: Content-Type, regexp: "^application/health\\\\+json$"}]
      fail_if_body_not_matches_regexp: ['"status": "(pass|warn)"']
"""


class Probed:
    """The service, what it depends on, and the prober."""

    def __init__(self, tool: Callable[[str], str], folder: Path) -> None:
        self.dependency = App()
        self._alive = True
        self.port, prober = free_port(), free_port()
        (folder / "service.py").write_text(SERVICE, "utf-8")
        (folder / "blackbox.yml").write_text(MODULES, "utf-8")
        program = tool("prometheus-blackbox-exporter")
        self.prober = Program(
            folder / "prober",
            program,
            f"--config.file={folder}/blackbox.yml",
            f"--web.listen-address=127.0.0.1:{prober}",
        )
        self._prober = f"http://127.0.0.1:{prober}"
        self.service = Program(
            folder / "service",
            sys.executable,
            str(folder / "service.py"),
            str(self.dependency.port),
            str(self.port),
        )
        self.prober.ready(f"{self._prober}/-/healthy")
        self.service.ready(f"http://127.0.0.1:{self.port}/health/live")

    def probe(self, endpoint: str, module: str = "answers", timeout: float = 5.5) -> dict[str, float]:
        """Let the prober ask; half a second of the timeout is its own."""
        request = urllib.request.Request(  # noqa: S310  # an address of our own
            f"{self._prober}/probe?module={module}&target=http://127.0.0.1:{self.port}/health/{endpoint}",
            headers={"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def body(self, endpoint: str) -> dict[str, Any]:
        """Ask directly, whatever the code is."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/{endpoint}", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.load(error))

    def tell(self, path: str) -> None:
        """Change something in the service."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method="POST")
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310

    def kill_dependency(self) -> None:
        if self._alive:
            self._alive = False
            self.dependency.close()

    def close(self) -> None:
        self.kill_dependency()
        if self.service.process.poll() is None:
            self.service.process.kill()  # what it does on a signal is tested, not used
            self.service.process.wait(10)
        self.service.stop()
        self.prober.stop()


@pytest.fixture
def probed(tool: Callable[[str], str], tmp_path: Path) -> Iterator[Probed]:
    started = Probed(tool, tmp_path)
    yield started
    started.close()


def test_from_the_start_through_a_killed_dependency_to_the_end(probed: Probed):
    assert probed.probe("live", timeout=1)["probe_success"] == 1
    assert probed.probe("ready")["probe_http_status_code"] == 503
    assert probed.body("ready")["checks"]["startup"]["reason"] == "waiting for warm-up"
    probed.tell("warm")
    assert probed.probe("ready", "well")["probe_success"] == 1
    assert probed.probe("ready", "head")["probe_success"] == 1
    assert probed.probe("deep", "draft", 30)["probe_success"] == 1
    deep = probed.body("deep")
    assert (deep["status"], deep["version"]) == ("degraded", "1.4.2")
    assert deep["checks"]["payment-api"]["reason"] == "breaker open"

    probed.kill_dependency()
    eventually(lambda: probed.probe("ready")["probe_success"] == 0, "readiness does not notice")
    assert probed.body("ready")["checks"]["dependency"]["reason"] == "ConnectionRefusedError: connection refused"
    assert probed.probe("live", timeout=1)["probe_success"] == 1, "a dependency is no reason to restart"


def test_a_hung_check_never_hangs_an_endpoint(probed: Probed):
    probed.tell("warm")
    probed.tell("stick")
    for _ in range(6):
        found = probed.probe("deep", timeout=2)
        assert found["probe_success"] == 1, "degraded is an answer"
        assert found["probe_duration_seconds"] < 1
        assert probed.probe("ready", "well", timeout=1)["probe_success"] == 1
        time.sleep(0.15)
    checks = probed.body("deep")["checks"]
    assert checks["thread"]["reason"].startswith("no answer in 300 ms; asked ")
    assert checks["task"]["reason"] == "no answer in 300 ms"
    with urllib.request.urlopen(f"http://127.0.0.1:{probed.port}/asked", timeout=5) as answer:
        assert json.load(answer) == 1, "a hung thread is not started again"


def test_on_sigterm_the_load_balancer_is_told_while_requests_are_still_served(probed: Probed):
    probed.tell("warm")
    assert probed.probe("ready", "well")["probe_success"] == 1
    begin = time.monotonic()
    os.kill(probed.service.process.pid, signal.SIGTERM)
    eventually(lambda: probed.probe("ready")["probe_http_status_code"] == 503, "it does not drain", 1)
    assert probed.body("ready")["checks"]["shutdown"]["reason"] == "draining"
    assert probed.body("live")["status"] == "healthy"
    probed.tell("warm")  # a request that came in spite of it
    assert probed.service.process.wait(15) in (0, -signal.SIGTERM)
    assert time.monotonic() - begin >= 2


def test_many_probes_at_the_same_time_ask_a_dependency_once(probed: Probed):
    probed.tell("warm")
    before = probed.dependency.metrics()
    script = (
        "import sys, threading, urllib.request\n"
        "def ask():\n    urllib.request.urlopen(sys.argv[1], timeout=20).read()\n"
        "threads = [threading.Thread(target=ask) for _ in range(50)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
    )
    url = f"http://127.0.0.1:{probed.port}/health/ready"
    subprocess.run([sys.executable, "-c", script, url], check=True, timeout=60)
    asked = _requests(probed.dependency.metrics()) - _requests(before)
    assert 1 <= asked <= 10, "answers are kept for 100 ms"


def _requests(metrics: str) -> int:
    return sum(int(line.rsplit(" ", 1)[1]) for line in metrics.splitlines() if line.startswith("http_requests_total"))
