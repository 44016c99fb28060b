"""Values to YAML that reads the same under YAML 1.1 and 1.2: the counterpart of `surefoot.spec.source`."""

import re
from collections.abc import Iterable
from io import StringIO

from yaml.emitter import Emitter
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver
from yaml.serializer import Serializer

from surefoot.spec.source import Value

_TAG = "tag:yaml.org,2002:"
_WIDE = 100_000  # a line is never broken: a folded expression is hard to read
_WORDS = frozenset(("", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"))
_NUMBER_LIKE = re.compile(r"[-+.0-9]")
_WITH_UNIT = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:%|/[smhd]|[kMGT]i?B)|(?:[0-9]+(?:ms|[smhdwyMQ]))+")


class _Writer(Emitter, Serializer, BaseResolver):
    """PyYAML's emitter without the implicit types of YAML 1.1."""

    def __init__(self, stream: StringIO) -> None:
        Emitter.__init__(self, stream, width=_WIDE, allow_unicode=True)
        Serializer.__init__(self)
        BaseResolver.__init__(self)


def write_yaml(documents: Iterable[Value]) -> str:
    r"""Write documents, keys in their order; texts of several lines become blocks.

    Example:
        >>> print(write_yaml([{"target": "99.9%", "query": "a\n  / b\n"}]), end="")
        target: 99.9%
        query: |
          a
            / b
    """
    texts = []
    for document in documents:
        stream = StringIO()
        writer = _Writer(stream)
        writer.open()
        writer.serialize(_node(document))
        writer.close()
        texts.append(stream.getvalue().removesuffix("...\n"))
    return "---\n".join(texts)


def _node(value: Value) -> Node:
    if isinstance(value, dict):
        return MappingNode(f"{_TAG}map", [(_text(key), _node(item)) for key, item in value.items()], flow_style=False)
    if isinstance(value, list):
        return SequenceNode(f"{_TAG}seq", [_node(item) for item in value], flow_style=False)
    if isinstance(value, str):
        return _text(value)
    return ScalarNode(f"{_TAG}str", _plain(value))


def _plain(value: float | None) -> str:
    """Write what is not text; `bool` is an `int` in Python."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).replace("inf", ".inf").replace("nan", ".nan")


def _text(text: str) -> Node:
    if "\n" in text:
        style = "|"
    elif text.lower() in _WORDS or (_NUMBER_LIKE.match(text) and not _WITH_UNIT.fullmatch(text)):
        style = '"'
    else:
        style = None
    return ScalarNode(f"{_TAG}str", text, style=style)
