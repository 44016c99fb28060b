"""Names that one section uses for entries of another: all found by their `Ref` mark, all checked."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from surefoot.finding import Finding, Role, Severity
from surefoot.spec.entry import Entry, Spec
from surefoot.spec.model import SECTIONS
from surefoot.spec.model.record import Ref
from surefoot.spec.source import Path

_DEPENDENCIES = "depends_on"
_IMPLICIT = frozenset({"environments", "regions"})
_RESOLVED_ELSEWHERE = frozenset({"slos"})
_EXPECT = {
    "teams": "nobody is paged by name; alerts go to the default receiver",
    "exporters": "its alerts are not generated",
}


def check(spec: Spec) -> Iterator[Finding]:
    """Report every name that no entry has.

    What a service depends on without being described is asked about once, where it is depended on;
    elsewhere it may be named.
    """
    used = [
        (entry, path, ref, name)
        for section, entry in _entries(spec)
        for path, ref, name in _values(SECTIONS[section].type, entry.model, ())
    ]
    outside = {name for _, path, _, name in used if _DEPENDENCIES in path}
    for entry, path, ref, name in used:
        known = spec.named.get(ref.section, {})
        if name in known or ref.section in _RESOLVED_ELSEWHERE:
            continue
        if ref.section in _IMPLICIT and not known:
            continue
        if name in outside and _DEPENDENCIES not in path:
            continue
        yield _unknown(entry, path, ref, name, known)


def _entries(spec: Spec) -> Iterator[tuple[str, Entry[object]]]:
    for section, entries in spec.named.items():
        yield from ((section, entry) for entry in entries.values())
    yield from spec.single.items()


def _unknown(entry: Entry[object], path: Path, ref: Ref, name: str, known: Mapping[str, object]) -> Finding:
    close = get_close_matches(name, known, 1, 0.6)
    what = ref.section.removesuffix("s") if ref.section != "people" else "person"
    what = {"escalation": "escalation policy", "data": "data class"}.get(what, what)
    span = entry.origin.span(*path)
    add = f"add `{name}` to `{ref.section}`"
    if _DEPENDENCIES in path or (not known and ref.section in ("teams", "exporters")):
        expected = _EXPECT.get(ref.section, "it is taken as a component outside this workspace, without promises")
        role = Role.ARCHITECT if _DEPENDENCIES in path else Role.OWNER
        message = f"the {what} `{name}` is not described"
        cure = f"did you mean `{close[0]}`? Otherwise {add}" if close else add
        return Finding(
            "I06",
            Severity.QUESTION,
            span,
            message,
            "what nobody describes, nobody can rely on",
            cure,
            role,
            expected,
            entry.name,
        )
    cure = (
        f"did you mean `{close[0]}`?" if close else f"{add}, or name one of: {', '.join(sorted(known)) or 'none yet'}"
    )
    return Finding(
        "S07",
        Severity.ERROR,
        span,
        f"there is no {what} `{name}`",
        "a name that leads nowhere is a promise nobody keeps",
        cure,
    )


def _values(kind: object, value: object, path: Path) -> Iterator[tuple[Path, Ref, str]]:
    """Yield the path, the mark and the name of every reference below a value of the annotated type."""
    if value is None or not _holds(kind):
        return
    mark = next((item for item in get_args(kind)[1:] if isinstance(item, Ref)), None)
    if mark is not None:
        yield path, mark, str(value)
        return
    for option, item, below in _parts(kind, value, path):
        yield from _values(option, item, below)


def _parts(kind: object, value: object, path: Path) -> Iterator[tuple[object, object, Path]]:
    """Take a value apart by the shape of its type: an option, the items, or the fields of a model."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield arguments[0], value, path
    elif origin in (Union, UnionType):
        yield from ((option, value, path) for option in arguments)
    elif origin is tuple and isinstance(value, tuple):
        yield from ((arguments[0], item, (*path, index)) for index, item in enumerate(value))
    elif origin is dict and isinstance(value, dict):
        for key, item in value.items():
            yield arguments[0], key, (*path, key)
            yield arguments[1], item, (*path, key)
    elif isinstance(value, BaseModel) and isinstance(kind, type) and isinstance(value, kind):
        for name, annotation in _fields(type(value)):
            yield annotation, getattr(value, name), (*path, _key(type(value), name))


def _key(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, object], ...]:
    """List the fields of a model that can hold a reference, with their whole annotation."""
    result = []
    for name, field in model.model_fields.items():
        marks = [item for item in field.metadata if isinstance(item, Ref)]
        annotation: object = Annotated[field.annotation, marks[0]] if marks else field.annotation
        if _holds(annotation):
            result.append((name, annotation))
    return tuple(result)


@cache
def _holds(kind: object) -> bool:
    """Tell whether a type contains a reference anywhere."""
    if get_origin(kind) is Annotated:
        return any(isinstance(item, Ref) for item in get_args(kind)[1:]) or _holds(get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return bool(_fields(kind))
    return any(_holds(item) for item in get_args(kind) if item is not Ellipsis)
