"""Short forms that stand for a whole mapping, and the words that several sections share."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, JsonValue, WithJsonSchema

from surefoot.spec.model.scalars import Seq, Text, bad, show

Priority = Literal["P1", "P2", "P3", "P4"]
Severity = Literal["SEV1", "SEV2", "SEV3", "SEV4"]
Criticality = Literal["critical", "important", "normal"]

TIME = r"(?:[0-9]+(?:ms|[smhdwy]))+"
PERCENT = r"[0-9.]+ ?%"

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?\Z")
_DAYS = re.compile(r"[a-z]{3}([,-][a-z]{3})*\Z")
_TIMES = re.compile(r"[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}\Z")
_HOURS_CURE = "write `mon-fri 09:00-17:00`, `sat-sun` or `22:00-07:00`"


def short(shape: type[BaseModel], parse: Callable[[str], object], *examples: str) -> BeforeValidator:
    """Let a text, or a number, stand for a mapping.

    Args:
        shape: The model of the mapping.
        parse: Makes the mapping from the text; raises `bad` when it cannot.
        examples: Texts for the schema; the first is the cure for a value of another kind, and one of
            digits alone lets the schema take numbers.

    Returns:
        The validator; its schema takes both the mapping and the text.
    """

    def check(value: object) -> object:
        if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
            return parse(" ".join(str(value).split()))
        if isinstance(value, Mapping | shape):
            return value
        raise bad(f"`{show(value)}` is neither text nor a mapping", f"write it such as `{examples[0]}`")

    text = Annotated[str, Field(examples=list(examples))]
    if any(example.isdigit() for example in examples):
        return BeforeValidator(check, json_schema_input_type=shape | text | int)
    return BeforeValidator(check, json_schema_input_type=shape | text)


def keyed(name: str) -> Callable[[str], dict[str, str]]:
    """Make the parser of a text that is the value of one field."""
    return lambda text: {name: text}


def taken(pattern: re.Pattern[str], text: str, noun: str, *examples: str) -> dict[str, str]:
    """Match a short form and give the named groups that are there; the examples are the cure."""
    match = pattern.fullmatch(text)
    if match is None:
        raise bad(f"`{text}` is not {noun}", "write " + " or ".join(f"`{example}`" for example in examples))
    return {name: part for name, part in match.groupdict().items() if part is not None}


def counted(fields: Mapping[str, str], *names: str) -> dict[str, object]:
    """Turn the named fields, where they are there, into whole numbers."""
    return {name: int(part) if name in names else part for name, part in fields.items()}


def only_one(record: BaseModel, names: tuple[str, ...], *, noun: str, example: str) -> str:
    """Name the one field of a group that is given; none and several are refused.

    Args:
        record: The record, already validated field by field.
        names: Fields that exclude each other; unset ones are None or empty.
        noun: What the group says, for the error.
        example: What to write when nothing is given.
    """
    given = [name for name in names if getattr(record, name) not in (None, ())]
    if not given:
        raise bad(f"{noun} is missing", f"write `{example}`")
    if len(given) > 1:
        raise bad(
            f"{noun} is given {len(given)} times: {', '.join(f'`{name}`' for name in given)}",
            "keep one of them",
        )
    return given[0]


def in_order(begins: datetime | None, until: datetime | None) -> None:
    """Refuse an end that is not after its beginning; a naive and an aware moment cannot be compared here."""
    if begins is None or until is None or (begins.tzinfo is None) != (until.tzinfo is None):
        return
    if until <= begins:
        raise bad("`until` is not after `from`", "write the earlier moment at `from`; `until` is excluded")


def parse_clock(value: object) -> time:
    """Read ``09:00`` as a time of day."""
    match = _CLOCK.match(value) if isinstance(value, str) else None
    if match is None:
        raise bad(f"`{show(value)}` is not a time of day", "write hours and minutes, such as `09:00`")
    return time(int(match[1]), int(match[2]))


def parse_moment(value: object) -> datetime:
    """Read ``2026-12-24`` or ``2026-12-24 09:00``.

    Without ``Z`` or an offset the result is naive: what the wall clock of the entry's zone shows.
    """
    try:
        if isinstance(value, str) and _MOMENT.match(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise bad(f"`{show(value)}` is not a moment", "write `2026-12-24` or `2026-12-24 09:00`")


def parse_weekly(value: object) -> str:
    """Read weekly hours: days, times or both; days alone mean all day, times alone every day.

    Returns:
        Days and times as `surefoot.calendar.hours.parse_hours` takes them.
    """
    from surefoot.calendar.hours import parse_hours  # noqa: PLC0415  # only specs with hours pay for time zones

    if not isinstance(value, str):
        raise bad(f"`{show(value)}` is not weekly hours", _HOURS_CURE)
    text = " ".join(value.lower().split())
    if _DAYS.match(text):
        text = f"{text} 00:00-24:00"
    elif _TIMES.match(text):
        text = f"mon-sun {text}"
    try:
        parse_hours(text, "UTC")
    except ValueError as error:
        raise bad(str(error).partition(": ")[0], _HOURS_CURE) from error
    return text


def parse_regex(value: str) -> str:
    """Check a regular expression."""
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise bad(f"`{value}` is no regular expression: {error}", "escape the special character with `\\`") from error
    return value


def parse_scalar(value: object) -> object:
    """Refuse a mapping or a list where one value is compared."""
    if isinstance(value, dict | list):
        raise bad(f"{show(value)} is not one value", "write a number, a text, `true` or `false`")
    return value


def parse_command(value: object) -> object:
    """Refuse a command in one text: it would need a shell to take it apart."""
    if isinstance(value, str):
        words = ", ".join(f'"{word}"' for word in value.split())
        raise bad("a command is a list of words", f"write `[{words}]`")
    if value in ([], ()):
        raise bad("the command is empty", 'write the program and its arguments, such as `["./fence.sh"]`')
    return value


def _text(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Clock = Annotated[time, BeforeValidator(parse_clock), _text("^[0-9]{1,2}:[0-9]{2}$", "09:00")]
Moment = Annotated[
    datetime,
    BeforeValidator(parse_moment),
    _text("^[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-12-24", "2026-12-24 09:00"),
]
Weekly = Annotated[str, BeforeValidator(parse_weekly), _text("^[A-Za-z0-9,: -]+$", "mon-fri 09:00-17:00", "sat-sun")]
Regex = Annotated[Text, AfterValidator(parse_regex)]
Scalar = Annotated[JsonValue, BeforeValidator(parse_scalar)]
Command = Annotated[Seq[Text], BeforeValidator(parse_command)]
Count = Annotated[int, Field(ge=1)]
Labels: TypeAlias = dict[Text, Text]
