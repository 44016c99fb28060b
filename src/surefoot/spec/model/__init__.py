"""The sections of a spec: one model each, imported when a spec first uses it.

A *single* section stands once in a workspace (``metrics``); a *named* section is a mapping from names
to entries (``people``) and may be spread over files.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level key of the spec.

    Attributes:
        module: The module of this package that holds the model.
        model: The name of the model, or of a type alias, in that module.
        named: Whether the section maps names to entries of the model.
    """

    module: str
    model: str
    named: bool

    @property
    def adapter(self) -> "TypeAdapter[object]":
        """Return the validator of one entry, built on first use."""
        return _adapter(self.module, self.model)

    @property
    def type(self) -> Any:
        """Return the model, or the alias of a type."""
        return getattr(import_module(f"surefoot.spec.model.{self.module}"), self.model)


@cache
def _adapter(module: str, model: str) -> "TypeAdapter[object]":
    return TypeAdapter(Section(module, model, named=False).type)


def _single(module: str, model: str) -> Section:
    return Section(module, model, named=False)


def _named(module: str, model: str) -> Section:
    return Section(module, model, named=True)


SECTIONS = {
    "surefoot": _single("workspace", "FormatVersion"),
    "workspace": _single("workspace", "WorkspaceName"),
    "timezone": _single("workspace", "Zone"),
    "compliance": _single("workspace", "Compliance"),
    "policy": _single("workspace", "PolicyChange"),
    "metrics": _single("workspace", "Metrics"),
    "links": _single("workspace", "Links"),
    "include": _single("workspace", "Include"),
    "alertmanager": _single("workspace", "AlertmanagerSettings"),
    "environments": _named("workspace", "Environment"),
    "regions": _named("workspace", "Region"),
    "regimes": _named("workspace", "Regime"),
    "exporters": _named("workspace", "Exporter"),
    "services": _named("service", "Service"),
    "journeys": _named("service", "Journey"),
    "people": _named("oncall", "Person"),
    "teams": _named("oncall", "Team"),
    "schedules": _named("oncall", "Schedule"),
    "escalations": _named("oncall", "Escalation"),
    "holidays": _named("oncall", "Holidays"),
    "last_resort": _single("oncall", "LastResort"),
    "channels": _named("channel", "Channel"),
    "sources": _named("channel", "AlertSource"),
    "status_page": _single("incident", "StatusPage"),
    "maintenance": _named("incident", "Maintenance"),
    "incidents": _single("incident", "Incidents"),
    "reviews": _named("incident", "Review"),
    "data": _named("recovery", "DataClass"),
    "stores": _named("recovery", "Store"),
    "audit": _single("audit", "Audit"),
    "access": _named("audit", "Access"),
    "experiments": _named("chaos", "Experiment"),
    "gamedays": _named("chaos", "GameDay"),
    "monkey": _single("chaos", "Monkey"),
    "capacity": _single("capacity", "CapacityPlan"),
    "user_experience": _single("service", "Funnel"),
}
