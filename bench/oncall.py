"""What playing schedules costs: 200 of them over 400 days, each with three layers, restrictions and overrides."""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from surefoot import api
from surefoot.domain.oncall.reading import numbers_of, version_of
from surefoot.domain.oncall.simulation import simulate

GOAL = 5.0  # seconds
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kathmandu", "America/Sao_Paulo")
START = datetime(2026, 1, 1, tzinfo=UTC)


def spec(schedules: int) -> str:
    people = "\n".join(f"  p{n}: {{name: P {n}, email: p{n}@bench.example}}" for n in range(schedules * 5))
    return f"surefoot: 1\nworkspace: bench\npeople:\n{people}\nschedules:\n" + "".join(map(_schedule, range(schedules)))


def _schedule(n: int) -> str:
    a, b, c, d, e = (f"p{n * 5 + k}" for k in range(5))
    return f"""  s{n}:
    timezone: {ZONES[n % len(ZONES)]}
    layers:
      - {{rotate: [{a}, {b}, {c}], every: 1d, handover: 09:00, start: 2026-01-01 09:00}}
      - {{rotate: [{d}, {e}], every: 1d, only: mon-fri 08:00-18:00, start: 2026-01-01 00:00}}
      - {{rotate: [{a}, {d}], every: 1w, only: "sat-sun", start: 2026-01-05 00:00}}
    overrides:
      - {{from: 2026-03-28 18:00, until: 2026-03-30 09:00, cover: {b}}}
      - {{from: 2026-07-01, until: 2026-07-08, replace: {a}, with: {e}}}
    absences: [{{from: 2026-08-01, until: 2026-08-15, person: {c}}}]
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench oncall", description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    wanted = parser.parse_args(arguments)
    gc.disable()  # as `surefoot check` does
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "surefoot.yaml"
        file.write_text(spec(wanted.schedules), "utf-8")
        begun = time.perf_counter()
        system = api.check([file], today=date(2026, 1, 1)).system
        checked = time.perf_counter() - begun
    assert system is not None
    version, numbers = version_of(system), numbers_of(system)
    begun = time.perf_counter()
    found = simulate(version, numbers, START, START + numbers.simulate)
    took = time.perf_counter() - begun
    segments = sum(len(course.segments) for course in found.courses.values())
    print(f"{wanted.schedules} schedules over {numbers.simulate.days} days: {segments} segments in {took:.2f} s")
    print(f"reading and checking the spec, that included: {checked:.2f} s")
    return int(took > GOAL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
