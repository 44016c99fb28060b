"""Findings for people and programs: one file = one form, each a pure function."""

from importlib.metadata import version

from surefoot.api import Workspace
from surefoot.cli.report import github, json, sarif, text


def render(form: str, workspace: Workspace, *, style: bool = False) -> str:
    """Write a workspace's findings as ``text``, ``json``, ``sarif`` or ``github``, without a final line break.

    Args:
        form: One of the four; anything else is taken for ``text``.
        workspace: What was read.
        style: Whether the text has colours.
    """
    findings, lines = workspace.findings, workspace.lines
    match form:
        case "json":
            rendered = json.render(findings, lines, ignored=workspace.ignored)
        case "sarif":
            rendered = sarif.render(findings, lines, version=version("surefoot"))
        case "github":
            rendered = github.render(findings, lines)
        case _:
            rendered = text.render(findings, lines, style=style, ignored=workspace.ignored)
    return rendered.removesuffix("\n")
