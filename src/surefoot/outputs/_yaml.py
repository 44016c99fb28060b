"""YAML out: rule groups by hand, since there can be hundreds of thousands of lines; the rest by PyYAML."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import yaml

from surefoot.promql.duration import format_duration
from surefoot.spec.rulefile import Rule, RuleGroup

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./:-]*[A-Za-z0-9_]\Z|[A-Za-z_]\Z")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))
_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\t"): "\\t", ord("\r"): "\\r"}


def rule_file(groups: Sequence[RuleGroup], header: str) -> str:
    """Write a Prometheus rule file; a file without groups is one with an empty list."""
    if not groups:
        return f"{header}groups: []\n"
    lines = [f"{header}groups:"]
    for group in groups:
        lines += _group(group)
    return "\n".join(lines) + "\n"


def document(value: object, header: str = "") -> str:
    """Write one YAML document, keys in the order given."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=10_000, allow_unicode=True)
    return f"{header}{text}"


@lru_cache(maxsize=4096)
def scalar(text: str) -> str:
    """Write a string so that YAML 1.1 and 1.2 both read it as that string."""
    if _PLAIN.match(text) and text.lower() not in _WORDS and ": " not in text:
        return text
    return f'"{text.translate(_ESCAPES)}"'


def _group(group: RuleGroup) -> Iterator[str]:
    yield f"  - name: {scalar(group.name)}"
    if group.interval is not None:
        yield f"    interval: {format_duration(group.interval)}"
    yield "    rules:"
    for rule in group.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"      - {rule.kind}: {scalar(rule.name)}"
    yield "        expr: |-"
    for line in rule.expr.strip().split("\n"):
        yield f"          {line}"
    if rule.lasting:
        yield f"        for: {format_duration(rule.lasting)}"
    if rule.keep_firing_for:
        yield f"        keep_firing_for: {format_duration(rule.keep_firing_for)}"
    yield from _mapping("labels", rule.labels)
    yield from _mapping("annotations", rule.annotations)


def _mapping(key: str, values: Mapping[str, str]) -> Iterator[str]:
    if values:
        yield f"        {key}:"
        for name, value in values.items():
            yield f"          {scalar(name)}: {scalar(value)}"


class _Dumper(yaml.CSafeDumper):
    """Writes strings of several lines as blocks, and repeats values instead of pointing at them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the signature is PyYAML's
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
