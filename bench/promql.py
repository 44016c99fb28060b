"""How much of Prometheus' public test files the engine passes."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.promqltest import Outcome, run_script

from surefoot.promql.semantics import Semantics

_VERDICTS = ("passed", "failed", "unsupported")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench promql", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of *.test files")
    parser.add_argument("--prometheus", default="2.42", metavar="VERSION", help="whose semantics (default: 2.42)")
    parser.add_argument("--verbose", action="store_true", help="show what failed or is not supported")
    options = parser.parse_args(arguments)
    semantics = Semantics.of(options.prometheus)
    total: Counter[str] = Counter()
    for path in sorted(options.folder.glob("*.test")):
        outcomes = list(run_script(path.read_text("utf-8"), semantics))
        counts = Counter(outcome.verdict for outcome in outcomes)
        print(f"{path.name}: {_figures(counts)}")
        total += counts
        if options.verbose:
            for outcome in outcomes:
                if outcome.verdict != "passed":
                    print(_told(path, outcome))
    print(f"total: {_figures(total)}")
    return 1 if total["failed"] else 0


def _figures(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS)


def _told(path: Path, outcome: Outcome) -> str:
    return f"  {path.name}:{outcome.case.line}: {outcome.verdict}: {outcome.case.query}: {outcome.reason}"


if __name__ == "__main__":
    sys.exit(main())
