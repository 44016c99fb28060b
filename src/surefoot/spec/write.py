"""A service back to the text that a user would write: short forms, and nothing that is the default."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator

from surefoot.promql.duration import format_duration
from surefoot.spec.entry import Entry
from surefoot.spec.model.scalars import listed, parse_percent, parse_rate, parse_size
from surefoot.spec.model.service import Service, StandardAlert
from surefoot.spec.model.slo import AlertTier, Sla, SloAlert, parse_objective
from surefoot.spec.source import Value
from surefoot.spec.yaml_text import write_yaml

_OFF = {"enabled": False}


def service_yaml(entry: Entry[Service]) -> str:
    """Write a service as a file of Surefoot's own format, which decodes to an equal model.

    Example of the result::

        service: checkout
        slos:
          availability:
            target: 99.9%
            bad: http_requests_total{code=~"5.."}
            total: http_requests_total
    """
    fields = _fields(entry.model)
    return write_yaml([{"service": entry.name, **fields}])


def _fields(model: BaseModel) -> dict[str, Value]:
    """Write the fields that differ from their defaults, and those that have none."""
    written: dict[str, Value] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if field.is_required() or value != field.get_default(call_default_factory=True):
            kinds = _kinds(field.annotation) | _functions(field.metadata)
            written[field.alias or name] = _value(value, field.annotation, kinds)
    return written


def _value(value: object, annotation: object, kinds: frozenset[object]) -> Value:
    """Write one value; its type and the parsers of its annotation tell the short form."""
    match value:
        case BaseModel():
            return _short(value)
        case tuple() | list():
            items = [_item(item, annotation) for item in value]
            return items[0] if listed in kinds and len(items) == 1 else items
        case dict():
            return {str(key): _item(item, annotation) for key, item in value.items()}
        case None | bool() | str():
            return value
        case int() | float():
            return _number(value, kinds)
        case _:
            return _moment(value)


def _short(model: BaseModel) -> Value:
    written = _fields(model)
    if isinstance(model, Sla) and written.keys() == {"target"}:
        return written["target"]
    if isinstance(model, AlertTier | SloAlert | StandardAlert) and written == _OFF:
        return "off"
    return dict(written)


def _number(value: float, kinds: frozenset[object]) -> Value:
    digits = f"{Decimal(repr(value)).normalize():f}"
    if kinds & {parse_percent, parse_objective}:
        return f"{digits}%"
    if parse_rate in kinds:
        return f"{digits}/s"
    return f"{digits}B" if parse_size in kinds else value


def _moment(value: object) -> str:
    match value:
        case timedelta():
            return format_duration(value)
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case _:
            raise TypeError(f"a spec has no form for {type(value).__name__}: add one here")


def _item(value: object, annotation: object) -> Value:
    """Write an item of a list, or a value of a mapping."""
    inner = _inner(annotation)
    return _value(value, inner, _kinds(inner))


def _inner(annotation: object) -> object:
    """Find the annotation of the items in that of their list or mapping."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _inner(arguments[0])
    if origin in (Union, UnionType):
        return next((_inner(option) for option in arguments if option is not type(None)), object)
    if origin in (tuple, list):
        return arguments[0]
    return arguments[1] if origin in (dict, Mapping) else object


def _kinds(annotation: object) -> frozenset[object]:
    """Collect the parsers of an annotation, not those of items below it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kinds(arguments[0]) | _functions(arguments[1:])
    if origin in (Union, UnionType):
        return frozenset().union(*map(_kinds, arguments))
    return frozenset()


def _functions(metadata: object) -> frozenset[object]:
    items = metadata if isinstance(metadata, tuple | list) else ()
    return frozenset(item.func for item in items if isinstance(item, BeforeValidator))
