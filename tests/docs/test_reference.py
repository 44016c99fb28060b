"""The generated pages are what the code says now, and leave nothing out."""

import click
import pytest
from docs.generate import PAGES, REFERENCE, render

from surefoot.channels import all_channels
from surefoot.checks import all_checks
from surefoot.cli import surefoot
from surefoot.outputs import all_outputs
from surefoot.spec.model import SECTIONS


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str):
    page = REFERENCE / f"{name}.md"
    assert page.is_file(), "run `make docs`"
    assert page.read_text("utf-8") == render(name), "run `make docs` and look at the diff"


@pytest.mark.parametrize(
    ("name", "documented"),
    [
        ("checks", [f"## {rule}" for rule in all_checks()]),
        ("channels", [f"## {channel}" for channel in all_channels()]),
        ("cli", [f"## {verb}" for verb in surefoot.list_commands(click.Context(surefoot))]),
        ("outputs", [f"## {output}" for output in all_outputs()]),
        ("spec", [f"| `{section}` |" for section in SECTIONS]),
    ],
)
def test_every_rule_verb_output_and_section_is_documented(name: str, documented: list[str]):
    page = render(name)
    assert documented
    assert [entry for entry in documented if f"\n{entry}" not in page] == []


def test_every_link_of_the_reference_to_a_part_leads_somewhere():
    page = render("spec")
    anchors = {line.removeprefix("### ").lower() for line in page.splitlines() if line.startswith("### ")}
    linked = {link.split(")")[0] for link in page.split("](#")[1:]}
    assert linked <= anchors
