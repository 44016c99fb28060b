"""The command line: one file = one verb, imported when it is called.

A module defines ``COMMAND``; the first line of its docstring is what ``surefoot --help`` shows.
"""

import sys
from pathlib import Path

import click

from surefoot.cli._verbs import Verbs
from surefoot.errors import SpecError, SurefootError

EXIT_NO = 1
EXIT_WRONG_USE = 2
EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h


@click.group(cls=Verbs, package=__name__, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="surefoot", message="%(prog)s %(version)s")
def surefoot() -> None:
    """Check, compile, run and prove the reliability promises of a spec."""


def main() -> None:
    """Run the command line; whatever goes wrong is told in a sentence, never as a stack trace."""
    try:
        surefoot(prog_name="surefoot")
    except SpecError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_NO)
    except SurefootError as error:
        click.echo(f"surefoot: {error}", err=True)
        sys.exit(EXIT_NO)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_NO)
    except Exception as error:  # noqa: BLE001  # the boundary to the user: a bug is named, not dumped
        place = _place(error)
        click.echo(f"surefoot: this is a bug: {type(error).__name__}: {error} ({place}); please report it", err=True)
        sys.exit(EXIT_BUG)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"
