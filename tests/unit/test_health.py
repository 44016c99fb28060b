"""The package as a whole: it runs in services that have nothing of ours installed."""

import subprocess
import sys

import pytest

from surefoot import health
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import BreakerSettings, PipelineSettings
from tests.house.source import SOURCE

PROGRAM = """
import sys
sys.path = [path for path in sys.path if "site-packages" not in path] + [{folder!r}]
from surefoot import health
assert health.Health(up=health.check(lambda: True)).report(health.Endpoint.DEEP).code == 200
ours = {{name.partition(".")[0] for name in sys.modules}} - sys.stdlib_module_names - {{"__main__"}}
print(sorted(ours), sorted(name for name in sys.modules if name.count(".") == 1 and name.startswith("surefoot.")))
"""


@pytest.mark.req("MON-4")
def test_it_needs_the_standard_library_alone():
    program = PROGRAM.format(folder=str(SOURCE.parent))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "['surefoot'] ['surefoot.health']\n", done.stderr


def test_every_public_name_exists():
    assert all(hasattr(health, name) for name in health.__all__)


@pytest.mark.req("MON-4")
def test_a_pipeline_is_shown_as_it_is():
    pipeline = Pipeline(PipelineSettings("payment-api", breaker=BreakerSettings(consecutive=1)))
    shown = health.Health(pipeline)

    @pipeline(on=OSError)
    def call() -> None:
        raise ConnectionResetError

    assert shown.report(health.Endpoint.DEEP).status is health.Status.HEALTHY
    with pytest.raises(ConnectionResetError):
        call()
    (entry,) = shown.report(health.Endpoint.DEEP).entries
    assert (entry.name, entry.result.reason) == ("payment-api", "breaker open")
