"""What the documents show works: specs pass the check, commands and options exist, links lead somewhere."""

import re
from datetime import date
from pathlib import Path

import click
import pytest

from surefoot import api
from surefoot.cli import surefoot
from surefoot.finding import Severity
from tests.house.source import ROOT, name

PROMISES = ROOT / "docs" / "reference" / "requirements.md"  # it names what is still to be built
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SPEC = re.compile(r"^```yaml surefoot\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`(surefoot [^`\n]+)`|^(?:\$ |\s+- run: |\s+)?(surefoot [a-z].*)$", re.MULTILINE)
VERB = re.compile(r"surefoot ([a-z][a-z-]*)(.*)")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")

SNIPPETS = [
    pytest.param(found[1], id=f"{name(path)}-{number}")
    for path in DOCUMENTS
    for number, found in enumerate(SPEC.finditer(path.read_text("utf-8")), 1)
]


def fenced(text: str) -> str:
    """Keep code alone: fenced blocks and spans."""
    blocks = re.findall(r"^```[a-z ]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`[^`\n]+`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*blocks, *spans])


def commands() -> list[tuple[str, str, str]]:
    found = []
    for path in DOCUMENTS:
        if path == PROMISES:
            continue
        for match in CODE.finditer(fenced(path.read_text("utf-8"))):
            typed = VERB.match(match[1] or match[2])
            if typed:
                found.append((name(path), typed[1], typed[2]))
    return found


@pytest.mark.parametrize("text", SNIPPETS)
def test_a_spec_in_the_documents_has_no_error(text: str, tmp_path: Path):
    path = tmp_path / "surefoot.yaml"
    path.write_text(text, "utf-8")
    workspace = api.check([path], today=date(2026, 1, 1))
    errors = [str(finding.message) for finding in workspace.findings if finding.severity is Severity.ERROR]
    assert errors == []


def test_every_verb_and_option_in_the_documents_exists():
    known = click.Context(surefoot)
    unknown = []
    for document, verb, rest in commands():
        command = surefoot.get_command(known, verb)
        for word in rest.split():
            if not isinstance(command, click.Group) or word.isupper():  # such as VERB, which stands for any
                break
            command = command.get_command(known, word)
        options = {option for item in command.params for option in item.opts} if command else set()
        wrong = [option for option in OPTION.findall(rest) if option not in {*options, "--help", "-h"}]
        if command is None or wrong:
            unknown.append(f"{document}: surefoot {verb} {' '.join(wrong)}")
    assert unknown == []


def test_commands_are_found_where_documents_show_them():
    assert {verb for _, verb, _ in commands()} >= {"check", "diff", "explain"}


def test_every_link_between_documents_leads_to_a_file():
    broken = [
        f"{name(path)}: {target}"
        for path in DOCUMENTS
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []
