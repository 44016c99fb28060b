import pytest

from surefoot.domain.rules.witness import matches, witness
from surefoot.promql.selector import parse_selector


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ('x{code=~"5.."}', {"code": "500"}),
        ('x{code!~"5..",job="a"}', {"code": "200", "job": "a"}),
        ('x{le=~"1|1\\\\.0"}', {"le": "1"}),
        ('x{outcome=~"(accepted|declined)"}', {"outcome": "accepted"}),
        ('x{path=~"/api/.+"}', {"path": "/api/x"}),
        ('x{mode=~"[ab]z"}', {"mode": "az"}),
        ('x{reason!="ok"}', {"reason": "200"}),
        ('x{reason=""}', {}),
        ("x", {}),
    ],
)
def test_a_series_is_made_up_that_a_selector_means(selector, expected):
    found = witness(parse_selector(selector))
    assert found is not None
    assert dict(found) == {"__name__": "x", **expected}
    assert matches(parse_selector(selector), found)


@pytest.mark.parametrize("selector", ['x{a=~"(b{3}c)+"}', '{job="api"}', 'x{a="1",a="2"}', 'x{a=~"(?U)b"}'])
def test_what_cannot_be_spelt_out_has_no_witness(selector):
    assert witness(parse_selector(selector)) is None


def test_a_series_can_avoid_another_selector():
    errors, total = parse_selector('x{code=~"5..|200"}'), parse_selector("x")
    found = witness(total, [errors])
    assert dict(found or ()) == {"__name__": "x"}
    assert witness(errors, [total]) is None


def test_a_pattern_that_cannot_be_tested_matches_nothing():
    assert not matches(parse_selector('x{a!~"(?U)b"}'), (("__name__", "x"),))
