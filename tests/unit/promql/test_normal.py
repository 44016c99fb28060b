import pytest

from surefoot.promql.error import PromqlError
from surefoot.promql.normal import equal, normalise


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sum(x)", " sum ( x ) # the sum"),
        ("((x)) + (y)", "x + y"),
        ("(a * b) + c", "a * b + c"),
        ("(a - b) - c", "a - b - c"),
        ("a ^ (b ^ c)", "a ^ b ^ c"),
        ("rate((x[5m]))", "rate(x[5m])"),
        ('x{a="1",b="2"}', 'x{b="2", a="1",}'),
        ('{__name__="x",a="1"}', 'x{a="1"}'),
        ("sum by (a, b) (x)", "sum(x) by (b, a)"),
        ("sum without (a, b) (x)", "sum(x) without (b, a)"),
        ("SUM(x) BY (a) OR y", "sum by (a) (x) or y"),
        ("sum by () (x)", "sum(x)"),
        ("a / on(x, y) group_left(v, w) b", "a / on (y,x) group_left (w,v) b"),
        ("a / ignoring(x, y) b", "a / ignoring(y, x) b"),
        ("a / ignoring() b", "a / b"),
        ("x > 1.0", "x > 1"),
        ("x > 0.5", "x > .5"),
        ("x > 1e3", "x > 0x3E8"),
        ("x > -(1)", "x > -1"),
        ("x[60m]", "x[1h]"),
        ("x[7d:1m]", "x[1w:60s]"),
        ("x offset 1h @ 5", "x @ 5.0 offset 60m"),
        ("'a'", '"a"'),
        ("holt_winters(x[5m],1,1)", "double_exponential_smoothing(x[5m],1,1)"),
    ],
)
def test_same_meaning_same_form(left, right):
    assert equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("a + b", "b + a"),
        ("a - (b - c)", "a - b - c"),
        ("(a ^ b) ^ c", "a ^ b ^ c"),
        ("(a or b) and c", "a or b and c"),
        ("(-1) ^ 2", "-1 ^ 2"),
        ("(-a) ^ 2", "-a ^ 2"),
        ("2 ^ (-a)", "-(2 ^ a)"),
        ("x > bool 1", "x > 1"),
        ("sum without () (x)", "sum(x)"),
        ("sum by (a) (x)", "sum without (a) (x)"),
        ("a / on() b", "a / b"),
        ("a / on(x) group_left b", "a / on(x) group_right b"),
        ("a / on(x) group_left(v) b", "a / on(x) group_left b"),
        ("a / ignoring() group_left b", "a / b"),
        ("x > -0", "x > 0"),
        ("x offset 1h", "x offset -1h"),
        ("x @ start()", "x @ end()"),
        ("x @ 0.001", "x @ 0"),
        ("x[5m:]", "x[5m:1m]"),
        ('x{a="1"}', 'x{a!="1"}'),
        ("0.0009999999999999432", "0.001"),
        ("a + on(x) fill_left(0) b", "a + on(x) fill_right(0) b"),
    ],
)
def test_other_meaning_other_form(left, right):
    assert not equal(left, right)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('sum( rate(x{b="2",a="1"}[60m]) ) BY (k,j)', 'sum by (j,k) (rate(x{a="1",b="2"}[1h]))'),
        ("-x+1", "(-x) + 1"),
        ("-(x^2)", "-(x ^ 2)"),
        ("(-1)^2", "(-1) ^ 2"),
        ("--x", "--x"),
        ("-(-(1)) + x", "1 + x"),
        ("(-(2)) ^ -(1)", "(-2) ^ (-1)"),
        ("(x offset 5m)[1h:]", "(x offset 5m)[1h:]"),
        ("sum(x)[1h:] offset -1d", "sum(x)[1h:] offset -1d"),
        ("topk(3, x)", "topk(3, x)"),
        ("label_join(x, 'a', ',')", 'label_join(x, "a", ",")'),
        ("Inf + nan - -inf", "Inf + NaN - -Inf"),
        ("1e21", "1e+21"),
        ("x[0.0005]", "x[0.0005]"),
        ("{__name__='on'}", '{__name__="on"}'),
        ("a + fill(0) b", "a + fill_left (0) fill_right (0) b"),
    ],
)
def test_form_reads_well_and_is_stable(text, form):
    assert normalise(text) == form
    assert normalise(form) == form


@pytest.mark.req("INT-6")
def test_text_that_does_not_parse_has_no_form():
    with pytest.raises(PromqlError):
        equal("x", "x +")
