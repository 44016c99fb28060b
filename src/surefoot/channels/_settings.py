"""What a channel can be told, read from the dataclass of its settings: rows of a table, fields of a form, a schema."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from inspect import cleandoc
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Settings: TypeAlias = DataclassInstance

SECRET: Mapping[str, bool] = MappingProxyType({"secret": True})
"""Metadata of a field that holds a secret: ``field(repr=False, metadata=SECRET)``."""

_LINE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        kind: What a form shows: a line of text, several, or a choice.
        choices: Of a choice.
        secret: Never shown again once it is entered.
        default: Empty if it is required, or if leaving it out means none.
        meaning: For the reference and beside the field.
    """

    name: str
    kind: Literal["text", "list", "choice"]
    choices: tuple[str, ...]
    required: bool
    secret: bool
    default: str
    meaning: str


def settings_of(kind: "type[Settings]") -> tuple[Setting, ...]:
    """Describe the settings that a dataclass holds, by its docstring's ``Attributes``.

    Raises:
        LookupError: A field without a meaning.
    """
    about = cleandoc(kind.__doc__ or "").partition("Attributes:")[2]
    meanings = {name: " ".join(text.split()) for name, text in _LINE.findall(about)}
    hints = get_type_hints(kind)
    found = []
    for each in fields(kind):
        if each.name not in meanings:
            raise LookupError(f"{kind.__name__}.{each.name}: say what it means, below `Attributes:`")
        choices, form = _form(hints[each.name])
        required, default = _default(each)
        secret = bool(each.metadata.get("secret"))
        found.append(Setting(each.name, form, choices, required, secret, default, meanings[each.name]))
    return tuple(found)


def schema_of(kind: "type[Settings]") -> dict[str, object]:
    """Describe the settings as JSON Schema."""
    described = settings_of(kind)
    return {
        "type": "object",
        "properties": {each.name: _property(each) for each in described},
        "required": [each.name for each in described if each.required],
        "additionalProperties": False,
    }


def secrets_of(settings: "Settings") -> tuple[str, ...]:
    """List the secrets in settings, those that are given."""
    values = (getattr(settings, each.name) for each in fields(settings) if each.metadata.get("secret"))
    return tuple(str(value) for value in values if value)


def _form(hint: object) -> tuple[tuple[str, ...], Literal["text", "list", "choice"]]:
    if get_origin(hint) is Literal:
        return tuple(map(str, get_args(hint))), "choice"
    return (), "list" if get_origin(hint) is tuple else "text"


def _default(each: "Field[object]") -> tuple[bool, str]:
    if each.default is MISSING:
        return each.default_factory is MISSING, ""
    return False, str(each.default) if each.default else ""


def _property(each: Setting) -> dict[str, object]:
    described: dict[str, object] = {"type": "string", "description": each.meaning}
    if each.kind == "list":
        described |= {"type": "array", "items": {"type": "string"}}
    if each.kind == "choice":
        described["enum"] = list(each.choices)
    if each.secret:
        described |= {"writeOnly": True, "format": "password"}
    if each.default:
        described["default"] = each.default
    return described
