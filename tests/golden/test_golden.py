"""Every example, built: the same bytes as the committed folder, and the real tools accept them."""

import difflib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
UPDATE = "SUREFOOT_UPDATE" in os.environ
EXAMPLES = sorted(path.parent.name for path in REPOSITORY.glob("examples/*/surefoot.yaml"))

each_example = pytest.mark.parametrize("example", EXAMPLES)


def contents(folder: Path) -> dict[str, str]:
    """Map each file below a folder, by its path in it, to its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "backslashreplace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def differences(golden: dict[str, str], built: dict[str, str]) -> str:
    """Show what differs as one unified diff; a file that stands on one side only is compared with nothing."""
    lines: list[str] = []
    for path in sorted(golden.keys() | built.keys()):
        if golden.get(path) == built.get(path):
            continue
        before, after = (side.get(path, "").splitlines() for side in (golden, built))
        old = f"golden/{path}" if path in golden else "not in golden"
        new = f"built/{path}" if path in built else "not built"
        lines += (
            difflib.unified_diff(before, after, old, new, lineterm="")
            if before != after
            else [f"{old} → {new}: line ends"]
        )
    return "\n".join(lines)


def run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


@pytest.mark.req("DOC-1")
@each_example
def test_an_example_builds_to_the_committed_bytes(example: str, tmp_path: Path):
    command = (
        sys.executable,
        "-m",
        "surefoot",
        "build",
        f"examples/{example}",
        "--output",
        str(tmp_path / "out"),
    )
    run(*command, cwd=REPOSITORY)
    built = contents(tmp_path / "out")
    golden = HERE / example
    if UPDATE:
        shutil.rmtree(golden, ignore_errors=True)
        shutil.copytree(tmp_path / "out", golden)
    difference = differences(contents(golden), built)
    assert not difference, f"look at it, then accept with `make golden`:\n{difference}"


def test_every_golden_folder_belongs_to_an_example():
    orphans = [path.name for path in HERE.iterdir() if path.is_dir() and path.name not in {*EXAMPLES, "__pycache__"}]
    assert not orphans, f"no examples/NAME/surefoot.yaml builds these; delete them: {orphans}"


def test_missing_extra_and_different_files_are_all_shown():
    shown = differences(
        {"a": "1\n", "b": "2\n", "c": "3\n", "d": "4\n"}, {"a": "1\n", "b": "9\n", "d": "4", "e": "5\n"}
    )
    for line in (
        "-2",
        "+9",
        "--- golden/c",
        "+++ not built",
        "--- not in golden",
        "+5",
        "golden/d → built/d: line ends",
    ):
        assert line in shown.splitlines()
    assert "golden/a" not in shown


@pytest.mark.real
@each_example
class TestRealTools:
    """What is committed is what Prometheus and Alertmanager load."""

    @pytest.mark.req("MON-2")
    def test_promtool_accepts_the_rules(self, example: str, tool: Callable[[str], str]):
        rules = sorted(map(str, HERE.glob(f"{example}/prometheus/rules/*.yml")))
        assert rules, f"{example} has no rule file"
        run(tool("promtool"), "check", "rules", *rules, cwd=HERE)

    @pytest.mark.req("MON-2")
    def test_promtool_accepts_the_configuration(self, example: str, tool: Callable[[str], str]):
        run(tool("promtool"), "check", "config", f"{example}/prometheus/prometheus.yml", cwd=HERE)

    @pytest.mark.req("MON-2")
    def test_the_generated_rule_tests_pass(self, example: str, tool: Callable[[str], str]):
        for cases in sorted(HERE.glob(f"{example}/prometheus/tests/*.yml")):
            run(tool("promtool"), "test", "rules", cases.name, cwd=cases.parent)

    @pytest.mark.req("ALR-3")
    def test_amtool_accepts_the_configuration(self, example: str, tool: Callable[[str], str]):
        run(tool("amtool"), "check-config", f"{example}/alertmanager/alertmanager.yml", cwd=HERE)
