"""Text to tree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from surefoot.promql.quote import unquote
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
    UnsupportedTemplateError,
    Variable,
)

_COMMENT = re.compile(r"\{\{(- )?/\*.*?\*/( -)?\}\}", re.DOTALL)
_ACTION = re.compile(
    r"\{\{(?P<left>-(?=\s))?(?P<body>(?:\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|(?!\}\}).)*?)"
    r"(?P<right>(?<=\s)-)?\}\}",
    re.DOTALL,
)
_WORD = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?))
    | (?P<variable>[$]\w*)
    | (?P<fields>(?:[.][^\W\d]\w*)+)
    | (?P<dot>[.])
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>:=|[|(),=])
    """,
    re.VERBOSE,
)
_BLOCKS = frozenset(("if", "with", "range"))
_REFUSED = frozenset(("define", "template", "block", "break", "continue"))
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "nil": None}


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str
    spaced: bool  # white space stands before it


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Node, ...]:
    """Read a template.

    Raises:
        TemplateError: It is malformed.
        UnsupportedTemplateError: It uses what is not supported; named.
    """
    pieces = list(_pieces(text))
    nodes, index = _nodes(pieces, 0)
    if index < len(pieces):
        raise TemplateError(f"{{{{{_head(pieces[index])}}}}} closes nothing: remove it")
    return nodes


def queries(nodes: Sequence[Node]) -> Iterator[str | None]:
    """List the PromQL that a template asks for; None for a text that is put together when it is expanded."""
    for node in nodes:
        match node:
            case Print(pipeline) | Assign(_, pipeline, _):
                yield from _asked(pipeline)
            case Block(_, _, pipeline, body, otherwise):
                yield from _asked(pipeline)
                yield from queries(body)
                yield from queries(otherwise)
            case Plain():
                pass


def _asked(operand: Operand) -> Iterator[str | None]:
    if isinstance(operand, Fields):
        yield from _asked(operand.of)
    if not isinstance(operand, Pipeline):
        return
    for command in operand.commands:
        if command[0] == Function("query"):
            given = command[1] if len(command) > 1 else None
            yield given.value if isinstance(given, Literal) and isinstance(given.value, str) else None
        for part in command:
            yield from _asked(part)


def _pieces(text: str) -> Iterator[str | list[_Word]]:
    """Yield texts and actions in turn; trim markers have already taken the white space beside them."""
    text = _COMMENT.sub(lambda match: "{{" + (match[1] or "") + '""' + (match[2] or "") + "}}", text)
    position, trims = 0, False
    while (start := text.find("{{", position)) >= 0:
        action = _ACTION.match(text, start)
        if action is None:
            raise TemplateError("{{ is never closed: add }}")
        before = text[position:start]
        before = before.lstrip() if trims else before
        yield before.rstrip() if action["left"] else before
        yield _words(action["body"])
        position, trims = action.end(), bool(action["right"])
    yield text[position:].lstrip() if trims else text[position:]


def _words(text: str) -> list[_Word]:
    words, position, spaced = [], 0, True
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None or match.lastgroup is None:
            raise UnsupportedTemplateError(f"{text[position:].split(maxsplit=1)[0]!r} in a template is not supported")
        if match.lastgroup != "space":
            words.append(_Word(match.lastgroup, match.group(), spaced))
        spaced, position = match.lastgroup == "space", match.end()
    if not words:
        raise TemplateError("{{}} holds nothing: write a value")
    return words


def _head(piece: str | list[_Word]) -> str:
    return piece[0].text if isinstance(piece, list) and piece[0].kind == "word" else ""


def _nodes(pieces: Sequence[str | list[_Word]], index: int) -> tuple[tuple[Node, ...], int]:
    """Read up to an ``else`` or ``end`` that belongs to whoever called."""
    found: list[Node] = []
    while index < len(pieces):
        piece, head = pieces[index], _head(pieces[index])
        if isinstance(piece, str):
            found.append(Plain(piece))
        elif head in ("else", "end"):
            break
        elif head in _REFUSED:
            raise UnsupportedTemplateError(f"{{{{{head}}}}} in a template is not supported")
        elif head in _BLOCKS:
            block, index = _block(pieces, index, head, piece[1:])
            found.append(block)
        else:
            found.append(_action(piece))
        index += 1
    return tuple(found), index


def _block(pieces: Sequence[str | list[_Word]], index: int, kind: str, words: Sequence[_Word]) -> tuple[Block, int]:
    variables, rest = _declared(words)
    pipeline = _Reader(rest).whole()
    body, index = _nodes(pieces, index + 1)
    otherwise: tuple[Node, ...] = ()
    if index < len(pieces) and _head(pieces[index]) == "else":
        branch = pieces[index]
        assert isinstance(branch, list)
        if len(branch) > 1:
            inner, index = _block(pieces, index, branch[1].text, branch[2:])
            return Block(kind, variables, pipeline, body, (inner,)), index
        otherwise, index = _nodes(pieces, index + 1)
    if index == len(pieces) or _head(pieces[index]) != "end":
        raise TemplateError(f"{{{{{kind}}}}} is never closed: add {{{{end}}}}")
    return Block(kind, variables, pipeline, body, otherwise), index


def _declared(words: Sequence[_Word]) -> tuple[tuple[str, ...], Sequence[_Word]]:
    texts = [word.text for word in words]
    if ":=" not in texts:
        return (), words
    stop = texts.index(":=")
    return tuple(word.text[1:] for word in words[:stop] if word.kind == "variable"), words[stop + 1 :]


def _action(words: Sequence[_Word]) -> Node:
    if words[0].kind == "variable" and len(words) > 1 and words[1].text in (":=", "="):
        return Assign(words[0].text[1:], _Reader(words[2:]).whole(), words[1].text == ":=")
    return Print(_Reader(words).whole())


class _Reader:
    """Reads one pipeline."""

    def __init__(self, words: Sequence[_Word]) -> None:
        self.words, self.index = words, 0

    def whole(self) -> Pipeline:
        pipeline = self.pipeline()
        if self.index < len(self.words):
            raise TemplateError(f"unexpected {self.words[self.index].text!r} in a template")
        return pipeline

    def pipeline(self) -> Pipeline:
        commands: list[tuple[Operand, ...]] = []
        while True:
            command: list[Operand] = []
            while (word := self._next()) is not None and word.text not in ("|", ")"):
                command.append(self._operand(word))
            if not command:
                raise TemplateError("a template has an empty step: write a value or a function")
            commands.append(tuple(command))
            if word is None or word.text == ")":
                return Pipeline(tuple(commands))
            self.index += 1

    def _next(self) -> _Word | None:
        return self.words[self.index] if self.index < len(self.words) else None

    def _operand(self, word: _Word) -> Operand:
        self.index += 1
        found = self._plain(word)
        after = self._next()
        if after is not None and after.kind == "fields" and not after.spaced:
            self.index += 1
            return Fields(found, tuple(after.text[1:].split(".")))
        return found

    def _plain(self, word: _Word) -> Operand:
        match word.kind:
            case "string":
                return Literal(_unquoted(word.text))
            case "number":
                return Literal(_number(word.text))
            case "variable":
                return Variable(word.text[1:])
            case "fields":
                return Fields(Dot(), tuple(word.text[1:].split(".")))
            case "dot":
                return Dot()
            case "word":
                return Literal(_CONSTANTS[word.text]) if word.text in _CONSTANTS else Function(word.text)
            case _:
                return self._parenthesised(word)

    def _parenthesised(self, word: _Word) -> Operand:
        if word.text != "(":
            raise TemplateError(f"unexpected {word.text!r} in a template")
        inner = self.pipeline()
        if self._next() is None:
            raise TemplateError("'(' in a template is never closed: add ')'")
        self.index += 1
        return inner


def _unquoted(text: str) -> str:
    try:
        return unquote(text)
    except ValueError as error:
        raise TemplateError(str(error)) from None


def _number(text: str) -> int | float:
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    return int(text, 16) if "x" in text.lower() else float(text)
