import pytest

from surefoot.promql.error import PromqlError
from surefoot.promql.tokens import Kind, Token, tokenize


def words(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in tokenize(text)]


def test_every_token_knows_where_it_stands():
    assert tokenize("rate( x )") == [
        Token(Kind.WORD, "rate", 0, 4),
        Token(Kind.OPEN, "(", 4, 5),
        Token(Kind.WORD, "x", 6, 7),
        Token(Kind.CLOSE, ")", 8, 9),
    ]


@pytest.mark.parametrize("text", ["x", "_x9", "job:requests:rate5m", ":x", "x:5m", ":5m", ":", "SUM"])
def test_names_may_hold_colons(text):
    assert words(text) == [(Kind.WORD, text)]


@pytest.mark.parametrize("text", ["1", "1.", ".5", "1e9", "1.5e-3", "0x1F", "017"])
def test_numbers(text):
    assert words(text) == [(Kind.NUMBER, text)]


@pytest.mark.parametrize("text", ["5m", "1h30m", "500ms", "1y2w3d"])
def test_durations(text):
    assert words(text) == [(Kind.DURATION, text)]


@pytest.mark.parametrize("text", ['"a"', "'a'", "`a\n`", r'"a\"b"', r"'a\'b'", r'"\\"', '"#"', '"é"', "''"])
def test_strings(text):
    assert words(text) == [(Kind.STRING, text)]


@pytest.mark.parametrize("text", ["+", "-", "*", "/", "%", "^", "==", "!=", "<=", ">=", "<", ">", "=", "=~", "!~"])
def test_operators(text):
    assert words(f"x{text}y")[1] == (Kind.OPERATOR, text)


@pytest.mark.parametrize("text", ["x[1h:5m]", "x[1h: 5m]", "x[1h:]", "x[1h :5m]", "x[3600:300]"])
def test_colon_of_a_subquery_is_its_own_token(text):
    assert (Kind.COLON, ":") in words(text)


def test_comment_ends_with_its_line():
    assert words("x # (\n@ 5") == [
        (Kind.WORD, "x"),
        (Kind.COMMENT, "# ("),
        (Kind.AT, "@"),
        (Kind.NUMBER, "5"),
    ]


@pytest.mark.req("INT-6", "INT-4")
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('x{a="b}', '"b}', "never closed"),
        ("x{a='b\n'}", "'b", "never closed"),
        ("x == `b\n", "`b\n", "never closed"),
        ("sum(rate(x[5m])", "(", "never closed: add ')'"),
        ("x)", ")", "closes nothing"),
        ("sum(x]", "]", "write ')'"),
        ("x + é", "é", "unexpected"),
        ("x && y", "&&", "'and'"),
        ("x || y", "||", "'or'"),
        ("x !y", "!", "'unless'"),
        ("rate(x[$window])", "$", "placeholder"),
        ("rate(x[{{.window}}])", "{{", "template"),
        ("x[1.5h]", "1.5h", "such as 1h30m"),
        ("x[1h30]", "1h30", "neither a number nor a duration"),
        ("x + 1_000", "1_000", "neither a number nor a duration"),
        ("x; y", ";", "one text holds one expression"),
    ],
)
def test_unreadable_text_is_pointed_at(text, place, message):
    with pytest.raises(PromqlError) as caught:
        tokenize(text)
    assert text[caught.value.start : caught.value.end] == place
    assert message in caught.value.message


def test_unclosed_bracket_points_at_the_innermost_opening():
    with pytest.raises(PromqlError) as caught:
        tokenize("sum(rate(x[5m])")
    assert (caught.value.start, caught.value.end) == (3, 4)


@pytest.mark.parametrize("text", ["0" * 100_000 + "x", "1h" * 50_000 + "x", '"' + "\\" * 100_001, "a:" * 50_000 + "!"])
def test_hostile_text_is_refused_at_once(text):
    with pytest.raises(PromqlError):
        tokenize(text)
