from datetime import timedelta

import promql_parser
import pytest

from surefoot.promql.parse import parse
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.promql.walk import bare, children, functions, metric_names, ranges, vector_selectors, walk

RATIO = 'sum(rate(x{a="b"}[5m])) / (sum(rate(y[1h])) > 0)'


def test_selectors_come_in_order_with_their_matchers():
    assert vector_selectors(parse(RATIO)) == [
        Selector("x", (Matcher("a", MatchOp.EQUAL, "b"),)),
        Selector("y"),
    ]


def test_metrics_are_named_once_and_patterns_not_at_all():
    assert metric_names(parse('x + x + {__name__=~"y.*"} + {__name__="z"}')) == {"x", "z"}


@pytest.mark.req("INT-6")
def test_ranges_and_subqueries_tell_their_length():
    tree = parse("rate(x[5m]) + max_over_time(rate(y[1h])[1d:5m]) + max_over_time((z)[1w:])")
    assert ranges(tree) == [
        (Selector("x"), timedelta(minutes=5)),
        (None, timedelta(days=1)),
        (Selector("y"), timedelta(hours=1)),
        (Selector("z"), timedelta(weeks=1)),
    ]


def test_functions_are_named_without_aggregations():
    assert functions(parse("sum(rate(x[5m])) + time() - holt_winters(x[5m], 0.1, 0.2)")) == {
        "rate",
        "time",
        "double_exponential_smoothing",
    }


def test_walk_goes_outside_in_and_left_to_right():
    kinds = [type(node).__name__ for node in walk(parse("topk(3, -(x)) + rate(y[5m]) * 2"))]
    assert kinds == [
        "BinaryExpr",
        "AggregateExpr",
        "NumberLiteral",
        "UnaryExpr",
        "ParenExpr",
        "VectorSelector",
        "BinaryExpr",
        "Call",
        "MatrixSelector",
        "VectorSelector",
        "NumberLiteral",
    ]


def test_leaves_have_no_children():
    assert [*children(parse("5"))] == [*children(parse("x"))] == [*children(parse('"a"'))] == []


def test_bare_takes_off_every_parenthesis():
    assert isinstance(bare(parse("((x))")), promql_parser.VectorSelector)
