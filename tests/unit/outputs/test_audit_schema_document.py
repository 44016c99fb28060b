import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from surefoot.domain.audit.schema import fields
from surefoot.outputs.audit_schema_document import OUTPUT
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("AUD-2", "DOC-1")


def document(folder: Path, text: str = "service: checkout\naudit: {}\n") -> str:
    [artifact] = written(OUTPUT, resolved(folder, text), folder)
    assert artifact.path == "docs/compliance/audit-schema.md"
    return artifact.text


def test_every_field_stands_in_the_table(tmp_path: Path):
    text = document(tmp_path)
    for field in fields():
        assert f"| `{field.path}`" in text


def test_the_json_schema_can_be_copied_out(tmp_path: Path):
    block = document(tmp_path).partition("```json\n")[2].partition("```")[0]
    Draft202012Validator.check_schema(json.loads(block))


def test_the_limit_is_that_of_the_policy(tmp_path: Path):
    assert "a record of 64 KiB or more" in document(tmp_path)
    changed = "service: checkout\naudit: {}\npolicy: {audit: {entry: 32KiB}}\n"
    assert "a record of 32 KiB or more" in document(tmp_path, changed)
