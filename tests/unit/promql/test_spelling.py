from surefoot.promql.selector import Matcher, MatchOp, Selector, parse_selector
from surefoot.promql.spelling import spell
from surefoot.promql.tokens import tokenize


def test_only_what_the_parser_does_not_know_is_respelled():
    text = r"holt_winters (x{a=~`b\.\"`}[5m], 1, 1) + holt_winters"
    assert spell(tokenize(text)) == (
        r'double_exponential_smoothing ( x { a =~ "b\\.\\\"" } [ 5m ] , 1 , 1 ) + holt_winters'
    )


def test_escapes_in_backticks_are_plain_text():
    assert parse_selector(r"x{a=~`b\.\d`}") == Selector("x", (Matcher("a", MatchOp.REGEX, r"b\.\d"),))
