"""The default numbers: one file per area, merged with the preset's column and the spec's own changes."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pydantic import ValidationError

from surefoot.finding import Finding, Severity
from surefoot.spec.decode import did_you_mean, translate
from surefoot.spec.model.policy import Policy
from surefoot.spec.model.record import Record
from surefoot.spec.source import Origin, Value, parse

PRESETS = ("sre", "operations")
_AREAS = ("service-levels", "operations")
_PRESET = "preset"
_WHY = "a number that nothing reads changes nothing"

R = TypeVar("R", bound=Record)


@cache
def _shipped(area: str) -> Mapping[str, Value]:
    name = f"{area}.yaml"
    documents, findings = parse(name, files("surefoot.spec.policy").joinpath(name).read_bytes())
    value = documents[0].value if documents else None
    if findings or not isinstance(value, dict):
        raise AssertionError(f"the shipped {name} cannot be read: {findings}")
    return value


def resolve(changes: Mapping[str, Value], origin: Origin | None) -> tuple[Policy, list[Finding]]:
    """Merge the shipped numbers of service levels, the preset and the spec's changes.

    Args:
        changes: The section ``policy`` of the spec.
        origin: Where that section stands, if it was written.

    Returns:
        The policy (the shipped one where the changes are refused), and what is wrong with the changes,
        those of other areas included.
    """
    policy, findings = area("service-levels", Policy, changes, origin)
    others = [key for key in changes if key != _PRESET and key not in _keys("service-levels")]
    if others and origin is not None:
        findings += _other(others, changes, origin)
    preset = changes.get(_PRESET)
    if preset is not None and preset not in PRESETS and origin is not None:
        cure = f"write one of: {', '.join(PRESETS)}"
        span = origin.span(_PRESET)
        findings.append(Finding("S07", Severity.ERROR, span, f"there is no preset `{preset}`", _WHY, cure))
    return policy, findings


def area(name: str, model: type[R], changes: Mapping[str, Value], origin: Origin | None) -> tuple[R, list[Finding]]:
    """Merge the shipped numbers of one area with the preset's column and the changes that concern it."""
    shipped = dict(_shipped(name))
    presets = shipped.pop("presets")
    preset = changes.get(_PRESET)  # an unknown one is reported by `resolve`
    chosen = preset if isinstance(preset, str) and preset in PRESETS else PRESETS[0]
    column = presets.get(chosen) if isinstance(presets, dict) else None
    base = merge(shipped, column if isinstance(column, dict) else {})
    own = {key: value for key, value in changes.items() if key in _keys(name)}
    try:
        return model.model_validate(merge(base, own)), []
    except ValidationError as error:
        place = origin or Origin(parse(_PRESET, b"{}")[0][0], ())
        problems = [translate(problem, place, model) for problem in error.errors(include_url=False)]
        if origin is None:  # changes for one run stand in no file
            problems = [replace(problem, span=None) for problem in problems]
        return model.model_validate(base), problems


def merge(base: Mapping[str, Value], changes: Mapping[str, Value]) -> dict[str, Value]:
    """Lay changes over a mapping: mappings are merged, everything else is replaced."""
    result = dict(base)
    for key, value in changes.items():
        before = result.get(key)
        result[key] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result


def _keys(name: str) -> frozenset[str]:
    """Collect the keys of an area, those of the preset's column included."""
    shipped = _shipped(name)
    presets = shipped["presets"]
    columns = presets.values() if isinstance(presets, dict) else ()
    return frozenset(shipped) - {"presets"} | {key for column in columns if isinstance(column, dict) for key in column}


def _other(keys: list[str], changes: Mapping[str, Value], origin: Origin) -> list[Finding]:
    """Check the changes that do not concern service levels."""
    from surefoot.spec.model.policy_operations import OperationsPolicy  # noqa: PLC0415  # few specs change them

    known = [_PRESET, *(key for name in _AREAS for key in _keys(name))]
    findings = []
    for key in keys:
        if key not in known:
            message, cure = did_you_mean(key, known)
            findings.append(Finding("S05", Severity.ERROR, origin.span(key, key=True), message, _WHY, cure))
    return findings + area("operations", OperationsPolicy, changes, origin)[1]
