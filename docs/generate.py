"""Write the generated part of docs/reference from the code: ``python docs/generate.py``."""  # noqa: INP001  # a script

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from importlib.resources import files
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from surefoot import api, errors
from surefoot.checks import all_checks
from surefoot.checks._page import pages
from surefoot.cli import surefoot
from surefoot.outputs import all_outputs
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


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "spec": spec,
    "checks": checks,
    "outputs": outputs,
    "cli": cli,
    "errors": exceptions,
    "policy": policy,
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
