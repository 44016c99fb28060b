"""Reading values as a spec's section does, and what is said about wrong ones."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from surefoot.spec.model import SECTIONS
from surefoot.spec.schema import document
from surefoot.spec.source import parse


def read(text: str) -> Any:
    documents, findings = parse("spec.yaml", text.encode())
    assert not findings
    return documents[0].value


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(document())


def load(section: str, text: str) -> Any:
    """Validate one entry of a section, written in YAML; its JSON Schema must take it as well."""
    value = read(text)
    entry = SECTIONS[section].adapter.validate_python(value)
    schema().validate({section: {"name": value} if SECTIONS[section].named else value})
    return entry


def complaint(section: str, text: str) -> tuple[str, str, str | None]:
    """Give place, message and cure of the only problem."""
    try:
        SECTIONS[section].adapter.validate_python(read(text))
    except ValidationError as error:
        (problem,) = error.errors(include_url=False)
        return ".".join(map(str, problem["loc"])), problem["msg"], problem.get("ctx", {}).get("cure")
    raise AssertionError(f"{text} was accepted")
