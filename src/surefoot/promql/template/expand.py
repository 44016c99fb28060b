"""Tree and data to text."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from surefoot.promql.template.functions import call, truth
from surefoot.promql.template.nodes import (
    Assign,
    Block,
    Dot,
    Fields,
    Function,
    Literal,
    Node,
    Operand,
    Pipeline,
    Plain,
    Print,
    TemplateError,
    Variable,
)
from surefoot.promql.template.reading import parse
from surefoot.promql.template.sample import Sample
from surefoot.promql.template.wording import shown


def _no_query(text: str) -> list[Sample]:
    raise TemplateError(f"nothing answers the query {text!r}")


@dataclass(frozen=True, slots=True)
class Context:
    """What an alert's texts are about.

    Attributes:
        labels: Of the sample, the metric's name included.
        value: Of the sample.
        query: Evaluates PromQL at the time of the alert; TemplateError if it fails.
        external_labels: Of the server.
        external_url: Of the server.
    """

    labels: Mapping[str, str]
    value: float
    query: Callable[[str], list[Sample]] = _no_query
    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""


def expand(text: str, context: Context) -> str:
    """Expand a template.

    Raises:
        TemplateError: It is malformed, fails on the data (``first`` of nothing), or is not supported.

    Example:
        >>> expand("{{ $labels.job }}: {{ $value | humanizePercentage }}", Context({"job": "api"}, 0.125))
        'api: 12.5%'
    """
    if "{{" not in text:
        return text
    run = _Run(context)
    return "".join(run.nodes(parse(text), run.data))


class _Run:
    """One expansion: the variables in sight, innermost last."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.data: Mapping[str, object] = {
            "Labels": context.labels,
            "ExternalLabels": context.external_labels,
            "ExternalURL": context.external_url,
            "Value": context.value,
        }
        self.variables: list[tuple[str, object]] = [
            ("", self.data),
            ("labels", context.labels),
            ("externalLabels", context.external_labels),
            ("externalURL", context.external_url),
            ("value", context.value),
        ]

    def nodes(self, nodes: Iterable[Node], dot: object) -> Iterator[str]:
        for node in nodes:
            match node:
                case Plain(text):
                    yield text
                case Print(pipeline):
                    yield shown(self._pipeline(pipeline, dot))
                case Assign(name, pipeline, declares):
                    self._assign(name, self._pipeline(pipeline, dot), declares=declares)
                case Block():
                    height = len(self.variables)
                    yield from self._block(node, dot)
                    del self.variables[height:]

    def _block(self, block: Block, dot: object) -> Iterator[str]:
        value = self._pipeline(block.pipeline, dot)
        if block.kind == "range":
            yield from self._range(block, value, dot)
            return
        self._declare(block.variables, (value,))
        if truth(value):
            yield from self.nodes(block.body, value if block.kind == "with" else dot)
        else:
            yield from self.nodes(block.otherwise, dot)

    def _range(self, block: Block, value: object, dot: object) -> Iterator[str]:
        items: list[tuple[object, object]]
        match value:
            case list():
                items = list(enumerate(value))
            case Mapping():
                items = [(key, value[key]) for key in sorted(value)]
            case None:
                items = []
            case _:
                raise TemplateError(f"range can't iterate over {shown(value)}")
        if not items:
            yield from self.nodes(block.otherwise, dot)
        for item in items:
            height = len(self.variables)
            self._declare(block.variables, item if len(block.variables) > 1 else item[1:])
            yield from self.nodes(block.body, item[1])
            del self.variables[height:]

    def _declare(self, names: tuple[str, ...], values: tuple[object, ...]) -> None:
        self.variables.extend(zip(names, values, strict=False))

    def _assign(self, name: str, value: object, *, declares: bool) -> None:
        if declares:
            self.variables.append((name, value))
            return
        for index in range(len(self.variables) - 1, -1, -1):
            if self.variables[index][0] == name:
                self.variables[index] = (name, value)
                return
        raise TemplateError(f"undefined variable `${name}`")

    def _pipeline(self, pipeline: Pipeline, dot: object) -> object:
        value: object = None
        for index, command in enumerate(pipeline.commands):
            value = self._command(command, dot, (value,) if index else ())
        return value

    def _command(self, command: tuple[Operand, ...], dot: object, piped: tuple[object, ...]) -> object:
        first = command[0]
        if isinstance(first, Function):
            given = (*(self._operand(operand, dot) for operand in command[1:]), *piped)
            return self._call(first.name, given)
        if first == Literal(None):
            raise TemplateError("nil is not a command")
        if len(command) > 1 or piped:
            raise TemplateError("a template gives arguments to something that is no function")
        return self._operand(first, dot)

    def _call(self, name: str, given: tuple[object, ...]) -> object:
        match name, given:
            case "query", (str(text),):
                return self.context.query(text)
            case "externalURL", ():
                return self.context.external_url
            case _:
                return call(name, given)

    def _operand(self, operand: Operand, dot: object) -> object:
        match operand:
            case Literal(value):
                return value
            case Dot():
                return dot
            case Variable(name):
                return self._variable(name)
            case Function(name):
                return self._call(name, ())
            case Fields(of, names):
                found = self._operand(of, dot)
                for name in names:
                    found = self._field(found, name)
                return found
            case Pipeline():
                return self._pipeline(operand, dot)

    def _variable(self, name: str) -> object:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise TemplateError(f"undefined variable `${name}`")

    def _field(self, value: object, name: str) -> object:
        match value:
            case Sample():
                if name in ("Labels", "Value"):
                    return value.labels if name == "Labels" else value.value
            case Mapping():
                if value is not self.data or name in value:
                    return value.get(name, "")
            case _:
                pass
        raise TemplateError(f"can't evaluate field {name} in {shown(value)}")
