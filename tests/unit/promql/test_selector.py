import pytest
from promql_parser import VectorSelector

from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.selector import Matcher, MatchOp, Selector, parse_selector, selector_of

FIVES = Matcher("code", MatchOp.REGEX, "5..")
API = Matcher("job", MatchOp.EQUAL, "api")


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("up", Selector("up")),
        ("up{}", Selector("up")),
        ('x{job="api",code=~"5.."}', Selector("x", (API, FIVES))),
        ('x{ job = "api" ,\n code =~ "5..", }', Selector("x", (API, FIVES))),
        (' x{job="api"} ', Selector("x", (API,))),
        ("x{job='api'}", Selector("x", (API,))),
        (r'x{le=~"1(\\.0)?"}', Selector("x", (Matcher("le", MatchOp.REGEX, r"1(\.0)?"),))),
        (
            'x{a!="b",c!~"d"}',
            Selector("x", (Matcher("a", MatchOp.NOT_EQUAL, "b"), Matcher("c", MatchOp.NOT_REGEX, "d"))),
        ),
        ('{__name__="x",job="api"}', Selector("x", (API,))),
        ('{__name__=~"x.*"}', Selector("", (Matcher("__name__", MatchOp.REGEX, "x.*"),))),
        ('{job="api"}', Selector("", (API,))),
        ('sum{on="a"}', Selector("sum", (Matcher("on", MatchOp.EQUAL, "a"),))),
    ],
)
def test_bare_selectors_are_read(text, selector):
    assert parse_selector(text) == selector


@pytest.mark.parametrize(
    "text", ["up", "up{}", 'x{job="api",code=~"5.."}', 'x{a=~"a|b-c/.+",b!~".*"}', 'sum{by="1"}', "x{a='b'}"]
)
def test_quick_way_and_parser_agree(text):
    node = parse(text)
    assert isinstance(node, VectorSelector)
    assert parse_selector(text) == selector_of(node)


@pytest.mark.req("INT-6")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x[5m]", "["),
        ("x offset 5m", "offset"),
        ('x{a="@"} @ 5', "@"),
        ("sum(x)", "sum(x)"),
        ("x + y", "x + y"),
        ("5", "5"),
        ("(x)", "(x)"),
        ("{}", "{}"),
        ("on", "on"),
        ("inf", "inf"),
        ('x{1a="b"}', "1a"),
        ('x{a-b="c"}', "-"),
        ('x{a="b" c="d"}', "c"),
        ('x{a=~"("}', '"("'),
        ('x{a=~"*"}', '"*"'),
        ('x{__name__="y"}', "x"),
        ('x{a="b",,}', ","),
    ],
)
def test_anything_else_is_refused(text, place):
    with pytest.raises(PromqlError) as caught:
        parse_selector(text)
    assert text[caught.value.start : caught.value.end] == place


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (Selector("up"), "up"),
        (Selector("x", (API, FIVES)), 'x{job="api",code=~"5.."}'),
        (Selector("", (API,)), '{job="api"}'),
        (Selector("x", (Matcher("a", MatchOp.EQUAL, 'q"\\\n'),)), r'x{a="q\"\\\n"}'),
        (Selector("on", (API,)), '{__name__="on",job="api"}'),
        (Selector("http.requests", (Matcher("a.b", MatchOp.EQUAL, "c"),)), '{"http.requests","a.b"="c"}'),
    ],
)
def test_rendered_text_reads_back(selector, text):
    assert selector.render() == text
    assert parse_selector(text) == selector


def test_extra_matchers_come_first_and_own_ones_win():
    extra = [Matcher("job", MatchOp.EQUAL, "other"), FIVES, Matcher("__name__", MatchOp.EQUAL, "y")]
    assert Selector("x", (API,)).with_matchers(extra) == Selector("x", (FIVES, API))


def test_a_label_can_be_dropped():
    assert Selector("x", (API, FIVES)).without("job") == Selector("x", (FIVES,))


def test_hostile_text_is_refused_at_once():
    with pytest.raises(PromqlError):
        parse_selector('x{a="b"' + " " * 100_000 + "x")
