"""Surefoot: a spec makes promises; Surefoot checks them, compiles them, runs them and proves them."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surefoot import audit as audit
    from surefoot.api import Workspace as Workspace
    from surefoot.api import build as build
    from surefoot.api import check as check
    from surefoot.api import load as load
    from surefoot.artifact import Artifact as Artifact
    from surefoot.errors import SpecError as SpecError
    from surefoot.errors import SurefootError as SurefootError
    from surefoot.finding import Finding as Finding
    from surefoot.finding import Severity as Severity
    from surefoot.finding import Span as Span

_HOMES = {
    "audit": "audit",
    **dict.fromkeys(("Workspace", "build", "check", "load"), "api"),
    "Artifact": "artifact",
    **dict.fromkeys(("SpecError", "SurefootError"), "errors"),
    **dict.fromkeys(("Finding", "Severity", "Span"), "finding"),
}
__all__ = [  # noqa: PLE0604  # the names are those of the table above, loaded on first use (PEP 562)
    *_HOMES,
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'surefoot' has no attribute {name!r}")
    home = import_module(f"surefoot.{_HOMES[name]}")
    return home if name == _HOMES[name] else getattr(home, name)
