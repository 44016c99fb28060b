"""The default numbers: one file per area, merged with the preset's column and the spec's own changes."""

from collections.abc import Mapping
from importlib.resources import files

from pydantic import ValidationError

from surefoot.finding import Finding
from surefoot.spec.decode import translate
from surefoot.spec.model.policy import Policy
from surefoot.spec.source import Origin, Value, parse

PRESETS = ("sre", "operations")
DEFAULT_PRESET = "sre"


def defaults(area: str) -> dict[str, Value]:
    """Read the shipped numbers of an area, such as ``service-levels``."""
    name = f"{area}.yaml"
    documents, findings = parse(name, files("surefoot.spec.policy").joinpath(name).read_bytes())
    value = documents[0].value if documents else None
    if findings or not isinstance(value, dict):
        raise AssertionError(f"the shipped {name} cannot be read: {findings}")
    return value


def resolve(changes: Mapping[str, Value], origin: Origin | None) -> tuple[Policy, list[Finding]]:
    """Merge the shipped numbers, the preset and the spec's changes.

    Args:
        changes: The section ``policy`` of the spec.
        origin: Where that section stands, if it was written.

    Returns:
        The policy (the shipped one where the changes are refused), and what is wrong with the changes.
    """
    shipped = defaults("service-levels")
    presets = shipped.pop("presets")
    preset = changes.get("preset", DEFAULT_PRESET)
    column = presets.get(str(preset)) if isinstance(presets, dict) else None
    base = merge(shipped, column if isinstance(column, dict) else {})
    own = {key: value for key, value in changes.items() if key in base}
    try:
        return Policy.model_validate(merge(base, own)), []
    except ValidationError as error:
        if origin is None:
            raise
        problems = [translate(problem, origin, Policy) for problem in error.errors(include_url=False)]
        return Policy.model_validate(base), problems


def merge(base: Mapping[str, Value], changes: Mapping[str, Value]) -> dict[str, Value]:
    """Lay changes over a mapping: mappings are merged, everything else is replaced."""
    result = dict(base)
    for key, value in changes.items():
        before = result.get(key)
        result[key] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result
