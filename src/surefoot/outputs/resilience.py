"""What the resilience library reads: the policies of each call to a dependency, every default filled in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

from surefoot.artifact import Artifact
from surefoot.domain.shields import declared, name, shields
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.resilience.settings import PipelineSettings
from surefoot.spec.system import System

PATH = "resilience.json"
FORMAT = 1

_VALUE = "value"  # a user's constant, which is kept as it is


def _render(system: System) -> Iterator[Artifact]:
    if not any(declared(each) for service in system.services.values() for each in service.model.depends_on):
        return
    services: dict[str, dict[str, object]] = {}
    for shield in shields(system):
        services.setdefault(shield.service.name, {})[name(shield.dependency)] = fields(shield.settings)
    document = {"format": FORMAT, "about": header(system, "").strip(), "services": services}
    yield Artifact(PATH, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def fields(settings: PipelineSettings) -> dict[str, object]:
    """Write settings by the names of their fields; what is off is left out, and so is the name, which is the key."""
    written = cast("dict[str, Any]", _written(asdict(settings)))
    del written["name"]
    for fallback in written.get("fallback", ()):
        if fallback["kind"] != "stale":
            del fallback["stale"]
    return written


def _written(value: object) -> object:
    if isinstance(value, Mapping):
        kept = {key: part if key == _VALUE else _written(part) for key, part in value.items() if part is not None}
        return {key: part for key, part in kept.items() if key == _VALUE or part not in ("", [])}
    if isinstance(value, tuple):
        return [_written(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


OUTPUT = Output(
    "resilience",
    "The policies of each service's calls to what it depends on, for the resilience library.",
    _render,
)
