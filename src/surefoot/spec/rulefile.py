"""Prometheus rules: the shape that Surefoot writes and that it reads in files of others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from surefoot.spec.source import Origin


@dataclass(frozen=True, slots=True)
class Rule:
    """A recording or an alerting rule.

    Attributes:
        name: The metric that is recorded, or the name of the alert.
        lasting: The alert's ``for``.
        origin: Where it stands, for rules that were read; None for rules that are made.
    """

    kind: Literal["record", "alert"]
    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    lasting: timedelta | None = None
    keep_firing_for: timedelta | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that are evaluated one after the other, at one interval (None: the server's)."""

    name: str
    rules: tuple[Rule, ...]
    interval: timedelta | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of rule groups."""

    file: str
    groups: tuple[RuleGroup, ...]
