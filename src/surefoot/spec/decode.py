"""Documents to a spec: every section validated, every mistake found at once, each with its place."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from surefoot.finding import Finding, Severity
from surefoot.spec.entry import Entry, Runbook, Spec
from surefoot.spec.model import SECTIONS, Section
from surefoot.spec.model.service import Service
from surefoot.spec.source import Document, Origin, Path, Value

_WHY_UNKNOWN = "a key that nothing reads promises nothing"
_WHY_VALUE = "a value that is not understood cannot be kept"
_WHY_NAME = "names become names of rules, labels and files"
_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?")  # as `Name` has it
_EXPECTED = {
    "string_type": ("text", "put it into quotes"),
    "int_type": ("a whole number", "write digits without quotes"),
    "float_type": ("a number", "write digits without quotes"),
    "bool_type": ("`true` or `false`", "write `true` or `false` without quotes"),
    "dict_type": ("a mapping", "write `key: value` pairs below it"),
    "model_type": ("a mapping", "write `key: value` pairs below it"),
    "list_type": ("a list", "write `[a, b]`"),
    "tuple_type": ("a list", "write `[a, b]`"),
}


class Decoder:
    """Collects the entries of the documents of a workspace, and the findings about them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.documents: list[Document] = []
        self._single: dict[str, Entry[object]] = {}
        self._named: dict[str, dict[str, Entry[object]]] = {}

    def add(self, document: Document) -> None:
        """Decode one document of Surefoot's own format."""
        self.documents.append(document)
        value = document.value
        if not isinstance(value, dict):
            self._report(
                "S06",
                Origin(document, ()),
                "the file is not a mapping of sections",
                _WHY_VALUE,
                "start with `service: name` or `surefoot: 1`",
            )
            return
        inside = self._service(document, value) if "service" in value else frozenset[str]()
        for key, content in value.items():
            if key in inside or key == "service":
                continue
            section = SECTIONS.get(key)
            origin = Origin(document, (key,))
            if section is None:
                self._unknown(origin, key, self._known(inside))
            elif section.named:
                self._entries(key, section, content, origin)
            else:
                self._put(self._single, key, key, section, (content, origin))

    def take(self, documents: Iterable[Document], services: Iterable[Entry[Service]]) -> None:
        """Take the services that a reader of a foreign format made of its documents."""
        self.documents += documents
        for entry in services:
            self._insert(self._named.setdefault("services", {}), entry, "services")

    def spec(self, runbooks: Iterable[Runbook]) -> Spec:
        """Return what was decoded."""
        books = {book.name: book for book in runbooks}
        return Spec(tuple(self.documents), dict(self._single), {k: dict(v) for k, v in self._named.items()}, books)

    def _service(self, document: Document, value: Mapping[str, Value]) -> frozenset[str]:
        """Decode a document that describes one service; return the keys that belong to it."""
        section = SECTIONS["services"]
        fields = frozenset(_fields(section.type))
        name = value["service"]
        if not isinstance(name, str) or not name:
            self._report(
                "S06",
                Origin(document, ("service",)),
                "a service needs a name",
                _WHY_VALUE,
                "write `service: checkout`",
            )
            return fields
        own = {key: item for key, item in value.items() if key in fields}
        self._put(self._named.setdefault("services", {}), name, "service", section, (own, Origin(document, ())))
        return fields

    def _entries(self, key: str, section: Section, content: Value, origin: Origin) -> None:
        if not isinstance(content, dict):
            self._report(
                "S06",
                origin,
                f"`{key}` is not a mapping of names",
                _WHY_VALUE,
                "write `name:` and its fields below it",
            )
            return
        into = self._named.setdefault(key, {})
        for name, item in content.items():
            self._put(into, name, key, section, (item, Origin(origin.document, (key, name))))

    def _put(
        self,
        into: dict[str, Entry[object]],
        name: str,
        key: str,
        section: Section,
        written: tuple[Value, Origin],
    ) -> None:
        content, origin = written
        if section.named and not _NAME.fullmatch(name):
            cure = "write at most 63 letters, digits, `.`, `_` and `-`, such as `payment-api`"
            self._report("S06", origin, f"`{name}` cannot be a name", _WHY_NAME, cure, key=True)
            return
        try:
            model = section.adapter.validate_python({} if content is None and section.named else content)
        except ValidationError as error:
            self.findings += [translate(problem, origin, section.type) for problem in error.errors(include_url=False)]
            return
        self._insert(into, Entry(name, model, origin), key)

    def _insert(self, into: dict[str, Entry[object]], entry: Entry[object], key: str) -> None:
        before = into.get(entry.name)
        if before is None:
            into[entry.name] = entry
            return
        what = f"`{key}`" if entry.name == key else f"`{entry.name}` in `{key}`"
        self._report(
            "S03",
            entry.origin,
            f"{what} is written twice, first at {before.origin.span(key=True)}",
            "two truths are none",
            "keep one of the two",
            key=True,
        )

    def _known(self, inside: Iterable[str]) -> list[str]:
        return [*SECTIONS, *inside] if inside else [*SECTIONS, "service"]

    def _unknown(self, origin: Origin, key: str, known: Sequence[str]) -> None:
        message, cure = did_you_mean(key, known)
        self._report("S05", origin, message, _WHY_UNKNOWN, cure, key=True)

    def _report(self, rule: str, origin: Origin, message: str, why: str, cure: str, *, key: bool = False) -> None:
        self.findings.append(Finding(rule, Severity.ERROR, origin.span(key=key), message, why, cure))


def translate(problem: Mapping[str, Any], origin: Origin, kind: object) -> Finding:
    """Turn one of pydantic's errors, found below a place of the spec, into a finding."""
    path = tuple(step for step in problem["loc"] if not (isinstance(step, str) and step.startswith("function-")))
    error, context = problem["type"], problem.get("ctx", {})
    if error == "extra_forbidden":
        message, cure = did_you_mean(str(path[-1]), _fields(kind, path[:-1]))
        return Finding("S05", Severity.ERROR, origin.span(*path, key=True), message, _WHY_UNKNOWN, cure)
    if error == "missing":
        message = f"`{path[-1]}` is missing"
        return Finding(
            "S06", Severity.ERROR, origin.span(*path[:-1], key=True), message, _WHY_VALUE, f"add `{path[-1]}`"
        )
    path = _written(origin, path)
    span = origin.span(*path)
    if error == "form":
        return Finding("S06", Severity.ERROR, span, context["message"], _WHY_VALUE, context["cure"])
    if error == "literal_error":
        return _not_one_of(problem, origin, path)
    expected, cure = _EXPECTED.get(error, ("", ""))
    name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"
    message = f"{name} must be {expected}" if expected else f"{name}: {_lower(problem['msg'])}"
    return Finding(
        "S06",
        Severity.ERROR,
        span,
        message,
        _WHY_VALUE,
        cure or "mend the value; `surefoot schema` shows what is allowed",
    )


def _written(origin: Origin, path: Path) -> Path:
    """Shorten a path to what stands in the file: a short form has no fields of its own."""
    while path and not origin.has(*path):
        path = path[:-1]
    return path


def _not_one_of(problem: Mapping[str, Any], origin: Origin, path: Path) -> Finding:
    allowed = str(problem["ctx"]["expected"]).replace("'", "`")
    given = str(problem["input"])
    close = get_close_matches(given, [word.strip("` ") for word in allowed.replace(" or ", ",").split(",")], 1)
    cure = f"did you mean `{close[0]}`?" if close else f"write {allowed}"
    return Finding("S06", Severity.ERROR, origin.span(*path), f"`{given}` is not one of {allowed}", _WHY_VALUE, cure)


def did_you_mean(key: str, known: Sequence[str]) -> tuple[str, str]:
    """Say that a key is unknown, and which one was probably meant."""
    if key.rstrip("% ").isdigit():
        return f"unknown key `{key}`", "a comma ends a value here: write decimals with a point, such as `99.9%`"
    close = get_close_matches(key, known, 1, 0.6)
    if close:
        return f"unknown key `{key}`", f"did you mean `{close[0]}`?"
    return f"unknown key `{key}`", f"remove it; known here: {', '.join(sorted(set(known)))}"


def _fields(kind: object, path: Path = ()) -> list[str]:
    """List the keys that a model allows at a path."""
    at = kind
    for step in path:
        at = _below(_model(at), step)
    found = _model(at)
    if isinstance(found, type) and issubclass(found, BaseModel):
        return [field.alias or name for name, field in found.model_fields.items()]
    return []


def _below(found: object, step: str | int) -> object:
    if isinstance(step, int):
        return found
    if get_origin(found) is dict:
        return get_args(found)[1]
    if isinstance(found, type) and issubclass(found, BaseModel):
        return next(
            (field.annotation for name, field in found.model_fields.items() if step in (name, field.alias)),
            None,
        )
    return found


def _model(annotation: object) -> object:
    """Strip an annotation down to the model in it: optional, annotated, sequence or mapping of it."""
    kind = get_origin(annotation)
    arguments = get_args(annotation)
    if kind is Annotated:
        return _model(arguments[0])
    if kind in (Union, UnionType):
        return next((_model(item) for item in arguments if item is not type(None)), None)
    if kind in (tuple, list):
        return _model(arguments[0])
    return annotation


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
