"""Plug-ins: every module of a package that defines one named instance, and entry points of others."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

Plugin = TypeVar("Plugin")


def modules(package: ModuleType) -> list[str]:
    """Name the plug-in modules of a package, sorted; sub-packages and names with an underscore are private to it."""
    return sorted(info.name for info in iter_modules(package.__path__) if not (info.ispkg or info.name.startswith("_")))


def discover(package: ModuleType, kind: type[Plugin], key: Callable[[Plugin], str]) -> dict[str, Plugin]:
    """Collect the instances of a kind, ordered by their key.

    A module of the package defines its instance under the upper-cased name of the kind
    (``CHECK`` for ``Check``). Third parties add theirs through the entry-point group
    ``surefoot.<package>`` (``surefoot.checks``).

    Args:
        package: The package whose modules are the plug-ins.
        kind: The class of the instances.
        key: Tells the unique key of an instance.

    Returns:
        Key to instance, sorted by key.

    Raises:
        LookupError: A module without an instance, one of another kind, or two with the same key.
    """
    name = kind.__name__.upper()
    candidates = [
        (f"{package.__name__}.{module}", getattr(import_module(f"{package.__name__}.{module}"), name, None))
        for module in modules(package)
    ]
    candidates += [(entry.value, entry.load()) for entry in entry_points(group=package.__name__)]
    found: dict[str, Plugin] = {}
    for where, instance in candidates:
        if not isinstance(instance, kind):
            raise LookupError(  # noqa: TRY004  # one error for every unusable plug-in
                f"{where} defines no {name} of type {kind.__name__}"
            )
        if key(instance) in found:
            raise LookupError(f"{where} defines a second {kind.__name__} {key(instance)!r}")
        found[key(instance)] = instance
    return dict(sorted(found.items()))
