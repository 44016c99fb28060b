"""What the tests against real programs share: workspaces compiled on the spot, and the programs."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from tests.real.programs import Program, free_port
from tests.real.servers import Inbox
from tests.real.stack import start_alertmanager


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Compile the text of a spec: paths of the artifacts to their texts."""

    def compile_(spec: str) -> dict[str, str]:
        folder = tmp_path / "workspace"
        folder.mkdir(exist_ok=True)
        (folder / "surefoot.yaml").write_text(spec, "utf-8")
        system = api.load([folder], today=date(2026, 1, 5))
        return {artifact.path: artifact.text for artifact in api.build(system)}

    return compile_


@pytest.fixture
def rules(compiled: Callable[[str], dict[str, str]]) -> Callable[[str], dict[str, str]]:
    """Compile the text of a spec to its rule files alone."""

    def compile_(spec: str) -> dict[str, str]:
        return {path: text for path, text in compiled(spec).items() if path.startswith("prometheus/rules/")}

    return compile_


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Receive what Alertmanager sends."""
    server = Inbox()
    yield server
    server.close()


@pytest.fixture
def alertmanager(tool: Callable[[str], str], tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """Start Alertmanager with a configuration as it was built, and return its address."""
    started: list[Program] = []

    def start(config: Path) -> str:
        port = free_port()
        program, address = start_alertmanager(tool, tmp_path / f"alertmanager-{port}", config, port)
        started.append(program)
        return address

    yield start
    for program in started:
        program.stop()
