"""A group whose verbs are the modules of a package; importing one does not import the others."""

import ast
import sys
from importlib import import_module
from importlib.resources import files
from typing import Any

import click

from surefoot.registry import modules


class Verbs(click.Group):
    """Finds verbs by their files.

    Args:
        package: Each of its modules defines ``COMMAND``.
        settings: As for any group.
    """

    def __init__(self, *, package: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{self._package}.{self.modules[cmd_name]}").COMMAND
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, self.summary(verb)) for verb in self.list_commands(ctx)])

    @property
    def modules(self) -> dict[str, str]:
        """Map verbs to modules; one whose verb is a word of Python ends with an underscore (``import_``)."""
        package = sys.modules.get(self._package) or import_module(self._package)
        return {name.rstrip("_").replace("_", "-"): name for name in modules(package)}

    def summary(self, verb: str) -> str:
        """Return the first line of a verb's docstring, without importing it."""
        source = files(self._package).joinpath(f"{self.modules[verb]}.py").read_text(encoding="utf-8")
        quoted = '"""'.join(["", source.split('"""', 2)[1], ""])
        return (ast.get_docstring(ast.parse(quoted)) or "").split("\n")[0]
