"""Print the JSON Schema of a spec, for editors.

SECTION is a top-level key such as `services`; without one, the schema is that of a whole document. An editor
with the YAML language server takes it from a first line such as `# yaml-language-server: $schema=FILE`.
"""

import json

import click

from surefoot.cli import _choice
from surefoot.spec import schema as schemas
from surefoot.spec.model import SECTIONS


@click.command(help=__doc__)
@click.argument("section", required=False)
def schema(section: str | None) -> None:
    if section is not None and section not in SECTIONS:
        raise _choice.unknown("section", section, SECTIONS, f"known: {', '.join(SECTIONS)}")
    found = schemas.document() if section is None else schemas.below(section)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


COMMAND = schema
