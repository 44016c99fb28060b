"""Run unit tests of rules, in promtool's format.

FILES are test files as `promtool test rules` reads them. They are run on Surefoot's own engine with the
same verdicts, without a server or promtool. What differs is shown as a table. Exit status: 0, or 1 if a
test failed.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import orjson

from surefoot.cli import EXIT_NO, _options
from surefoot.promql.semantics import Semantics
from surefoot.prove.rulefiles import run_file
from surefoot.prove.ruletest import Difference, Mismatch, Verdict

_HEAD = Difference("", "expected", "got")
_TARGET = "2.42"


@click.command(help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@_options.as_json
@_options.target
def test(files: tuple[Path, ...], form: str, target: str | None) -> None:
    semantics = Semantics.of(target or _TARGET)
    verdicts = [run_file(path, semantics) for path in files]
    if form == "json":
        click.echo(orjson.dumps(verdicts, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(line for verdict in verdicts for line in _told(verdict)))
    if not all(verdict.passed for verdict in verdicts):
        sys.exit(EXIT_NO)


def _told(verdict: Verdict) -> Iterator[str]:
    for warning in verdict.warnings:
        yield f"{verdict.file}: warning: {warning}"
    for mismatch in verdict.mismatches:
        yield from _failed(verdict.file, mismatch)
    if verdict.passed:
        yield f"{verdict.file}: passed, {_count(verdict.checks, 'check')}"
    else:
        yield f"{verdict.file}: FAILED, {len(verdict.mismatches)} wrong"


def _failed(file: str, mismatch: Mismatch) -> Iterator[str]:
    name = f"{mismatch.test}: " if mismatch.test else ""
    yield f"{file}: {name}{mismatch.check}" + (f": {mismatch.message}" if mismatch.message else "")
    if mismatch.differences:
        yield from _table([_HEAD, *mismatch.differences])


def _table(rows: Sequence[Difference]) -> Iterator[str]:
    first = max(len(row.subject) for row in rows)
    second = max(len(row.expected) for row in rows)
    for row in rows:
        yield f"  {row.subject:<{first}}  {row.expected:<{second}}  {row.got}".rstrip()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


COMMAND = test
