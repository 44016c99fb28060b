"""Reads `resilience.json`, which `surefoot build` writes from the spec.

::

    {"format": 1, "services": {"checkout": {"payment-api": {"deadline": 2, "breaker": {"share": 0.5, "window": 10}}}}}

The fields are those of `settings`, by the same names; a field that is not there is refused, since a misspelt limit
would protect nobody.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import is_dataclass
from enum import EnumType
from pathlib import Path
from types import NoneType, UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

from surefoot.resilience.clock import SYSTEM, Clock
from surefoot.resilience.events import Hooks
from surefoot.resilience.fallback import Queue
from surefoot.resilience.pipeline import Pipeline
from surefoot.resilience.settings import PipelineSettings

FORMAT = 1

T = TypeVar("T")


class Pipelines(Mapping[tuple[str, str], Pipeline]):
    """The pipelines of a file, by service and dependency."""

    def __init__(self, made: Mapping[tuple[str, str], Pipeline]) -> None:
        self._made = dict(made)

    def __call__(self, *names: str) -> Pipeline:
        """Give the pipeline of a dependency: `("payment-api")`, or `("checkout", "payment-api")`.

        Raises:
            LookupError: There is none, or several services depend on it; it says which there are.
        """
        found = [pair for pair in self._made if pair[-len(names) :] == names]
        if len(found) == 1:
            return self._made[found[0]]
        wanted = " of ".join(repr(name) for name in reversed(names))
        known = ", ".join(f"({service!r}, {name!r})" for service, name in found or self._made) or "none"
        raise LookupError(f"{wanted} is {'ambiguous' if found else 'unknown'}: choose of {known}")

    def __getitem__(self, names: tuple[str, str]) -> Pipeline:
        return self._made[names]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def configure(self, path: str | Path) -> None:
        """Read the file anew and give the pipelines that stay their new settings; none changes if any is wrong.

        Raises:
            ValueError: As `load`.
        """
        settings = read(path)
        for pair, pipeline in self._made.items():
            if pair in settings:
                pipeline.configure(settings[pair])


def load(
    path: str | Path,
    *,
    clock: Clock = SYSTEM,
    hooks: Hooks | None = None,
    executor: Executor | None = None,
    queue: Queue | None = None,
) -> Pipelines:
    """Make the pipelines of a file.

    Args:
        path: Of `resilience.json`.
        clock: For all of them.
        hooks: For all of them; by default each has its own.
        executor: As in `Pipeline`.
        queue: As in `Pipeline`.

    Raises:
        ValueError: With the place in the file, for what is misspelt or makes no sense.
        OSError: The file cannot be read.
    """
    return Pipelines(
        {
            pair: Pipeline(one, clock=clock, hooks=hooks, executor=executor, queue=queue)
            for pair, one in read(path).items()
        }
    )


def read(path: str | Path) -> dict[tuple[str, str], PipelineSettings]:
    """Read the settings of a file by service and dependency; raises as `load`."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not JSON ({error}): write it by `surefoot build`") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"{path}: format is not {FORMAT}: write the file anew by `surefoot build`")
    try:
        return {
            (service, name): settings_from(_mapping(values, f"{service}.{name}"), name, f"{service}.{name}")
            for service, dependencies in _mapping(document.get("services"), "services").items()
            for name, values in _mapping(dependencies, service).items()
        }
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def settings_from(values: Mapping[str, object], name: str | None = None, place: str = "") -> PipelineSettings:
    """Read the settings of one pipeline.

    Args:
        values: By the names of the fields, nested.
        name: Of the dependency, unless `values` has it.
        place: Said in errors.

    Raises:
        ValueError: With the place.

    >>> settings_from({"breaker": {"consecutive": 3}}, "payment-api").breaker.consecutive
    3
    >>> settings_from({"braker": {}}, "payment-api")
    Traceback (most recent call last):
    ValueError: braker: no such field: choose of name, deadline, timeout, retry, budget, breaker, bulkhead, adaptive, \
rate, hedge, shed, fallback, user_sees, shared_down, chaos
    """
    given = dict(values) if name is None else {"name": name, **values}
    return _record(PipelineSettings, given, place)


def _mapping(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{place}: {value!r} is no mapping: write names and values")  # noqa: TRY004  # of the file
    return value


def _record(kind: Callable[..., T], values: Mapping[str, object], place: str) -> T:
    hints = get_type_hints(kind)
    arguments = {}
    for name, value in values.items():
        inner = f"{place}.{name}" if place else name
        if name not in hints:
            raise ValueError(f"{inner}: no such field: choose of {', '.join(hints)}")
        arguments[name] = _value(hints[name], value, inner)
    try:
        return kind(**arguments)
    except (TypeError, ValueError) as error:  # TypeError: a field that has no default is missing
        said = str(error).removeprefix(f"{kind.__name__}.__init__() ")
        raise ValueError(f"{place}: {said}" if place else said) from None


def _value(hint: object, value: object, place: str) -> object:
    """Check a value against the type of its field; numbers, texts and records are all there is."""
    if get_origin(hint) in (Union, UnionType):
        if value is None:
            return None
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{place}: {value!r} is no list")  # of the file, as all below
        return tuple(_value(get_args(hint)[0], one, f"{place}[{index}]") for index, one in enumerate(value))
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint, _mapping(value, place), place)
    choices: tuple[object, ...] = tuple(map(str, hint)) if isinstance(hint, EnumType) else get_args(hint)
    if choices:
        if value not in choices:
            raise ValueError(f"{place}: {value!r}: choose of {', '.join(map(str, choices))}")
        return hint(value) if isinstance(hint, EnumType) else value
    wanted = {int: (int,), float: (int, float), str: (str,), bool: (bool,)}.get(hint, (object,))  # type: ignore[call-overload]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted and object not in wanted):
        raise ValueError(f"{place}: {value!r} is no {getattr(hint, '__name__', hint)}")
    return float(value) if hint is float else value
