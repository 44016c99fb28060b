import pytest

from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.regex import complaint
from surefoot.promql.selector import parse_selector


@pytest.mark.req("INT-6")
@pytest.mark.parametrize(
    ("pattern", "cure"),
    [
        ("a**", "parentheses"),
        ("a*+", "parentheses"),
        ("a???", "parentheses"),
        ("x{1}{2}", "parentheses"),
        ("a{2,1001}", "1000"),
        ("(?x) a", "flags"),
        ("(?u)a", "flags"),
        ("(?iR)a", "flags"),
        ("(?<n>a)", "(?P<name>...)"),
        (r"\u0041", r"\x{...}"),
    ],
)
def test_what_prometheus_refuses_is_told(pattern, cure):
    assert cure in complaint(pattern)
    with pytest.raises(PromqlError) as caught:
        parse_selector(f"x{{y=~`{pattern}`}}")
    assert caught.value.start == len("x{y=~")


@pytest.mark.parametrize(
    "pattern",
    [
        "a*?",
        "a??",
        "a{2}?",
        "(?i)a",
        "(?i-s:a)",
        "(?P<n>a)",
        "(?:a+)+",
        r"\*\*",
        "[*+?]+",
        "[]*+]",
        "a{1000}",
        "x1001",
    ],
)
def test_what_prometheus_takes_passes(pattern):
    assert not complaint(pattern)
    parse(f"x{{y=~`{pattern}`}}")
