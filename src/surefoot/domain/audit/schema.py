"""The record as a table and as JSON Schema, for whoever sends events or reads exports (AUD-2)."""

from dataclasses import dataclass
from typing import Final

from surefoot.domain.audit.canonical import LIMIT
from surefoot.domain.audit.record import ActorType, Json, Status

INTEGER: Final = (1 << 53) - 1  # the largest that every JSON reader keeps exactly
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record.

    Attributes:
        path: Such as ``actor.ip_address``; ``changes[]`` is each item of the list.
        kind: In words.
        schema: Of its value.
        meaning: What it says.
    """

    path: str
    kind: str
    schema: dict[str, Json]
    meaning: str


def _text() -> dict[str, Json]:
    return {"type": "string"}


def _free(ref: str) -> dict[str, Json]:
    return {"$ref": f"#/$defs/{ref}"}


def _one_of(values: type[ActorType | Status]) -> dict[str, Json]:
    return {"enum": [each.value for each in values]}


def fields() -> tuple[Field, ...]:
    """List the fields of a stored record, in the order of people rather than of bytes."""
    return (
        Field("id", "UUID", {"type": "string", "pattern": _UUID}, "Names the event; sent twice, it is stored once"),
        Field(
            "timestamp",
            "RFC 3339, UTC, six digits",
            {"type": "string", "pattern": _STAMP},
            "When it happened; the sender's claim",
        ),
        Field("actor.type", " or ".join(ActorType), _one_of(ActorType), "What acted"),
        Field("actor.id", "text", _text(), "Who acted; of a user, the pseudonym"),
        Field("actor.ip_address", "text or null", {"type": ["string", "null"]}, "From where; of a user, the pseudonym"),
        Field("action.type", "text", _text(), "Type of event, of the catalogue"),
        Field("action.category", "text", _text(), "Decides retention, and what happens while the log is away"),
        Field("action.description", "text", _text(), "One sentence; may be empty"),
        Field("target.type", "text", _text(), "Kind of what was acted upon"),
        Field("target.id", "text", _text(), "Which one; of a user, the pseudonym"),
        Field("outcome.status", " or ".join(Status), _one_of(Status), "How it ended"),
        Field("outcome.reason", "text", _text(), "Why it failed; may be empty"),
        Field("changes[].field", "text", _text(), "What was changed; the list may be empty"),
        Field("changes[].old_value", "value", _free("value"), "Before; null if there was none"),
        Field("changes[].new_value", "value", _free("value"), "After; null if it was removed"),
        Field("detail", "object", _free("object"), "What the type captures besides; `personal` lists commitments"),
        Field(
            "checksum",
            "64 hexadecimal digits",
            {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "SHA-256 of the canonical record without this field; set by the log",
        ),
    )


def json_schema() -> dict[str, Json]:
    """Write the JSON Schema of a stored record; a sender leaves out ``checksum``.

    A schema cannot say that keys are ASCII in every dialect, that no key stands twice, or how long the whole
    may be: the log refuses those, too.
    """
    root = _object()
    for field in fields():
        at = root
        *parents, last = field.path.split(".")
        for parent in parents:
            at = _inner(at, parent)
        _properties(at)[last] = {**field.schema, "description": field.meaning}
    _close(root)
    root["required"] = [name for name in _properties(root) if name != "checksum"]
    return {
        "$schema": DIALECT,
        "title": "Audit record",
        "description": f"Canonical form: RFC 8785, shorter than {LIMIT} bytes.",
        **root,
        "$defs": {"value": _value(), "object": _free_object()},
    }


def _object() -> dict[str, Json]:
    return {"type": "object", "properties": {}}


def _properties(schema: dict[str, Json]) -> dict[str, Json]:
    found = schema["properties"]
    assert isinstance(found, dict)
    return found


def _inner(schema: dict[str, Json], name: str) -> dict[str, Json]:
    """Return the object below a name, made when first asked for; ``[]`` marks the items of a list."""
    properties, key = _properties(schema), name.removesuffix("[]")
    if key not in properties:
        properties[key] = {"type": "array", "items": _object()} if name.endswith("[]") else _object()
    found = properties[key]
    assert isinstance(found, dict)
    inner = found.get("items", found)
    assert isinstance(inner, dict)
    return inner


def _close(schema: dict[str, Json]) -> None:
    properties = _properties(schema)
    schema["required"] = list(properties)
    schema["additionalProperties"] = False
    for found in properties.values():
        assert isinstance(found, dict)
        inner = found.get("items", found)
        if isinstance(inner, dict) and "properties" in inner:
            _close(inner)


def _value() -> dict[str, Json]:
    return {
        "anyOf": [
            {"type": ["string", "boolean", "null"]},
            {"type": "integer", "minimum": -INTEGER, "maximum": INTEGER},
            {"type": "array", "items": _free("value")},
            _free("object"),
        ]
    }


def _free_object() -> dict[str, Json]:
    return {
        "type": "object",
        "propertyNames": {"pattern": "^[\\x00-\\x7f]*$"},
        "additionalProperties": _free("value"),
    }
