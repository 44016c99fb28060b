import promql_parser
import pytest

from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.walk import functions, metric_names, vector_selectors


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(PromqlError) as caught:
        parse(text)
    error = caught.value
    assert 0 <= error.start <= error.end <= len(text)
    return text[error.start : error.end], error.message


@pytest.mark.parametrize(
    "text",
    [
        'sum(rate(x{code=~"5.."}[5m])) / (sum(rate(x[5m])) > 0)',
        "SUM BY (a) (x)",
        "x # a comment with ( and '",
        "x offset -5m @ start()",
        "max_over_time(rate(x[5m])[1h:])",
        "sum",
        "x - 1e30",
    ],
)
def test_promql_parses(text):
    assert isinstance(parse(text), promql_parser.Expr)


def test_holt_winters_is_read_under_its_new_name():
    tree = parse('holt_winters(x{a="holt_winters("}[5m], 0.1, 0.2) + holt_winters (y[5m], 0.1, 0.2)')
    assert functions(tree) == {"double_exponential_smoothing"}
    assert vector_selectors(tree)[0].matchers[0].value == "holt_winters("


def test_a_metric_called_holt_winters_keeps_its_name():
    assert metric_names(parse("holt_winters")) == {"holt_winters"}


@pytest.mark.req("INT-6", "INT-4")
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x * / y", "/", "one is too many"),
        ("x ==", "==", "nothing on its right"),
        ("sum(x + )", "+", "nothing on its right"),
        ("* x", "*", "nothing on its left"),
        ("or x", "or", "nothing on its left"),
        ("x or", "or", "nothing on its right"),
        ("x y", "y", "expected an operator"),
        ("x andd y", "andd", "did you mean 'and'?"),
        ("x offst 5m", "offst", "did you mean 'offset'?"),
        ("x = y", "=", "write '=='"),
        ("x =~ y", "=~", "inside braces"),
        ("x bool 1", "bool", "must follow an operator"),
        ("x + bool y", "bool", "remove it"),
        ("sum(x) by job", "by", "labels in parentheses"),
        ("sum by (1) (x)", "1", "no label name"),
        ("sum by (a b) (x)", "b", "expected ',' or ')'"),
        ("sum by (a)", ")", "lacks its expression"),
        ("sum by (a) (x) by (b)", "by", "keep one list"),
        ("rate(x[5m]) by (a)", "by", "may only follow an aggregation"),
        ("by (a) sum(x)", "by", "cannot stand here"),
        ("x + group_left y", "group_left", "'on (...)'"),
        ("x / on y", "on", "labels in parentheses"),
        ("a, b", ",", "separate arguments"),
        ("sum(x,)", ",", "remove it"),
        ("()", "(", "hold no expression"),
        ("rat(x[5m])", "rat", "did you mean 'rate'?"),
        ("RATE(x[5m])", "RATE", "lower case"),
        ("frobnicate_xyz(x)", "frobnicate_xyz", "none of that name"),
        ("x{a}", "}", "write one of"),
        ('x{a=="b"}', "==", "write '='"),
        ("x{a=b}", "b", "quoted string"),
        ('x{a="b" c="d"}', "c", "expected ','"),
        ('x{a:b="c"}', "a:b", "no label name"),
        ("x{,}", ",", "no label name"),
        ("x[]", "[", "one duration for a range"),
        ("x[y]", "y", "one duration for a range"),
        ("x[5m:1m:1m]", ":", "two for a subquery"),
        ("x[1m1h]", "1m1h", "in the order"),
        ("x[300y]", "300y", "292 years"),
        ("x[1e30]", "1e30", "292 years"),
        ("x offset", "offset", "needs a duration"),
        ("x offset y", "y", "needs a duration"),
        ("x @", "@", "needs a Unix time"),
        ("x @ start(1)", "1", "no arguments"),
        ("x @ -5", "5", "1970 to 9999"),
        ("x @ 1e15", "1e15", "1970 to 9999"),
        ('x{a="1" or b="2"}', "or", "regular expression"),
        ("x{", "{", "never closed"),
    ],
)
def test_syntax_error_is_pointed_at(text, place, message):
    found, said = refusal(text)
    assert found == place
    assert message in said


@pytest.mark.req("INT-6", "INT-4")
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("1 + rate(y)", "rate", "expected type matrix in call to function 'rate', got vector: add a range"),
        ("rate(x[5m]) + rate(y)", "rate", "add a range"),
        ("sum(x[5m])", "sum", "remove the range"),
        ("a + sum by (a) (x[5m])", "sum", "remove the range"),
        ("ceil(1)", "ceil", "vector(...)"),
        ("holt_winters(x, 1, 2)", "holt_winters", "'holt_winters'"),
        ("topk(x)", "topk", "wrong number of arguments"),
        ("a / sum()", "sum", "no arguments"),
        ("round(x, 1, 2)", "round", "at most 2"),
        ("1 + 2 * 3 - x[5m]", "-", "binary expression"),
        ("sum(a + x[5m]) + b", "+", "binary expression"),
        ("x > 2 and (3 > 1)", ">", "'bool'"),
        ("1 and x", "and", "set operator"),
        ("a and on(x) group_left(y) b", "and", "no grouping"),
        ("-x[5m:]", "-", "unary"),
        ("sum(x)[5m] + 1", "[5m]", "subquery, such as [5m:]"),
        ("x[5m][6m]", "[6m]", "subquery, such as [5m:]"),
        ("(x) offset 5m", "offset", "must be preceded"),
        ("x offset 5m offset 6m", "offset", "multiple times"),
        ("a + {}", "{}", "matches everything"),
        ('a + {b=~".*"}', '{b=~".*"}', "matches everything"),
        ('sum(y{a=~"b"}) / sum(x{a=~"(?=a)"})', '"(?=a)"', "RE2"),
        (r'x{a="\q"}', r'"\q"', "escape"),
        ("x[0s]", "0s", "greater than 0"),
    ],
)
def test_type_error_is_pointed_at(text, place, message):
    found, said = refusal(text)
    assert found == place
    assert message in said


def test_the_wrong_one_of_two_calls_is_meant():
    with pytest.raises(PromqlError) as caught:
        parse("rate(x[5m]) + rate(y)")
    assert caught.value.start == len("rate(x[5m]) + ")


@pytest.mark.req("INT-6")
@pytest.mark.parametrize("text", ["", "  ", "# nothing"])
def test_empty_text_is_refused(text):
    assert refusal(text)[1] == "the expression is empty"


@pytest.mark.parametrize("text", ["(" * 5000 + "x" + ")" * 5000, "-" * 5000 + "x", "+".join(["x"] * 5000)])
def test_depth_that_would_end_the_process_is_an_error(text):
    assert "split it" in refusal(text)[1]


def test_many_terms_side_by_side_are_fine():
    parse("sum(" + " + ".join(['rate(x{a="b",c="d"}[5m])'] * 300) + ")")


def test_half_a_character_is_refused():
    with pytest.raises(PromqlError, match="half a character") as caught:
        parse('x{a="\ud800"}')
    assert (caught.value.start, caught.value.end) == (5, 6)


def test_trees_are_not_shared():
    tree = parse("x")
    assert isinstance(tree, promql_parser.VectorSelector)
    tree.name = "y"
    assert metric_names(parse("x")) == {"x"}
