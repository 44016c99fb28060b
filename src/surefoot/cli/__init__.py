"""The command line: one file = one verb, imported when it is called.

A module defines ``COMMAND``; the first line of its docstring is what ``surefoot --help`` shows.
"""

import ast
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import click

from surefoot.errors import SpecError, SurefootError
from surefoot.registry import modules

EXIT_NO = 1
EXIT_WRONG_USE = 2
EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h


class _Verbs(click.Group):
    """Finds verbs by their files; importing one does not import the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(_modules())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"surefoot.cli.{_modules()[cmd_name]}").COMMAND
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, _first_line(_modules()[verb])) for verb in self.list_commands(ctx)])


def _modules() -> dict[str, str]:
    """Map verbs to modules; one whose verb is a word of Python ends with an underscore (``import_``)."""
    return {name.rstrip("_").replace("_", "-"): name for name in modules(sys.modules[__name__])}


def _first_line(module: str) -> str:
    source = files("surefoot.cli").joinpath(f"{module}.py").read_text(encoding="utf-8")
    return (
        ast.get_docstring(ast.parse(source.split('"""', 2)[0] + '"""' + source.split('"""', 2)[1] + '"""')) or ""
    ).split("\n")[0]


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
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
