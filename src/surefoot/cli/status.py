"""Show every objective's value, error budget and burn rate.

PATHS as for `check`. Samples come from the `metrics` section of the workspace, or from --metrics: the address
of a server that speaks Prometheus' API, files, or the folder of `surefoot watch`. Budgets are counted by
Surefoot from the recorded events, or from the raw series where none are recorded; calendar windows follow
their own time zone. What cannot be measured is told as such, never as 0 or 100 %. Exit status: 0, or 1 if a
budget is exhausted or nothing could be measured.
"""

import signal
import sys
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, _options, _standings
from surefoot.run.budgets import Standing, standings


@click.command(help=__doc__)
@_options.paths
@_options.metrics
@_options.cache
@click.option("--watch", "seconds", type=click.FloatRange(min=1), help="Show it again every so many seconds.")
@_options.as_json
def status(
    paths: tuple[Path, ...], metrics: tuple[str, ...], cache: Path | None, seconds: float | None, form: str
) -> None:
    system = api.load(paths or (Path(),), today=wiring.today())
    wait, stop = wiring.waiting()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())
    source = wiring.metrics_source(system, metrics, cache)
    while True:
        now = wiring.now()
        found = list(standings(system, source, now))
        _show(found, now, form, again=seconds is not None)
        if seconds is None or not wait(now + round(seconds * 1000)):
            break
    if not any(one.status for one in found) or any(one.status and one.status.percent.remaining <= 0 for one in found):
        sys.exit(EXIT_NO)


def _show(found: list[Standing], now: int, form: str, *, again: bool) -> None:
    if form == "json":
        click.echo(_standings.as_json(found, now, lines=again))
        return
    style = sys.stdout.isatty()
    if again and style:
        click.clear()
    click.echo(_standings.as_text(found, style=style))


COMMAND = status
