from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surefoot.promql.duration import format_duration, parse_duration
from surefoot.promql.normal import normalise
from surefoot.promql.parse import parse
from surefoot.promql.quote import quote
from surefoot.promql.selector import Matcher, MatchOp, Selector, parse_selector, selector_of
from surefoot.promql.tokens import tokenize

NAMES = st.from_regex("[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
LABELS = NAMES.filter(lambda name: name != "__name__")
METRICS = st.from_regex("[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", fullmatch=True) | st.sampled_from(
    ["on", "sum", "by", "offset", "inf", "NaN", "bool", "start", "and", "group_left", "fill"]
)
PLAIN = st.builds(Matcher, LABELS, st.sampled_from([MatchOp.EQUAL, MatchOp.NOT_EQUAL]), st.text(max_size=8))
PATTERNS = st.builds(
    Matcher,
    LABELS,
    st.sampled_from([MatchOp.REGEX, MatchOp.NOT_REGEX]),
    st.sampled_from(["5..", "a|b", ".*", "a.+b", r"1(\.0)?", "[45]..", r"\d+", "a{2,3}", "", '"', "é"]),
)
SELECTORS = st.builds(Selector, METRICS, st.lists(PLAIN | PATTERNS, max_size=4).map(tuple))
PIECES = """x y sum rate by on ( ) [ ] { } , + - * == = =~ "a" 'b' 5 5m 1h30m : offset @ and bool inf `
# " group_left start() {} [5m] (x) without"""
ANYTHING = st.text(max_size=30) | st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=14).map("".join)


def attempt(read, text):
    try:
        return read(text), None
    except ValueError as error:
        return None, error


def expressions():
    signs = st.sampled_from(["{}", "({})", "-{}", "-({})", "-(-({}))"])
    values = st.floats(min_value=0, width=32).map(lambda value: str(value).replace("inf", "Inf"))
    numbers = st.builds(str.format, signs, values)
    arithmetic = st.sampled_from(["+", "-", "*", "/", "%", "^", "atan2", "==", "> bool"])
    sets = st.sampled_from(["and", "or", "unless", "and ignoring()"])
    return st.recursive(
        SELECTORS.map(Selector.render) | numbers.map("vector({})".format),
        lambda inner: st.one_of(
            st.builds("{} {} {}".format, inner, arithmetic | sets, inner),
            st.builds("{} {} {}".format, inner, arithmetic, numbers),
            st.builds("{} {} ({})".format, numbers, arithmetic, inner),
            st.builds("({}) / on (b, a) group_left () ({})".format, inner, inner),
            st.builds("({})".format, inner),
            st.builds("-{}".format, inner),
            st.builds("sum({}) by (b, a)".format, inner),
            st.builds("max_over_time(({})[1h:60s] offset 90m)".format, inner),
        ),
        max_leaves=8,
    )


@given(st.integers(0, 9_223_372_036_854))
@example(31_536_000_000)
def test_durations_survive_writing_and_reading(milliseconds):
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


@given(st.text(alphabet="0123456789ywdhms .-", max_size=12))
def test_a_duration_is_read_or_refused_with_a_cure(text):
    duration, error = attempt(parse_duration, text)
    if error is None:
        assert parse_duration(format_duration(duration)) == duration
    else:
        assert str(error).startswith("duration ")


@given(st.text())
def test_a_quoted_string_is_one_token_that_the_parser_reads_back(value):
    text = quote(value)
    assert [token.text for token in tokenize(text)] == [text]
    assert parse(text).val == value


@given(SELECTORS)
def test_selectors_survive_writing_and_reading(selector):
    assert parse_selector(selector.render()) == selector


@given(SELECTORS)
def test_quick_way_and_parser_agree_on_selectors(selector):
    text = selector.render()
    assert parse_selector(text) == selector_of(parse(text))


@pytest.mark.req("INT-6", "INT-4")
@given(ANYTHING)
def test_tokens_cover_the_whole_text(text):
    tokens, error = attempt(tokenize, text)
    if error is not None:
        assert 0 <= error.start < error.end <= len(text)
        return
    end = 0
    for token in tokens:
        assert not text[end : token.start].strip(" \t\r\n")
        assert text[token.start : token.end] == token.text != ""
        end = token.end
    assert not text[end:].strip(" \t\r\n")


@pytest.mark.req("INT-6", "INT-4")
@given(ANYTHING)
def test_any_text_parses_or_is_refused_with_a_place(text):
    tree, error = attempt(parse, text)
    if error is None:
        assert tree.prettify()
        assert parse(normalise(text)).prettify()
    else:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.message


@given(ANYTHING)
def test_a_bare_selector_is_read_or_refused(text):
    selector, _ = attempt(parse_selector, text)
    if selector is not None:
        assert parse_selector(selector.render()) == selector


@given(expressions())
def test_normal_form_is_stable_and_blind_to_parentheses(text):
    form = normalise(text)
    assert normalise(form) == form
    assert normalise(f"( ({text}) )") == form


@given(expressions(), expressions(), expressions(), st.sampled_from(["-", "/", "^", "and", "or", "=="]))
def test_normal_form_keeps_which_operator_binds_first(a, b, c, op):
    left = normalise(f"(({a}) {op} ({b})) {op} ({c})")
    right = normalise(f"({a}) {op} (({b}) {op} ({c}))")
    assert left != right
    assert normalise(f"({a}) {op} ({b}) {op} ({c})") == (right if op == "^" else left)
