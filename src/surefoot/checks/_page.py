"""A rule's page: its docstring, taken apart."""

import re
from dataclasses import dataclass
from importlib import import_module

from surefoot import registry

_HEADINGS = ("What it does", "Why it matters", "Example", "Use instead")
_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)
_BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """What a rule's docstring says.

    Attributes:
        title: Its first line, without the full stop.
        text: All of it, Markdown.
        example: The YAML that is reported.
        instead: The YAML that is not.
    """

    title: str
    text: str
    what: str
    why: str
    example: str
    instead: str


def page_of(text: str) -> Page:
    """Take a docstring apart.

    Raises:
        ValueError: A heading is missing or out of order, or one of the last two has no YAML block.
    """
    title, *parts = _SECTION.split(text.strip())
    if tuple(parts[::2]) != _HEADINGS:
        raise ValueError(f"the headings are {parts[::2]}: write {', '.join(_HEADINGS)}, in this order")
    what, why, example, instead = (part.strip() for part in parts[1::2])
    return Page(title.strip().removesuffix("."), text.strip(), what, why, _block(example), _block(instead))


def pages() -> dict[str, Page]:
    """Return the page of every rule that Surefoot ships, by the rule's id."""
    package = import_module("surefoot.checks")
    modules = [import_module(f"{package.__name__}.{name}") for name in registry.modules(package)]
    return {module.CHECK.id: page_of(module.__doc__ or "") for module in modules}


def _block(text: str) -> str:
    found = _BLOCK.search(text)
    if found is None:
        raise ValueError("an example has no YAML block: write ```yaml")
    return found[1]
