"""The tree of a template, and what goes wrong with one."""

from dataclasses import dataclass
from typing import TypeAlias


class TemplateError(ValueError):
    """A template cannot be read, or fails on the data."""


class UnsupportedTemplateError(TemplateError):
    """A template uses a construct of Go that is not supported."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number, ``true``, ``false`` or ``nil``."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Dot:
    """The current value, ``.``."""


@dataclass(frozen=True, slots=True)
class Variable:
    """``$name``; ``$`` alone is the data that the template was given."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function's name, called if it stands first in a command."""

    name: str


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields or keys of a value, one inside the other: ``.Labels.job``."""

    of: "Operand"
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each given the result of the one before as its last argument."""

    commands: tuple[tuple["Operand", ...], ...]


Operand: TypeAlias = Literal | Dot | Variable | Function | Fields | Pipeline


@dataclass(frozen=True, slots=True)
class Plain:
    """Text as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Print:
    """An action that prints its value."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Assign:
    """``$name := ...`` or, for a variable that exists, ``$name = ...``."""

    name: str
    pipeline: Pipeline
    declares: bool


@dataclass(frozen=True, slots=True)
class Block:
    """``if``, ``with`` or ``range``.

    Attributes:
        variables: Declared in the head; of ``range``, key and element or the element alone.
    """

    kind: str
    variables: tuple[str, ...]
    pipeline: Pipeline
    body: tuple["Node", ...]
    otherwise: tuple["Node", ...]


Node: TypeAlias = Plain | Print | Assign | Block
