"""Kill a process that appends to the audit log at random commits, again and again, on SQLite or PostgreSQL.

After each kill the log must hold everything that was acknowledged, once, under a tree that is signed.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.crash import writer
from tests.crash.test_audit_log import POINTS, Place, acknowledged, start, state
from tests.postgres import cluster


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench auditkills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--postgres", action="store_true", help="instead of SQLite")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    draw, told, kills, began = random.Random(given.seed), 0, 0, time.perf_counter()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="surefoot-kills-")))
        database = stack.enter_context(cluster(durable=True)).url() if given.postgres else str(folder / "kills.db")
        place, kept = Place(database, folder / "log.key"), set[str]()
        for number in range(given.kills):
            process = start(place, draw.choice(POINTS), draw.randrange(1, 12), number * writer.RECORDS)
            fresh = acknowledged(process)
            kills += process.returncode == -signal.SIGKILL
            told, kept = told + len(fresh), kept | fresh
            lost = kept - set(state(place))
            if lost:
                print(f"kill {number}: {len(lost)} acknowledged records are lost")
                return 1
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {given.kills}", end="", file=sys.stderr)
    where = "PostgreSQL" if given.postgres else "SQLite"
    print(f"{where}: {kills} kills, {told} records acknowledged, 0 lost, 0 doubled, every state signed", end="")
    print(f" ({time.perf_counter() - began:.0f} s)")
    return 0
