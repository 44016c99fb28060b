"""Write the generated part of docs/reference from the code: ``python docs/generate.py``."""  # noqa: INP001  # a script

import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from inspect import cleandoc
from pathlib import Path
from types import NoneType
from typing import Any, Literal, cast, get_args, get_origin

import click

from surefoot import api, errors
from surefoot.channels import Setting, all_channels, settings_of
from surefoot.checks import all_checks
from surefoot.checks._page import pages
from surefoot.cli import surefoot
from surefoot.integrations import readings
from surefoot.outputs import all_outputs
from surefoot.resilience import settings
from surefoot.resilience.pipeline import Pipeline
from surefoot.spec import schema
from surefoot.spec.model import SECTIONS

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"
EXAMPLE = HERE.parent / "examples" / "minimal"
DAY = date(2026, 1, 1)  # of the example's build; nothing in it depends on it
WIDTH = 100
HEAD = "<!-- Written by `make docs` from the code; not by hand. -->"
REF = "#/$defs/"
NULL = {"type": "null"}

Json = Mapping[str, Any]


def spec() -> Iterator[str]:
    """Describe every section, then the parts that they are made of."""
    yield from _title(
        "The spec",
        "A spec is a `surefoot.yaml` and the files that it includes. Each top-level key is a section; a section that "
        "maps names to entries may be spread over files. A file may describe one service at its top level: "
        "`service: name` and the fields of a [service](#service). The files are YAML 1.2: `on` and `off` are text, and "
        "a key that nothing reads is an error. `surefoot schema` prints the same as JSON Schema, for editors.",
    )
    whole = schema.document()
    sections, defs = whole["else"]["properties"], whole["$defs"]
    yield from _table(
        ("section", "holds", "what it is"),
        ((f"`{key}`", _section(key, sections[key]), _text(sections[key])) for key in SECTIONS),
    )
    yield from ("## Parts", "")
    parts: dict[str, Json] = {}
    for side in ("then", "else"):
        _collect({key: item for key, item in whole[side]["properties"].items() if key != "policy"}, defs, parts)
    for name, part in sorted(parts.items(), key=lambda item: item[0].lower()):
        if "properties" not in part:
            continue
        yield from (f"### {name}", "", _text(part), "")
        required = part.get("required", ())
        rows = (
            (f"`{key}`", _kind(field), "required" if key in required else _default(field), _text(field))
            for key, field in part["properties"].items()
        )
        yield from _table(("key", "value", "default", "meaning"), rows)


def checks() -> Iterator[str]:
    """Put the pages of all rules behind an index."""
    yield from _title(
        "Checks",
        "What `surefoot check` finds. The letter is the family: S reading, I intake, C contradiction, L lint of rules, "
        "P proof (found by `surefoot prove`). "
        "`surefoot explain RULE` prints the same; [how findings work](../explanation/findings.md) tells the rest.",
    )
    rules = all_checks()
    yield from _table(
        ("rule", "severity", "what", "ask"),
        ((f"[{c.id}](#{c.id.lower()})", c.severity, c.name, c.ask) for c in rules.values()),
    )
    for rule, page in sorted(pages().items()):
        check = rules[rule]
        yield from (f"## {rule}", "", f"{page.title}. Severity: {check.severity}; ask: {check.ask}.", "")
        if check.needs:
            yield from (f"Not decided in full: {check.needs}.", "")
        yield from (page.text.partition("\n")[2].strip().replace("\n## ", "\n### ").replace("## ", "### ", 1), "")


def outputs() -> Iterator[str]:
    """List every output, with the paths that the smallest example gets from it."""
    yield from _title(
        "Outputs",
        "What `surefoot build` writes: the same bytes for the same spec. The paths are those of `examples/minimal`.",
    )
    system = api.load([EXAMPLE], today=DAY)
    for output in all_outputs().values():
        yield from (f"## {output.name}", "", output.describes, "")
        paths = sorted(artifact.path for artifact in output.render(system))
        yield from (*(f"- `{path}`" for path in paths), *([""] if paths else []))


def channels() -> Iterator[str]:
    """List every channel with its settings, and what happens to a message whose end is unknown."""
    yield from _title(
        "Channels",
        "How messages leave. The [spec](spec.md#channelmodel) says which are used, as `channels:`, and names each "
        "secret by `env:NAME` or `file:PATH`; `sender` is written `from` there, and `twilio` is `phone` or `sms`. A "
        "response of 2xx accepts; 3xx, 4xx (429 too) and 503 refuse, and the next way is tried; any other 5xx, a lost "
        "connection and 10 s without an answer leave it unknown whether the message has left, and it is never taken "
        "for sent. Only links with http and https are passed on.",
    )
    again = {
        "dedupe": "it is sent again with the same key, which the other side recognises.",
        "lookup": "the provider is asked, and it is sent again only if it is not found.",
        "none": "it is sent again, marked `Repeat`.",
    }
    for channel in all_channels().values():
        yield from (f"## {channel.name}", "", channel.describes, "")
        yield from (f"If it is unknown whether a message has left: {again[channel.dedupe]}", "")
        if channel.acknowledges:
            yield from ("The recipient can acknowledge in it.", "")
        if channel.needs:
            yield from (f"Needs `pip install 'surefoot[{channel.needs}]'`.", "")
        described = settings_of(channel.settings)
        if described:
            yield from _table(("setting", "value", "default", "meaning"), map(_setting, described))


def _setting(setting: Setting) -> tuple[str, ...]:
    value = "a secret" if setting.secret else {"list": "list of text", "text": "text"}.get(setting.kind, "")
    value = value or ", ".join(f"`{choice}`" for choice in setting.choices)
    default = "required" if setting.required else setting.default and f"`{setting.default}`"
    return f"`{setting.name}`", value, default, setting.meaning


def cli() -> Iterator[str]:
    """Print the help of every verb."""
    yield from _title(
        "Command line",
        "Data goes to standard output, talk to standard error. Exit status: 0 fine, 1 no, 2 wrong use, 70 a bug.",
    )
    top = click.Context(surefoot, info_name="surefoot", terminal_width=WIDTH, **surefoot.context_settings)
    yield from _console(surefoot.get_help(top))
    for verb in surefoot.list_commands(top):
        command = surefoot.get_command(top, verb)
        assert command is not None
        yield from (f"## {verb}", "")
        yield from _helps(command, verb, top)


def _helps(command: click.Command, name: str, above: click.Context) -> Iterator[str]:
    """Print the help of a verb and of what it groups."""
    context = click.Context(command, info_name=name, parent=above, terminal_width=WIDTH)
    yield from _console(command.get_help(context))
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from _helps(found, below, context)


def exceptions() -> Iterator[str]:
    """Draw the tree of exceptions."""
    yield from _title("Errors", "What the library raises on purpose; the message says what, where, and how to mend it.")
    tree = list(_kinds(errors.SurefootError))
    yield from ("```", *(f"{'  ' * depth}{kind.__name__}" for depth, kind in tree), "```", "")
    for _, kind in tree:
        yield from (f"## {kind.__name__}", "")
        yield from (cleandoc(kind.__doc__ or "").replace("Attributes:\n    ", "- ").replace("\n    ", "\n- "), "")


def policy() -> Iterator[str]:
    """Show every shipped number with its comment."""
    yield from _title(
        "Policy",
        "Every default number. A spec changes any of them below `policy:`, naming only what differs; mappings are "
        "merged, lists are replaced. `policy: {preset: operations}` picks another column of `presets`.",
    )
    for path in sorted(Path(str(files("surefoot.spec.policy"))).glob("*.yaml")):
        yield from (f"## {path.stem}", "", "```yaml", path.read_text("utf-8").rstrip(), "```", "")


def resilience() -> Iterator[str]:
    """List the settings of every policy."""
    yield from _title(
        "Resilience",
        "The fields of `resilience.json`, which `surefoot build` writes, and of the classes in "
        "`surefoot.resilience`: times in seconds, shares from 0 to 1. How a spec says them is in the "
        "[spec](spec.md#dependency), why they are so in "
        "[what the policies mean](../explanation/resilience-semantics.md).",
    )
    for kind in _settings():
        about = cleandoc(kind.__doc__ or "")
        text, _, attributes = about.partition("Attributes:")
        meanings = dict(re.findall(r"^ +(\w+): (.+(?:\n {8}.+)*)", attributes, re.MULTILINE))
        yield from (f"## {kind.__name__}", "", text.strip(), "")
        rows = (
            (f"`{field.name}`", _hint(field.type), _standard(field), " ".join(meanings.get(field.name, "").split()))
            for field in fields(kind)
        )
        yield from _table(("field", "value", "default", "meaning"), rows)

    yield from (
        "## Metrics",
        "",
        "What `surefoot.integrations.prometheus` shows. Each has a label `name`; pipelines of a file also `service`.",
        "",
    )
    rows = (
        (f"`{family.name}`", family.kind, ", ".join(sorted(_labels(family))), family.describes)
        for family in readings.read(_every_policy())
    )
    yield from _table(("metric", "type", "labels", "meaning"), rows)


def _every_policy() -> list[Pipeline]:
    """Make pipelines that have all policies between them."""
    breaker, budget = settings.BreakerSettings(), settings.BudgetSettings()
    one = settings.PipelineSettings(
        "one",
        deadline=1.0,
        timeout=settings.TimeoutSettings(),
        retry=settings.RetrySettings(),
        budget=budget,
        breaker=breaker,
        bulkhead=settings.BulkheadSettings(1),
        rate=settings.RateSettings(1),
        shed=settings.ShedSettings(),
        fallback=(settings.FallbackSettings("value"),),
        chaos=True,
    )
    other = settings.PipelineSettings("other", hedge=settings.HedgeSettings(delay=1.0), budget=budget)
    return [Pipeline(one), Pipeline(other)]


def _labels(family: readings.Family) -> set[str]:
    """List the labels of a family beside the name, with their values."""
    found: dict[str, list[str]] = {}
    for sample in family.samples:
        for label, value in sample.labels:
            if label != "name" and value not in found.setdefault(label, []):
                found[label].append(value)
    return {f"`{label}`: {', '.join(values)}" for label, values in found.items() if values}


def _settings() -> list[type]:
    """List the classes of settings: the whole pipeline, then its parts in alphabetical order."""
    kinds = [kind for kind in vars(settings).values() if isinstance(kind, type) and is_dataclass(kind)]
    return sorted(kinds, key=lambda kind: (kind is not settings.PipelineSettings, kind.__name__))


def _hint(hint: object) -> str:
    """Say in words what a field takes."""
    if isinstance(hint, types.UnionType | types.GenericAlias) or get_origin(hint) is not None:
        inner = [part for part in get_args(hint) if part not in (NoneType, ...)]
        if get_origin(hint) is tuple:
            return f"list of {_hint(inner[0])}"
        if get_origin(hint) is Literal:
            return ", ".join(f"`{part}`" for part in inner)
        return " or ".join(_hint(part) for part in inner)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{part}`" for part in hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    words = {int: "whole number", float: "number", bool: "`true`, `false`", str: "text", object: "any value"}
    return words[cast("type", hint)]


def _standard(field: Field[Any]) -> str:
    """Show the default of a field."""
    if field.default is MISSING:
        return "required"
    return "" if field.default in (None, "", ()) else f"`{_yaml(field.default)}`"


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "spec": spec,
    "checks": checks,
    "outputs": outputs,
    "channels": channels,
    "cli": cli,
    "errors": exceptions,
    "policy": policy,
    "resilience": resilience,
}


def render(name: str) -> str:
    """Write one page."""
    return "\n".join(PAGES[name]()).rstrip() + "\n"


def _title(title: str, text: str) -> Iterator[str]:
    yield from (HEAD, f"# {title}", "", text, "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        cells = [cell.replace("|", "\\|") for cell in row]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _console(text: str) -> Iterator[str]:
    yield from ("```", *(line.rstrip() for line in text.splitlines()), "```", "")


def _collect(value: object, defs: Mapping[str, Json], found: dict[str, Json]) -> None:
    """Collect the parts that a schema leads to."""
    if isinstance(value, Mapping):
        name = str(value.get("$ref", "")).removeprefix(REF)
        if name in defs and name not in found:
            found[name] = defs[name]
            _collect(defs[name], defs, found)
        for item in value.values():
            _collect(item, defs, found)
    elif isinstance(value, list):
        for item in value:
            _collect(item, defs, found)


def _section(key: str, section: Json) -> str:
    if key == "policy":
        return "changes of the [policy](policy.md)"
    return _kind(section)


def _kind(value: Json) -> str:
    """Say in words what a schema takes."""
    if "$ref" in value:
        name = value["$ref"].removeprefix(REF)
        return "any value" if name == "JsonValue" else f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(_kind(form) for form in value["anyOf"] if form != NULL))
    if "enum" in value or "const" in value:
        return ", ".join(f"`{_yaml(item)}`" for item in value.get("enum", [value.get("const")]))
    match value.get("type"):
        case "array":
            return f"list of {_kind(value.get('items', {}))}"
        case "object":
            return f"names to {_kind(_values(value))}"
        case "string":
            examples = value.get("examples", ())
            return "text" + (f" such as {', '.join(f'`{example}`' for example in examples)}" if examples else "")
        case None:
            return "any value"
        case kind:
            return {"integer": "whole number", "number": "number", "boolean": "`true`, `false`"}[kind]


def _values(value: Json) -> Json:
    found: object = value.get("additionalProperties") or next(iter(value.get("patternProperties", {}).values()), {})
    return found if isinstance(found, dict) else {}


def _default(field: Json) -> str:
    value = field.get("default")
    return f"`{_yaml(value)}`" if isinstance(value, str | int | float) else ""


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: Json) -> str:
    return " ".join(str(value.get("description", "")).replace("``", "`").split())


def _kinds(kind: type[BaseException], depth: int = 0) -> Iterator[tuple[int, type[BaseException]]]:
    """List the exceptions of `surefoot.errors` with their depth in the tree."""
    yield depth, kind
    for below in sorted(kind.__subclasses__(), key=lambda item: item.__name__):
        if below.__module__ == errors.__name__:
            yield from _kinds(below, depth + 1)


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name in PAGES:
        (REFERENCE / f"{name}.md").write_text(render(name), "utf-8")


if __name__ == "__main__":
    main()
