"""Who may import whom: the contracts of pyproject.toml, and what the pure core must not touch."""

import ast
import logging.config
from collections.abc import Iterator

import pytest
from importlinter.cli import lint_imports

from tests.house.source import ROOT, trees

OUTSIDE_THE_CORE = (
    "src/surefoot/__main__.py",
    "src/surefoot/audit/",  # runs in services of others, above the core
    "src/surefoot/cli/",
    "src/surefoot/edge/",
    "src/surefoot/server/",
    "src/surefoot/integrations/",  # each is there for one impure library
    "src/surefoot/health/",  # runs in services of others, below the core
    "src/surefoot/resilience/",
    "src/surefoot/wiring/",
)
IMPURE = {
    *(
        "asyncio",
        "concurrent",
        "ftplib",
        "http",
        "logging",
        "multiprocessing",
        "smtplib",
        "socket",
        "socketserver",
    ),
    *(
        "sqlite3",
        "ssl",
        "subprocess",
        "threading",
        "urllib.request",
        "click",
        "httpx",
        "requests",
        "sqlalchemy",
    ),
}
PURE = {"concurrent.futures.Future"}  # a value that will come; it starts no thread


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case _:
                pass


def _is_impure(module: str) -> bool:
    return module not in PURE and any(module == banned or module.startswith(f"{banned}.") for banned in IMPURE)


def test_the_core_touches_no_network_process_database_or_log():
    found = [
        f"{path}:{line}: {module}"
        for path, tree in trees().items()
        if not path.startswith(OUTSIDE_THE_CORE)
        for line, module in _imported(tree)
        if _is_impure(module)
    ]
    assert not found, "move it behind a port, into edge/ (or cli/ for click):\n" + "\n".join(found)


@pytest.mark.parametrize(
    "module", ["socket", "http.client", "urllib.request.urlopen", "click.echo", "concurrent.futures.Executor"]
)
def test_the_guard_knows_impure_modules(module: str):
    assert _is_impure(module)


@pytest.mark.parametrize(
    "module", ["urllib.parse.quote", "httpfoo", "surefoot.ports.http", "concurrent.futures.Future"]
)
def test_the_guard_lets_pure_modules_pass(module: str):
    assert not _is_impure(module)


def test_layers_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)  # it would silence every logger of this process
    code = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out
