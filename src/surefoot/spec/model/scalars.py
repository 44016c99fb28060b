"""The short forms of the spec: text such as ``99.9%``, ``30d``, ``1000/s`` to values with a unit."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, Strict, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError

from surefoot.promql.duration import parse_duration

T = TypeVar("T")

_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+) ?%\Z")
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?/ ?(s|m|h|d|[1-9][0-9]*[smhd])\Z")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)\Z")
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}  # fmt: skip


def bad(message: str, cure: str) -> PydanticCustomError:
    """Make the error that a parser of a short form raises: what is wrong and what to write instead."""
    return PydanticCustomError("form", "{message}", {"message": message, "cure": cure})


def parse_percent(value: object) -> float:
    """Read ``99.9%`` as 99.9.

    The sign is required, so that nobody has to guess whether 0.999 means 99.9 % or 0.999 %.
    """
    if isinstance(value, str):
        match = _PERCENT.match(value)
        if match:
            return float(match[1])
        if re.fullmatch(r"[0-9]+,[0-9]+ ?%?", value):
            return _refuse(f"`{value}` has a decimal comma", f"write `{value.rstrip('% ').replace(',', '.')}%`")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 0 < value < 1:
            return _refuse(f"`{value}` has no `%`", f"write `{_trim(value * 100)}%` for the ratio {value}")
        return _refuse(f"`{value}` has no `%`", f"write `{_trim(value)}%`")
    return _refuse(f"`{show(value)}` is not a percentage", "write a number and `%`, such as `99.9%`")


def parse_time(value: object) -> timedelta:
    """Read a duration in Prometheus' form, such as ``500ms``, ``1h30m`` or ``30d``; never negative."""
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError as error:
            return _refuse(str(error), "write a number and a unit, such as `500ms`, `30s`, `5m`, `1h30m`, `30d`")
    cure = (
        f"write a unit, such as `{value}s`" if isinstance(value, int) and not isinstance(value, bool) else "write `5m`"
    )
    return _refuse(f"`{show(value)}` is not a duration", cure)


def parse_positive_time(value: object) -> timedelta:
    """Read a duration above zero."""
    length = parse_time(value)
    return length or _refuse("the duration is zero", "write a duration above zero, such as `5m`")


def parse_rate(value: object) -> float:
    """Read ``1000/s`` or ``60/m`` as a rate per second."""
    match = _RATE.match(value) if isinstance(value, str) else None
    if match is None:
        return _refuse(f"`{show(value)}` is not a rate", "write a number per unit of time, such as `1000/s` or `60/m`")
    unit = match[2] if match[2][0].isdigit() else f"1{match[2]}"
    return float(match[1]) / parse_duration(unit).total_seconds()


def parse_size(value: object) -> int:
    """Read ``512MiB`` as a number of bytes."""
    match = _SIZE.match(value) if isinstance(value, str) else None
    if match is None:
        return _refuse(f"`{show(value)}` is not a size", f"write a number and one of {', '.join(_SIZES)}")
    return int(float(match[1]) * _SIZES[match[2]])


def parse_date(value: object) -> date:
    """Read ``2026-10-01``."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _refuse_date(value)
    except ValueError:
        return _refuse_date(value)


def listed(value: object) -> object:
    """Let one item stand for a list of one."""
    return value if isinstance(value, list | tuple) else [value]


class _OrOne:
    """Says in the JSON Schema of a list that one item may stand for it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        array = handler(schema)
        if "items" not in array:
            return array
        text = {"description": array.pop("description")} if "description" in array else {}
        return {"anyOf": [array["items"], array], **text}


def form(parse: Callable[[str], T], example: str) -> Callable[[object], T]:
    """Make a validator from a parser of text that raises ValueError, naming an example as the cure."""

    def check(value: object) -> T:
        if not isinstance(value, str):
            return _refuse(f"`{show(value)}` is not text", f"write it such as `{example}`")
        try:
            return parse(value)
        except ValueError as error:
            return _refuse(str(error), f"write it such as `{example}`")

    return check


def _refuse(message: str, cure: str) -> NoReturn:
    raise bad(message, cure)


def _refuse_date(value: object) -> date:
    raise bad(f"`{show(value)}` is not a date", "write it as year-month-day, such as `2026-10-01`")


def show(value: object) -> str:
    """Name a wrong value as the user wrote it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else str(value)


def _trim(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _schema(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


_TIME_PATTERN = "^([0-9]+(ms|[smhdwy]))+$"
Percent = Annotated[float, BeforeValidator(parse_percent), _schema(r"^[0-9]*\.?[0-9]+ ?%$", "99.9%")]
Time = Annotated[timedelta, BeforeValidator(parse_time), _schema(_TIME_PATTERN, "500ms", "5m", "30d")]
PositiveTime = Annotated[timedelta, BeforeValidator(parse_positive_time), _schema(_TIME_PATTERN, "500ms", "30d")]
Rate = Annotated[float, BeforeValidator(parse_rate), _schema(r"^[0-9.]+ ?/ ?[0-9]*[smhd]$", "1000/s")]
Size = Annotated[int, BeforeValidator(parse_size), _schema("^[0-9.]+ ?([kMGT]?B|[KMGT]iB)$", "512MiB")]
Day = Annotated[date, BeforeValidator(parse_date), WithJsonSchema({"type": "string", "format": "date"})]
Text: TypeAlias = str
Name = Annotated[
    str,
    Field(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$", max_length=63),
]
LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
Seq = Annotated[tuple[T, ...], Strict(False)]  # noqa: FBT003  # a YAML list becomes a tuple
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(listed), _OrOne(), Strict(False)]  # noqa: FBT003  # as above
