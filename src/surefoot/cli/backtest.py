"""Replay history against a spec or rule files: when each alert would have fired, and what it was worth.

PATHS as for `check`. Samples come from the `metrics` section of the workspace, or from --metrics. A TIME is
2026-10-01, 2026-10-01T08:00:00Z, or a length such as 30d for so long ago. Every firing is listed, pages and
tickets a week, the budgets spent, noisy alerts and near misses; with --incidents also how fast and how
faithfully pages told of them. What could not be read makes the result partial; rules without data are named,
never counted as silent. Exit status: 0, or 1 if there was nothing to replay.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.api import Workspace
from surefoot.cli import EXIT_NO, _options, _times, report
from surefoot.cli.replayed import Shown, html, json, text
from surefoot.domain.intake import Decision
from surefoot.errors import ProofError
from surefoot.promql.semantics import Semantics
from surefoot.prove.against import against as compare
from surefoot.prove.backtest import Backtest, Question, backtest
from surefoot.prove.incidents import Incident, read_incidents
from surefoot.prove.past import Range

_TARGET = "2.42"
_INTERVAL = 15_000
_LEAST_STEPS = 2
_LENGTH = re.compile(r"([0-9]+[a-z]+)+")
_FORMS = {"text": text.render, "json": json.render}


@click.command("backtest", help=__doc__)
@_options.paths
@click.option("--from", "start", metavar="TIME", default="30d", show_default=True, help="First evaluation.")
@click.option("--to", "end", metavar="TIME", default="now", show_default=True, help="Last evaluation.")
@click.option("--step", metavar="LENGTH", help="Between evaluations.  [default: the policy's evaluation interval]")
@_options.metrics
@_options.cache
@click.option(
    "--incidents",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Known incidents: YAML or CSV with start, end, service and name.",
)
@click.option(
    "--grace",
    metavar="LENGTH",
    help="A page this long after an incident is its own.  [default: the policy's grace]",
)
@click.option("--tune", "pages", type=float, metavar="PAGES", help="Search objectives with so many pages a week.")
@click.option("--against", "old", type=click.Path(path_type=Path), help="Also replay this spec, and compare.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Also write a report with plots.")
@_options.as_json
@_options.target
def command(  # noqa: PLR0913  # an option each
    paths: tuple[Path, ...],
    *,
    start: str,
    end: str,
    step: str | None,
    metrics: tuple[str, ...],
    cache: Path | None,
    incidents: Path | None,
    grace: str | None,
    pages: float | None,
    old: Path | None,
    page: Path | None,
    form: str,
    target: str | None,
) -> None:
    workspace = _usable(paths or (Path(),), target)
    asked = Question(
        _range(workspace, (start, end), step, target),
        None if incidents is None else _incidents(incidents),
        None if grace is None else _times.length(grace),
        pages,
        None if _whole(workspace, metrics) else 1,
    )

    def replayed(one: Workspace, question: Question) -> Backtest:
        source = wiring.metrics_source(one.system or workspace.system, metrics, cache)
        return backtest(one.system, one.rules, source, question, _progress())

    found = replayed(workspace, asked)
    comparison = None
    if old is not None:
        before = replayed(_usable((old,), target), replace(asked, pages=None))
        comparison = compare(before.alerts, found.alerts, found.over.end)
    title = workspace.system.name if workspace.system else ", ".join(str(path) for path in paths)
    used = target or (workspace.system.policy.prometheus.target if workspace.system else _TARGET)
    shown = Shown(found, title, used, version("surefoot"), comparison, str(old or ""))
    click.echo(_FORMS[form](shown))
    if page is not None:
        _write(page, html.render(shown))
    if not found.measured:
        click.echo("surefoot: there was nothing to replay: no series of these rules has samples in the range", err=True)
        sys.exit(EXIT_NO)


def _usable(paths: tuple[Path, ...], target: str | None) -> Workspace:
    workspace = api.check(paths, today=wiring.today(), policy=_options.policy(None, target))
    if workspace.decision is Decision.BLOCK or (workspace.system is None and not workspace.rules):
        click.echo(report.render("text", workspace, style=sys.stderr.isatty()), err=True)
        click.echo("nothing was replayed", err=True)
        sys.exit(EXIT_NO)
    return workspace


def _range(workspace: Workspace, ends: tuple[str, str], step: str | None, target: str | None) -> Range:
    now = wiring.now()
    first, last = (_times.instant(f"now-{one}" if _LENGTH.fullmatch(one) else one, now) for one in ends)
    policy = workspace.system.policy.prometheus if workspace.system else None
    if step is not None:
        every = _times.length(step)
    else:
        every = round(policy.evaluation_interval.total_seconds() * 1000) if policy else _INTERVAL
    if not every or last - first < every * _LEAST_STEPS:
        raise click.BadParameter("--from to --to holds fewer than three evaluations: widen it, or shorten --step")
    semantics = Semantics.of(target or (policy.target if policy else _TARGET))
    first -= first % every
    lookback = round(policy.lookback.total_seconds() * 1000) if policy else Range(0, 1, 1).lookback
    return Range(first, last - (last - first) % every, every, semantics, lookback)


def _incidents(path: Path) -> tuple[Incident, ...]:
    try:
        return tuple(read_incidents(path.as_posix(), path.read_bytes()))
    except OSError as error:
        raise ProofError(f"{path}: the file cannot be read: {error.strerror or error}") from None


def _whole(workspace: Workspace, metrics: tuple[str, ...]) -> bool:
    """Tell whether the source is files: they are read as a whole, so all services at once."""
    if metrics:
        return not metrics[0].startswith(("http://", "https://"))
    entry = workspace.system.spec.single.get("metrics") if workspace.system else None
    return entry is not None and getattr(entry.model, "files", None) is not None


def _progress() -> Callable[[str, int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(name: str, done: int, total: int) -> None:
        click.echo(f"\r\x1b[Kreplaying {name} ({done + 1} of {total})", err=True, nl=done + 1 == total)

    return show


def _write(page: Path, content: str) -> None:
    try:
        page.write_text(content, "utf-8")
    except OSError as error:
        raise ProofError(f"{page} cannot be written: {error.strerror or error}") from None
    click.echo(f"wrote {page}", err=True)


COMMAND = command
