"""The JSON Schema of a spec document, for editors and for programs that write specs.

It takes whatever the decoder takes, short forms included: a validator that reads a short form says so with
``json_schema_input_type``. It cannot say which keys exclude each other; ``surefoot check`` does.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from surefoot.spec.model import SECTIONS, Section
from surefoot.spec.model.policy import Policy
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.model.record import Record, Ref
from surefoot.spec.policy import PRESETS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Json: TypeAlias = dict[str, Any]

_MODE: JsonSchemaMode = "validation"
_REF = "#/$defs/"
_POLICIES = (Policy, OperationsPolicy)
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def document() -> Json:
    """Return the schema of a whole document: sections, and the fields of a service beside ``service: name``."""
    made, defs = _generated()
    sections = {key: _top(section, made[key], defs) for key, section in SECTIONS.items()}
    sections["policy"] = _policy(made, defs)
    service = _target(made["services"], defs)
    name = {"type": "string", "minLength": 1, "description": "Name of the service that this document describes."}
    fields = {"service": name, **service["properties"]}
    body: Json = {
        "if": {"required": ["service"]},
        "then": {"properties": sections | fields, "additionalProperties": False},
        "else": {"properties": sections, "additionalProperties": False},
    }
    head = {"$schema": DIALECT, "title": "Surefoot spec", "type": "object"}
    return {**head, **body, "$defs": _needed(body, defs)}


def below(key: str) -> Json:
    """Return the schema of what stands below the key of a section.

    Raises:
        KeyError: There is no such section.
    """
    whole = document()
    chosen = whole["else"]["properties"][key]
    defs = _needed(chosen, whole["$defs"])
    return {"$schema": DIALECT, "title": f"Surefoot spec: {key}", **chosen, **({"$defs": defs} if defs else {})}


class _Generator(GenerateJsonSchema):
    """Leaves out what says nothing, and takes what docstrings and references say of a field."""

    def normalize_name(self, name: str) -> str:
        words = super().normalize_name(name.removeprefix("surefoot.spec.model.")).split("_")
        return "".join(word[:1].upper() + word[1:] for word in words)

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002  # pydantic's signature
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        made = super().default_schema(schema)
        if made.get("default", 0) in (None, "", [], {}):
            del made["default"]
        return made

    def model_schema(self, schema: core_schema.ModelSchema) -> Json:
        made = super().model_schema(schema)
        made.pop("title", None)
        model = schema["cls"]
        text, attributes = _docstring(model)
        if text:
            made["description"] = text
        for name, field in model.model_fields.items():
            said = attributes.get(name) or _refers(field)
            if said:
                made["properties"][field.alias or name].setdefault("description", said)
        return made


def _generated() -> tuple[dict[str, Json], Json]:
    """Generate every section and both policies, by their key or name, and the definitions that they share."""
    adapters = {key: section.adapter for key, section in SECTIONS.items()}
    adapters |= {
        model.__name__: Section(model.__module__.rpartition(".")[2], model.__name__, named=False).adapter
        for model in _POLICIES
    }
    made, whole = TypeAdapter.json_schemas(
        [(key, _MODE, adapter) for key, adapter in adapters.items()], schema_generator=_Generator
    )
    return {key: schema for (key, _), schema in made.items()}, whole.get("$defs", {})


def _top(section: Section, entry: Json, defs: Json) -> Json:
    """Make the schema of a section from that of its entry."""
    described = {"description": text} if (text := _target(entry, defs).get("description")) else {}
    if not section.named:
        return {**entry, **described}
    values = {"anyOf": [entry, {"type": "null"}]} if _may_be_empty(section) else entry
    return {"type": "object", **described, "additionalProperties": values}


def _may_be_empty(section: Section) -> bool:
    try:
        section.adapter.validate_python({})
    except ValidationError:
        return False
    return True


def _policy(made: Mapping[str, Json], defs: Json) -> Json:
    """Make the schema of changes: like the whole policy, but no key is required, and lists are replaced whole."""
    properties: Json = {
        "preset": {"enum": list(PRESETS), "description": "Column of the shipped numbers to start from."}
    }
    for model in _POLICIES:
        properties |= _target(_change(made[model.__name__], defs), defs)["properties"]
    return made["policy"] | {"properties": properties, "additionalProperties": False}


def _change(schema: Json, defs: Json) -> Json:
    """Drop `required` from a schema and from all below it, lists excepted; their definitions are added."""
    result: Json = {}
    for key, value in schema.items():
        if key == "$ref":
            name = value.removeprefix(_REF)
            changed = f"{name}Change" if "properties" in defs[name] else name
            if changed not in defs:
                defs[changed] = {}  # known from here on, in case it contains itself
                defs[changed] = _change(defs[name], defs)
            result[key] = _REF + changed
        elif key in ("properties", "patternProperties"):
            result[key] = {name: _change(item, defs) for name, item in value.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            result[key] = _change(value, defs)
        elif key == "anyOf":
            result[key] = [_change(item, defs) for item in value]
        elif key != "required":
            result[key] = value
    return result


def _target(schema: Json, defs: Json) -> Json:
    """Follow a reference, and of several forms take the mapping."""
    if "$ref" in schema:
        return _target(defs[schema["$ref"].removeprefix(_REF)], defs)
    return next((_target(form, defs) for form in schema.get("anyOf", ()) if "$ref" in form), schema)


def _needed(schema: Json, defs: Json) -> Json:
    """Select the definitions that a schema refers to, sorted."""
    into: Json = {}
    _collect(schema, defs, into)
    return dict(sorted(into.items()))


def _collect(schema: object, defs: Json, into: Json) -> None:
    if isinstance(schema, dict):
        name = str(schema.get("$ref", "")).removeprefix(_REF)
        if name in defs and name not in into:
            into[name] = defs[name]
            _collect(defs[name], defs, into)
        for item in schema.values():
            _collect(item, defs, into)
    elif isinstance(schema, list):
        for item in schema:
            _collect(item, defs, into)


def _docstring(model: type[Record]) -> tuple[str, dict[str, str]]:
    """Take a model's docstring apart: what it is, and what its attributes are."""
    text, _, attributes = inspect.cleandoc(model.__doc__ or "").partition("\n\nAttributes:\n")
    return text, {found[1]: " ".join(found[2].split()) for found in _ATTRIBUTE.finditer(attributes)}


def _refers(field: FieldInfo) -> str:
    sections = dict.fromkeys(
        mark.section for mark in (*_marks(field.annotation), *field.metadata) if isinstance(mark, Ref)
    )
    return f"Names an entry of {' or '.join(f'`{name}`' for name in sections)}." if sections else ""


def _marks(kind: object) -> Iterator[object]:
    for argument in get_args(kind):
        yield argument
        yield from _marks(argument)
