"""Where an expression stops being PromQL.

A recogniser for the grammar, run only after the parser has refused a text: its answer is a place and
a cure, not a tree. What it lets through may still be wrong in types, which the parser's own words say.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from surefoot.promql.error import PromqlError
from surefoot.promql.names import (
    AGGREGATIONS,
    COMPARISONS,
    FILLS,
    FUNCTIONS,
    GROUPINGS,
    JOINS,
    KEYWORDS,
    MATCH_OPERATORS,
    MATCHINGS,
    NUMBER_WORDS,
    OPERATORS,
    WORD_OPERATORS,
)
from surefoot.promql.tokens import Kind, Token

_LONE_OPERATORS = MATCHINGS | JOINS | WORD_OPERATORS | {"bool"}
_STARTS = frozenset({Kind.WORD, Kind.NUMBER, Kind.DURATION, Kind.STRING})
_LITERALS = frozenset({Kind.NUMBER, Kind.DURATION})


def check_syntax(tokens: Sequence[Token], length: int) -> None:
    """Walk an expression from left to right.

    Args:
        tokens: From `tokenize`, without comments; so brackets are known to be balanced.
        length: Of the whole text, where an expression that breaks off is reported.

    Raises:
        PromqlError: At the first token that cannot stand where it stands.
    """
    walker = _Walker(tokens, length)
    walker.expression()
    if walker.peek().text:
        walker.refuse_follower()


class _Walker:
    """Recursive descent over a token list that ends in an endless supply of empty tokens."""

    def __init__(self, tokens: Sequence[Token], length: int) -> None:
        self.tokens = tokens
        self.at = 0
        self.eof = Token(Kind.COMMENT, "", max(length - 1, 0), length)

    def peek(self, ahead: int = 0) -> Token:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else self.eof

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def fail(self, message: str, token: Token) -> NoReturn:
        raise PromqlError(message, token.start, token.end)

    def expect(self, text: str, message: str) -> Token:
        token = self.take()
        if token.text != text:
            self.fail(message, token)
        return token

    def expression(self) -> None:
        self.operand()
        while self.peek().word in OPERATORS:
            operator = self.take()
            self.operator_modifiers(operator)
            follower = self.peek()
            if follower.text in OPERATORS and follower.text not in "+-":
                self.fail(f"operator {follower.text!r} follows {operator.text!r}: one is too many", follower)
            if not follower.text or follower.text in "),":
                self.fail(f"operator {operator.text!r} has nothing on its right", operator)
            self.operand()

    def operator_modifiers(self, operator: Token) -> None:
        if self.peek().word == "bool":
            token = self.take()
            if operator.text not in COMPARISONS:
                self.fail(f"'bool' belongs to comparisons, not to {operator.text!r}: remove it", token)
        if self.peek().word in MATCHINGS:
            self.labels(self.take())
            if self.peek().word in JOINS:
                join = self.take()
                if self.peek().text == "(":
                    self.labels(join)
        elif self.peek().word in JOINS:
            self.fail(f"{self.peek().text!r} needs 'on (...)' or 'ignoring (...)' before it", self.peek())
        while self.peek().word in FILLS and self.peek(1).text == "(":
            self.take()
            self.arguments()

    def operand(self) -> None:
        while self.peek().text in {"+", "-"}:
            self.take()
        token = self.take()
        if token.kind in _LITERALS or token.kind == Kind.STRING or token.word in NUMBER_WORDS:
            pass
        elif token.text == "(":
            self.parenthesis(token)
        elif token.text == "{":
            self.matchers()
        elif token.kind == Kind.WORD:
            self.named(token)
        else:
            self.refuse_operand(token)
        self.suffixes()

    def parenthesis(self, opening: Token) -> None:
        if self.peek().text == ")":
            self.fail("parentheses hold no expression", opening)
        self.expression()
        if self.peek().text != ")":
            self.refuse_follower()
        self.take()

    def named(self, token: Token) -> None:
        follower = self.peek()
        if token.word in AGGREGATIONS and (follower.text == "(" or follower.word in GROUPINGS):
            self.aggregation()
        elif follower.text == "(":
            if token.word in _LONE_OPERATORS | GROUPINGS:
                self.refuse_operand(token)
            if token.text not in FUNCTIONS:
                self.fail(_unknown_function(token.text), token)
            self.arguments()
        elif token.word in MATCHINGS | JOINS | {"bool", "atan2"} or (
            token.word in WORD_OPERATORS and follower.text and follower.kind in _STARTS
        ):
            self.refuse_operand(token)
        elif follower.text == "{":
            self.take()
            self.matchers()

    def aggregation(self) -> None:
        leading = self.peek().word in GROUPINGS
        if leading:
            self.labels(self.take())
        if self.peek().text != "(":
            self.fail("the aggregation lacks its expression in parentheses", self.peek())
        self.arguments()
        if self.peek().word in GROUPINGS:
            if leading:
                self.fail("the aggregation has its labels already: keep one list", self.peek())
            self.labels(self.take())

    def arguments(self) -> None:
        self.take()
        while self.peek().text != ")":
            self.expression()
            if self.peek().text == ",":
                comma = self.take()
                if self.peek().text == ")":
                    self.fail("no comma may end a list of arguments: remove it", comma)
            elif self.peek().text != ")":
                self.refuse_follower()
        self.take()

    def labels(self, keyword: Token) -> None:
        cure = f"{keyword.text!r} needs a list of labels in parentheses, such as {keyword.text} (job, instance)"
        if self.peek().text != "(":
            self.fail(cure, keyword)
        self.take()
        while self.peek().text != ")":
            token = self.take()
            if token.kind not in {Kind.WORD, Kind.STRING}:
                self.fail(f"{token.text!r} is no label name: {cure}", token)
            if self.peek().text == ",":
                self.take()
            elif self.peek().text != ")":
                self.fail(f"expected ',' or ')' before {self.peek().text!r}", self.peek())
        self.take()

    def matchers(self) -> None:
        while self.peek().text != "}":
            self.matcher()
            if self.peek().text == ",":
                self.take()
            elif self.peek().word == "or":
                self.fail("Prometheus has no 'or' between label matchers: use a regular expression", self.peek())
            elif self.peek().text != "}":
                self.fail(f"expected ',' or '}}' before {self.peek().text!r}", self.peek())
        self.take()

    def matcher(self) -> None:
        label = self.take()
        if label.kind == Kind.STRING and self.peek().text in {",", "}"}:
            return
        if label.kind not in {Kind.WORD, Kind.STRING} or (label.kind == Kind.WORD and ":" in label.text):
            self.fail(f"{label.text!r} is no label name", label)
        operator = self.take()
        if operator.text not in MATCH_OPERATORS:
            hint = ": write '='" if operator.text == "==" else ": write one of = != =~ !~"
            self.fail(f"label {label.text!r} is followed by {operator.text!r}{hint}", operator)
        value = self.take()
        if value.kind != Kind.STRING:
            self.fail(f"the value of label {label.text!r} must be a quoted string", value)

    def suffixes(self) -> None:
        while True:
            token = self.peek()
            if token.text == "[":
                self.range()
            elif token.word == "offset":
                self.take()
                self.amount(token, "a duration, such as offset 5m")
            elif token.kind == Kind.AT:
                self.take()
                if self.peek().word in {"start", "end"} and self.peek(1).text == "(":
                    self.take()
                    self.take()
                    self.expect(")", "start() and end() take no arguments")
                else:
                    self.amount(token, "a Unix time, start() or end()")
            else:
                return

    def range(self) -> None:
        opening = self.take()
        cure = "one duration for a range, such as [5m], or two for a subquery, such as [1h:5m]"
        self.amount(opening, cure)
        if self.peek().kind == Kind.COLON:
            self.take()
            if self.peek().text != "]":
                self.amount(opening, cure)
        if self.peek().text != "]":
            self.fail(f"'[' needs {cure}, not {self.peek().text!r}", self.peek())
        self.take()

    def amount(self, owner: Token, cure: str) -> None:
        signed = self.peek().text in {"+", "-"} and owner.text != "["
        token = self.peek(1) if signed else self.peek()
        if token.kind not in _LITERALS:
            found = f", not {token.text!r}" if token.text and token.text != "]" else ""
            self.fail(f"{owner.text!r} needs {cure}{found}", token if found else owner)
        self.at += 2 if signed else 1

    def refuse_operand(self, token: Token) -> NoReturn:
        if not token.text:
            self.fail("the expression is empty" if not self.tokens else "the expression breaks off", token)
        if token.word in OPERATORS:
            self.fail(f"operator {token.text!r} has nothing on its left", token)
        if token.word in _LONE_OPERATORS | GROUPINGS:
            self.fail(f"keyword {token.text!r} cannot stand here", token)
        self.fail(f"expected an expression, found {token.text!r}", token)

    def refuse_follower(self) -> NoReturn:
        token = self.peek()
        if token.text == "=":
            self.fail("'=' compares only labels inside braces: write '=='", token)
        if token.text in {"=~", "!~"}:
            self.fail(f"{token.text!r} belongs inside braces, after a label name", token)
        if token.word in GROUPINGS:
            self.fail(f"{token.text!r} may only follow an aggregation such as sum(...)", token)
        if token.word in MATCHINGS | JOINS | FILLS | {"bool"}:
            self.fail(f"{token.text!r} must follow an operator", token)
        if token.text == ",":
            self.fail("',' may only separate arguments of a function or aggregation", token)
        likely = get_close_matches(token.word, sorted(KEYWORDS), n=1, cutoff=0.7) if token.kind == Kind.WORD else []
        hint = f": did you mean {likely[0]!r}?" if likely else ""
        self.fail(f"expected an operator before {token.text!r}{hint}", token)


def _unknown_function(name: str) -> str:
    if name.lower() in FUNCTIONS:
        return f"unknown function {name!r}: function names are lower case, write {name.lower()!r}"
    likely = get_close_matches(name.lower(), sorted(FUNCTIONS | AGGREGATIONS), n=1, cutoff=0.6)
    hint = f": did you mean {likely[0]!r}?" if likely else ": PromQL has none of that name"
    return f"unknown function {name!r}{hint}"
