"""From a failing service to the page and back without a Prometheus, through a kill in between."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from surefoot.edge.metrics.embedded import EmbeddedReader
from surefoot.promql.selector import Selector
from tests.real.servers import App, Inbox

pytestmark = pytest.mark.real

SPEC = """
surefoot: 1
workspace: trial
metrics: {{embedded: {{post: "http://127.0.0.1:{inbox}/hook"}}}}
alertmanager: {{group_wait: 1s, group_interval: 1s}}
policy:
  prometheus: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
  slo:
    window: 1h
    base: 5s
    period_step: 5s
    period_interval: 2s
    burn: trial
    burn_policies: {{trial: [{{tier: page, long: 15s, short: 5s, factor: 14.4}}]}}
services:
  shop:
    owner: web
    targets: ["127.0.0.1:{app}"]
    slos:
      served: {{target: 99%, bad: 'http_requests_total{{code=~"5.."}}', total: http_requests_total}}
teams: {{web: {{members: [ana]}}}}
people: {{ana: {{name: Ana Example, email: ana@trial.example}}}}
"""
ALERT = {"alertname": "ShopServedBudgetBurn", "service": "shop", "sloth_id": "shop-served"}


class Watching:
    """The verb as a process of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.log = folder / "watch.log"
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            command = [
                sys.executable,
                "-m",
                "surefoot",
                "watch",
                str(self._folder),
                "--data",
                str(self._folder / "data"),
            ]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        return self.process

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def told(self, words: str) -> bool:
        return words in self.log.read_text("utf-8")


@pytest.fixture
def app() -> Iterator[App]:
    server = App()
    yield server
    server.close()


@pytest.fixture
def watching(tmp_path: Path, app: App, inbox: Inbox) -> Iterator[Watching]:
    (tmp_path / "surefoot.yaml").write_text(SPEC.format(app=app.port, inbox=inbox.port), "utf-8")
    running = Watching(tmp_path)
    yield running
    running.stop()


def _eventually(holds: Callable[[], object], running: Watching, seconds: float = 45) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    pytest.fail(f"not in {seconds} s\n{running.log.read_text('utf-8')}")


@pytest.mark.req("PLT-3", "SLO-4")
def test_a_failure_is_told_survives_a_kill_and_its_end_is_told(
    watching: Watching, app: App, inbox: Inbox, tmp_path: Path
):
    with app.used(20):
        _eventually(lambda: watching.told("is up"), watching)
        time.sleep(6)
        assert not inbox.alerts("firing")
        app.failing = True
        _eventually(lambda: inbox.alerts("firing", **ALERT), watching)
        watching.kill()
        app.failing = False
        killed = EmbeddedReader(tmp_path / "data").fetch([Selector("http_requests_total")], 0, 1 << 50)
        watching.start()
        _eventually(lambda: inbox.alerts("resolved", **ALERT), watching)
    _, _, body, alert = inbox.alerts("resolved", **ALERT)[-1]
    first = inbox.alerts("firing", **ALERT)[0]
    assert alert["startsAt"] == first[3]["startsAt"], "it is the same alert, before the kill and after"
    assert alert["fingerprint"] == first[3]["fingerprint"]
    assert body["version"] == "4"
    assert body["groupLabels"] == ALERT
    assert "NaN" not in str(inbox.alerts("firing"))
    assert watching.stop() == 0
    assert watching.told("stopped; everything is on disk")
    later = {
        s.labels: s
        for s in EmbeddedReader(tmp_path / "data").fetch([Selector("http_requests_total")], 0, 1 << 50).series
    }
    assert killed.series
    for series in killed.series:
        count = len(series.times)
        assert later[series.labels].times[:count].tolist() == series.times.tolist(), "a kill lost samples"
    gaps = max(int(max(s.times[1:] - s.times[:-1])) for s in later.values() if len(s.times) > 1)
    assert gaps < 10_000, "it went on within seconds"


@pytest.mark.req("PLT-3")
def test_two_processes_do_not_share_a_folder(watching: Watching, tmp_path: Path):
    _eventually(lambda: watching.told("watching 1 targets"), watching)
    command = [sys.executable, "-m", "surefoot", "watch", str(tmp_path), "--data", str(tmp_path / "data"), "--once"]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "in use by another" in second.stderr
