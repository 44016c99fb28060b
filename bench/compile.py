"""What checking and building cost, by the number of objectives, beside `promtool check rules`."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SLOS_PER_SERVICE = 10
KILOBYTES_PER_MB = 1000
SUREFOOT = (sys.executable, "-m", "surefoot")

LARGE = 10_000
CHECK_SECONDS = 2.5  # of `check` at the large size
BUILD_PER_PROMTOOL = 1.0
PEAK_MB = 800
HELP_SECONDS = 0.150
MINIMAL_SECONDS = 0.400


@dataclass(frozen=True, slots=True)
class Cost:
    """What a child process used: CPU seconds (user and system) and its peak of resident memory."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Size:
    """The costs at one size of workspace; `promtool` is None where it is not installed."""

    slos: int
    lines: int
    check: Cost
    build: Cost
    promtool: Cost | None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench compile", description=__doc__)
    parser.add_argument("--slos", default="1,100,1000,10000", help="numbers of objectives (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="take the least of so many runs (default: 3)")
    options = parser.parse_args(arguments)
    run(*SUREFOOT, "check", ROOT / "examples" / "minimal")  # compiles what is not yet
    started = best(options.repeat * 3, *SUREFOOT, "--help")
    minimal = best(options.repeat * 3, *SUREFOOT, "check", ROOT / "examples" / "minimal")
    print(f"--help                 {started.seconds * 1000:7.0f} ms {started.megabytes:6.0f} MB")
    print(f"check examples/minimal {minimal.seconds * 1000:7.0f} ms {minimal.megabytes:6.0f} MB\n")
    print(" SLOs   lines | check: s   MB  ms/SLO | build: s   MB  ms/SLO | promtool: s   MB | build ÷ promtool")
    sizes = []
    for slos in map(int, options.slos.split(",")):
        size = measure(slos, 1 if slos >= LARGE else options.repeat)
        print(row(size), flush=True)
        sizes.append(size)
    return report(sizes, started, minimal)


def measure(slos: int, repeat: int) -> Size:
    """Generate a workspace, check it, build it, and let promtool check the rules."""
    with tempfile.TemporaryDirectory() as name:
        folder, built = Path(name), Path(name) / "out"
        text = workspace(slos)
        (folder / "surefoot.yaml").write_text(text, "utf-8")
        check = best(repeat, *SUREFOOT, "check", folder)
        build = best(repeat, *SUREFOOT, "build", folder, "--output", built)
        promtool = shutil.which("promtool")
        rules = sorted((built / "prometheus" / "rules").glob("*.yml"))
        judged = best(repeat, promtool, "check", "rules", *rules) if promtool else None
        return Size(slos, text.count("\n"), check, build, judged)


def workspace(slos: int) -> str:
    """Write a workspace of so many objectives, 15 lines each, ten to a service."""
    lines = ["surefoot: 1", "workspace: bench", "metrics: {prometheus: http://127.0.0.1:9090}", "services:"]
    for first in range(0, slos, SLOS_PER_SERVICE):
        service = f"service-{first // SLOS_PER_SERVICE}"
        lines += [f"  {service}:", "    tier: important", f"    selector: {{job: {service}}}", "    slos:"]
        for index in range(first, min(first + SLOS_PER_SERVICE, slos)):
            series = f'http_requests_total{{job="{service}",handler="h{index}"'
            lines += [
                f"      slo-{index}:",
                f"        description: Requests answered by endpoint {index}.",
                "        target: 99.9%",
                "        sla: 99.5%",
                "        window: 30d",
                f"        bad: '{series},code=~\"5..\"}}'",
                f"        total: '{series}}}'",
                "        labels:",
                "          area: checkout",
                "          tenant: retail",
                "        by: [region]",
                "        alerting:",
                "          labels:",
                "            category: availability",
                "          page: {labels: {pager: primary}}",
            ]
    return "\n".join(lines) + "\n"


def best(times: int, *command: str | Path) -> Cost:
    """Run a command several times and return its least costs, which noise only adds to."""
    costs = [run(*command) for _ in range(times)]
    return Cost(min(cost.seconds for cost in costs), min(cost.megabytes for cost in costs))


def run(*command: str | Path) -> Cost:
    """Run a command as a child of its own and return what the system says it used."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=said, cwd=ROOT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command[:4]))} … failed:\n{said.read().decode()[:2000]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES_PER_MB)


def row(size: Size) -> str:
    """Write one line of the table."""
    judged = (
        "          –    –" if size.promtool is None else f"{size.promtool.seconds:11.2f} {size.promtool.megabytes:4.0f}"
    )
    ratio = "" if size.promtool is None else f"{size.build.seconds / size.promtool.seconds:8.2f}"
    return " | ".join(
        (
            f"{size.slos:5d} {size.lines:7d}",
            *(
                f"{cost.seconds:8.2f} {cost.megabytes:4.0f} {cost.seconds / size.slos * 1000:7.2f}"
                for cost in (size.check, size.build)
            ),
            judged,
            ratio,
        )
    )


def report(sizes: Sequence[Size], started: Cost, minimal: Cost) -> int:
    """Print each goal beside its figure; 1 if one is missed."""
    goals = [
        ("--help", started.seconds, HELP_SECONDS, "s CPU"),
        ("check of examples/minimal", minimal.seconds, MINIMAL_SECONDS, "s CPU"),
    ]
    for size in sizes:
        if size.slos >= LARGE:
            goals += [
                (f"check of {size.slos} SLOs", size.check.seconds, CHECK_SECONDS, "s CPU"),
                (f"peak of check, {size.slos} SLOs", size.check.megabytes, PEAK_MB, "MB"),
                (f"peak of build, {size.slos} SLOs", size.build.megabytes, PEAK_MB, "MB"),
            ]
            if size.promtool:
                ratio = size.build.seconds / size.promtool.seconds
                goals.append((f"build ÷ promtool, {size.slos} SLOs", ratio, BUILD_PER_PROMTOOL, ""))
    print()
    for name, figure, goal, unit in goals:
        print(f"{'met   ' if figure <= goal else 'MISSED'} {name}: {figure:.2f} of {goal:g} {unit}".rstrip())
    slowest = linearity(sizes)
    if slowest:
        print(f"linearity: the largest costs {slowest:.2f} times as much an SLO as the one before")
    return int(any(figure > goal for _, figure, goal, _ in goals))


def linearity(sizes: Sequence[Size]) -> float | None:
    """Compare the cost of `check` per SLO of the two largest sizes, without what a start costs; 1 is linear."""
    if len(sizes) < 3:
        return None
    least, middle, largest = sizes[0], sizes[-2], sizes[-1]

    def each(size: Size) -> float:
        return (size.check.seconds - least.check.seconds) / (size.slos - least.slos)

    return each(largest) / each(middle)


if __name__ == "__main__":
    sys.exit(main())
