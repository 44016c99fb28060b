"""Evaluate a PromQL expression over history, on Surefoot's own engine or on the server.

Samples come from the `metrics` section of the workspace, or from --metrics: the address of a server that
speaks Prometheus' API, or files (OpenMetrics, CSV, Parquet, blocks). A TIME is 2026-01-05T12:00:00Z,
seconds since 1970, `now` or `now-1h`. What could not be read is told on standard error, and makes the
answer partial. Exit status: 0, 1 if there is no answer, 2 if the expression is no PromQL.
"""

import sys
from pathlib import Path
from typing import NoReturn

import click

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, EXIT_WRONG_USE, _options, _samples, _times
from surefoot.ports.metrics import fetched_for
from surefoot.promql.engine import Engine, Steps, Value
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.semantics import Semantics
from surefoot.promql.series import Storage
from surefoot.spec.system import System
from surefoot.workspace import ROOT

_TARGET = "2.42"
_MOST_STEPS = 1_000_000


@click.command(help=__doc__)
@click.argument("promql")
@click.option("--at", "moment", metavar="TIME", help="Evaluate at this time.  [default: now]")
@click.option("--start", metavar="TIME", help="Evaluate from this time on.")
@click.option("--end", metavar="TIME", help="Evaluate until this time.  [default: now]")
@click.option("--step", metavar="LENGTH", default="1m", show_default=True, help="Between evaluations.")
@_options.metrics
@_options.cache
@click.option(
    "--engine",
    type=click.Choice(["own", "server"]),
    default="own",
    show_default=True,
    help="Who evaluates: Surefoot, on raw samples, or the server.",
)
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Whose `metrics` section is used.  [default: the current folder]",
)
@_options.as_json
@_options.target
def query(  # noqa: PLR0913  # an option each
    promql: str,
    *,
    moment: str | None,
    start: str | None,
    end: str | None,
    step: str,
    metrics: tuple[str, ...],
    cache: Path | None,
    engine: str,
    workspace: Path,
    form: str,
    target: str | None,
) -> None:
    steps = _steps(moment, start, end, step)
    system = None if metrics else _system(workspace)
    gaps: tuple[str, ...] = ()
    try:
        parse(promql)
        if engine == "server":
            value = _asked(promql, steps, system, metrics)
        else:
            source = wiring.metrics_source(system, metrics, cache)
            fetched = fetched_for(source, promql, steps, progress=_options.progress())
            gaps = fetched.gaps
            semantics = Semantics.of(target or (system.policy.prometheus.target if system else _TARGET))
            value = Engine(Storage(list(fetched.series)), semantics).evaluate(promql, steps)
    except PromqlError as error:
        _refuse(promql, error)
    except EvaluationError as error:
        click.echo(f"surefoot: the expression does not fit the data: {error}", err=True)
        sys.exit(EXIT_NO)
    shown = _samples.as_json(value, steps.times, gaps) if form == "json" else _samples.as_text(value, steps.times)
    click.echo(shown or "no samples", err=not shown)
    for gap in gaps:
        click.echo(f"partial: {gap}", err=True)


def _steps(moment: str | None, start: str | None, end: str | None, step: str) -> Steps:
    now = wiring.now()
    if start is None:
        if end is not None:
            raise click.UsageError("--end stands with --start; for one evaluation write --at")
        at = _times.instant(moment or "now", now)
        return Steps(at, at, 1)
    if moment is not None:
        raise click.UsageError("--at is one evaluation, --start and --end are many: leave out one of them")
    found = Steps(_times.instant(start, now), _times.instant(end or "now", now), _times.length(step))
    if found.end < found.start:
        raise click.BadParameter("--end is before --start")
    if not found.step or (found.end - found.start) // found.step >= _MOST_STEPS:
        raise click.BadParameter(f"more than {_MOST_STEPS} evaluations: widen --step")
    return found


def _system(workspace: Path) -> System | None:
    """Read the workspace, if there is one; its findings are the business of `check`."""
    if workspace.is_dir() and not (workspace / ROOT).exists():
        return None
    return api.check((workspace,), today=wiring.today()).system


def _asked(promql: str, steps: Steps, system: System | None, metrics: tuple[str, ...]) -> Value:
    server = wiring.query_server(system, metrics)
    if steps.start == steps.end:
        return server.instant(promql, steps.start)
    return server.range_(promql, steps.start, steps.end, steps.step)


def _refuse(promql: str, error: PromqlError) -> NoReturn:
    """Show the line of the expression with the place marked."""
    click.echo(f"surefoot: {error.message}", err=True)
    if error.end:  # what is found out while evaluating has no place
        begin = promql.rfind("\n", 0, error.start) + 1
        line = promql[begin:].partition("\n")[0]
        width = max(1, min(error.end, begin + len(line)) - error.start)
        click.echo(f"    {line}\n    {' ' * (error.start - begin)}{'^' * width}", err=True)
    sys.exit(EXIT_WRONG_USE)


COMMAND = query
