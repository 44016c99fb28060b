"""Text to nodes: YAML 1.2 values with the place of each one.

PyYAML's C parser composes the nodes; the values are made here, because its own constructors follow
YAML 1.1 (``on`` is true, ``012`` is ten) and silently keep the last of two equal keys.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias, cast

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the C module behind it has no stubs
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from surefoot.finding import Finding, Severity, Span

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 16
MAX_VALUES = 2_000_000
_SURELY_FITS, _MAY_FIT = 18, 25  # characters of a number that has to fit into 64 bits

_TAG = "tag:yaml.org,2002:"
_TAGS = {ScalarNode: f"{_TAG}str", SequenceNode: f"{_TAG}seq", MappingNode: f"{_TAG}map"}
_KNOWN_TAGS = frozenset(_TAGS.values())
_SPECIAL = frozenset("~0123456789+-.tTfFnN")
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _Loader(CParser):
    """The C parser without YAML 1.1's implicit types: what has no tag is text, a list or a mapping."""

    def resolve(self, kind: type[Node], value: object, implicit: object) -> str:  # noqa: ARG002  # PyYAML's signature
        return _TAGS[kind]

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One YAML document of a file: the file's name and lines, the nodes, and the plain values."""

    file: str
    lines: tuple[str, ...]
    root: Node
    value: Value

    def span(self, path: Path, *, key: bool = False) -> Span:
        """Locate the value at a path; with `key`, the key under which it stands.

        A path that leads further than the document goes (a missing field) gives the deepest place on it.
        A document about one service begins, for the reader, where it names the service.
        """
        at = self.root
        named = None if path else _child(at, "service")
        marked: Node = named[0] if named else at
        for step in path:
            child = _child(at, step)
            if child is None:
                break
            name, at = child
            marked = name if key else at
        return self._mark(marked, whole=bool(path))

    def _mark(self, node: Node, *, whole: bool) -> Span:
        start, end = node.start_mark, node.end_mark
        if not whole or end.line > start.line:
            width = len(self.lines[start.line]) if start.line < len(self.lines) else start.column
            return Span(self.file, start.line + 1, start.column + 1, start.line + 1, max(width, start.column) + 1)
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a thing was written: a document and the path in it."""

    document: Document
    path: Path

    def span(self, *more: str | int, key: bool = False) -> Span:
        """Locate a field below this place, or the place itself."""
        return self.document.span(self.path + more, key=key)

    def has(self, *more: str | int) -> bool:
        """Tell whether the field was written at all."""
        at: Node = self.document.root
        for step in self.path + more:
            child = _child(at, step)
            if child is None:
                return False
            at = child[1]
        return True


def _child(node: Node, step: str | int) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return next(((k, v) for k, v in node.value if k.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item, item
    return None


def parse(file: str, data: bytes) -> tuple[list[Document], list[Finding]]:
    """Read every document of a file.

    Args:
        file: The name to show in findings.
        data: The content: UTF-8, at most `MAX_BYTES`, nested at most `MAX_DEPTH` levels deep.

    Returns:
        The documents that could be read, and what was wrong with the file. Empty documents are left out.
    """
    text, finding = _decode(file, data)
    if finding is not None:
        return [], [finding]
    lines = tuple(text.split("\n"))
    nodes: list[Node] = []
    try:
        loader = _Loader(text)
        while loader.check_node():
            nodes.append(cast("Node", loader.get_node()))
    except yaml.MarkedYAMLError as error:
        return [], [_syntax(file, lines, error)]
    except yaml.reader.ReaderError as error:
        return [], [_unprintable(file, text, error.position)]
    documents, findings = [], []
    for node in nodes:
        if isinstance(node, ScalarNode) and node.value == "":
            continue
        builder = _Builder(file)
        value = builder.build(node, 0)
        findings += builder.findings
        documents.append(Document(file, lines, node, value))
    return documents, findings


class _Builder:
    """Makes the plain values of one document and notes what YAML allows but a spec must not contain."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._made: dict[int, tuple[Value, int]] = {}
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: Node, depth: int) -> Value:
        if node.tag not in _KNOWN_TAGS:
            self._note(
                "S04",
                node,
                f"the tag `{node.tag.removeprefix(_TAG)}` is not supported",
                "write the plain value",
            )
        self._count += 1
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        known = self._made.get(id(node))
        if known is not None:
            self._count += known[1]
            if self._count > MAX_VALUES:
                self._note("S04", node, "aliases expand to too many values", "write fewer aliases of aliases")
                return None
            return known[0]
        if id(node) in self._open:
            self._note("S04", node, "an alias contains itself", "remove the alias inside its own anchor")
            return None
        if depth >= MAX_DEPTH:
            self._note(
                "S04",
                node,
                f"nested more than {MAX_DEPTH} levels deep",
                "no section needs such depth: check the indentation",
            )
            return None
        self._open.add(id(node))
        before = self._count
        value: Value
        if isinstance(node, SequenceNode):
            value = [self.build(item, depth + 1) for item in node.value]
        else:
            value = self._mapping(node, depth)
        self._open.discard(id(node))
        self._made[id(node)] = value, self._count - before
        return value

    def _mapping(self, node: Node, depth: int) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key, item in node.value:
            if not isinstance(key, ScalarNode):
                self._note("S04", key, "a key must be a plain word", "quote the key, or mend the brackets")
                continue
            name = key.value
            if name in result:
                self._note("S03", key, f"the key `{name}` stands twice in one mapping", "keep one of the two")
            elif name == "<<" and not key.style:
                self._note(
                    "S04",
                    key,
                    "merge keys (`<<`) are not part of YAML 1.2",
                    "write the fields, or set them in `policy`",
                )
            else:
                result[name] = self.build(item, depth + 1)
        return result

    def _scalar(self, node: ScalarNode) -> Value:
        text: str = node.value
        if node.style or (text and text[0] not in _SPECIAL):
            return text
        if len(text) > _SURELY_FITS and _INT.match(text) and not _fits(text):
            self._note("S04", node, f"the number has {len(text)} characters", "if it is text, put it into quotes")
            return None
        return _plain(text)

    def _note(self, rule: str, node: Node, message: str, cure: str) -> None:
        start, end = node.start_mark, node.end_mark
        last = end.column if end.line == start.line else start.column + 1
        span = Span(self.file, start.line + 1, start.column + 1, start.line + 1, last + 1)
        self.findings.append(
            Finding(rule, Severity.ERROR, span, message, "what is read must be exactly what was meant", cure)
        )


def _fits(text: str) -> bool:
    """Tell whether a whole number fits into 64 bits, without computing one of thousands of digits."""
    number = _plain(text) if len(text) <= _MAY_FIT else None
    return isinstance(number, int) and -(2**63) <= number < 2**63


def _plain(text: str) -> Value:
    """Read an unquoted scalar as YAML 1.2's core schema does."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.match(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _decode(file: str, data: bytes) -> tuple[str, Finding | None]:
    if len(data) > MAX_BYTES:
        return "", _unreadable(
            file,
            f"the file is larger than {MAX_BYTES // 2**20} MiB",
            "split it, and name the parts under `include`",
        )
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return "", _unreadable(
            file,
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            Span(file, line, column, line, column + 1),
        )


def _unreadable(file: str, message: str, cure: str, span: Span | None = None) -> Finding:
    place = span or Span(file, 1, 1, 1, 2)
    return Finding("S01", Severity.ERROR, place, message, "a file that cannot be read makes no promise", cure)


def _unprintable(file: str, text: str, position: int) -> Finding:
    before = text.encode()[:position].decode("utf-8", "ignore")  # the C parser counts bytes
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = f"the character U+{ord(text[len(before)]):04X} is not allowed in YAML"
    return _unreadable(file, message, "remove it", Span(file, line, column, line, column + 1))


def _syntax(file: str, lines: tuple[str, ...], error: yaml.MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    row, column = (mark.line, mark.column) if mark else (0, 0)
    problem = (error.problem or "not valid YAML").removeprefix("did not find expected ")
    text = lines[row] if row < len(lines) else ""
    if "\t" in text[: column + 1]:
        column = text.index("\t")
        message, cure = "a tab is used for indentation", "indent with spaces"
    elif "undefined alias" in problem:
        message, cure = problem, "define the anchor (`&name`) before its alias (`*name`)"
    elif "nesting depth" in problem:
        message, cure = f"nested more than {MAX_DEPTH} levels deep", "check for brackets that are not closed"
    else:
        expected = f"expected {problem}" if problem.startswith(("'", "<")) else problem
        message = f"not valid YAML: {expected}" + (f" ({error.context})" if error.context else "")
        cure = "check indentation, colons, quotes and brackets at and above this place"
    span = Span(file, row + 1, column + 1, row + 1, column + 2)
    return Finding("S02", Severity.ERROR, span, message, "nothing after this place can be read", cure)
