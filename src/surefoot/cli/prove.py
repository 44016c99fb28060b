"""Prove what the compiled rules promise, over made-up outages.

WHAT is `alerts`: for every alert of PATHS (as for `check`) a firing certificate, which says when it fires, when
it stops and how much budget is spent by then, over a grid of error ratios: by closed form, by Surefoot's own
engine at the server's intervals, and by promtool where it is installed. Each certificate is written as a JSON
file. Exit status: 0, or 1 if a certificate is broken or the spec is blocked.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from surefoot import api, wiring
from surefoot.cli import EXIT_NO, EXIT_WRONG_USE, _options, report
from surefoot.domain.intake import Decision
from surefoot.domain.rules.trials import Trial
from surefoot.proof import Verdict
from surefoot.prove.certificates import Certificate, as_json, certificates, findings
from surefoot.spec.system import Service, System

_HEAD = ("promise", "closed form", "engine", "promtool", "bound", "verdict")


@click.command(help=__doc__)
@click.argument("what", metavar="WHAT", type=click.Choice(["alerts"]))
@_options.paths
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    default="build/proofs",
    show_default=True,
    help="Folder of the certificates.",
)
@click.option("--service", "only", metavar="NAME", help="Prove the alerts of one service.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="promtools at a time.")
@_options.as_json
@_options.target
def prove(  # noqa: PLR0913  # an option each
    what: str, paths: tuple[Path, ...], *, output: Path, only: str | None, jobs: int, form: str, target: str | None
) -> None:
    del what  # there is one
    workspace = api.check(paths or (Path(),), today=wiring.today(), policy=_options.policy(None, target))
    system = workspace.system
    if system is None or workspace.decision is Decision.BLOCK:
        click.echo(report.render("text", workspace, style=sys.stderr.isatty()), err=True)
        click.echo("nothing was proved", err=True)
        sys.exit(EXIT_NO)
    services = _services(system, only)
    now = datetime.fromtimestamp(wiring.now() // 1000, UTC)
    with wiring.workers(jobs) as workers:
        found = list(certificates(system, services, wiring.programs(), workers, now, _progress()))
    _write(output, found)
    if form == "json":
        click.echo(orjson.dumps([as_json(one) for one in found], option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(_table([_HEAD, *(_row(one) for one in found)])))
    _sum_up(output, found)
    wrong = findings(found)
    for finding in wrong:
        click.echo(f"{finding.span}: {finding.severity}[{finding.rule}] {finding.message}: {finding.cure}", err=True)
    if wrong:
        sys.exit(EXIT_NO)


def _services(system: System, only: str | None) -> Sequence[Service]:
    if only is None:
        return list(system.services.values())
    if only not in system.services:
        click.echo(f"there is no service `{only}`; name one of: {', '.join(sorted(system.services))}", err=True)
        sys.exit(EXIT_WRONG_USE)
    return [system.services[only]]


def _progress() -> Callable[[Trial], None]:
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda trial: click.echo(f"\r\033[K{trial.service.name} {trial.name}\r", err=True, nl=False)


def _write(output: Path, found: Sequence[Certificate]) -> None:
    files = {one.path: orjson.dumps(as_json(one), option=orjson.OPT_INDENT_2).decode() + "\n" for one in found}
    wiring.new_files(output).write(files, replace=True)


def _row(one: Certificate) -> tuple[str, ...]:
    proof = one.proof
    if proof is None:
        return (f"{one.service}/{one.name}", "-", "-", "-", "-", f"unproven: {one.reason}")
    verdict = proof.verdict.value
    if proof.verdict is Verdict.PROVEN and one.promtool != "passed":
        verdict = f"{verdict} two ways"
    return (proof.promise, one.theory, proof.measured, one.promtool, proof.bound, verdict)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()


def _sum_up(output: Path, found: Sequence[Certificate]) -> None:
    verdicts = [one.proof.verdict if one.proof else None for one in found]
    told = f"{verdicts.count(Verdict.PROVEN)} of {len(found)} alerts proven"
    if broken := verdicts.count(Verdict.BROKEN):
        told += f", {broken} broken"
    if unproven := verdicts.count(None):
        told += f", {unproven} unproven"
    two = sum(1 for one in found if one.proof and one.promtool != "passed")
    if two:
        told += f"; {two} without promtool"
    click.echo(f"{output / 'alerts'}: {told}", err=True)


COMMAND = prove
