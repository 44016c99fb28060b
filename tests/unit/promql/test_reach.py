import pytest

from surefoot.promql.engine import Steps
from surefoot.promql.error import PromqlError
from surefoot.promql.reach import reaches

MINUTE = 60_000
NOON = 1_767_614_400_000
LOOKBACK = 5 * MINUTE


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("x", -5, 60),
        ("x offset 1h", -65, 0),
        ("x offset -10m", 5, 70),
        ("rate(x[30m])", -30, 60),
        ("rate(x[5m] offset 1h)", -65, 0),
        (f"x @ {NOON // 1000}", -5, 0),
        ("x @ start()", -5, 0),
        ("x @ end() offset 10m", 45, 50),
        ("max_over_time(x[1h:1m])", -65, 60),
        ("max_over_time(rate(x[5m])[1h:1m] offset 1d)", -65 - 1440, 60 - 1440),
        ("max_over_time(x[1h:1m] @ start())", -65, 0),
        ("sum(x) / sum(x offset 1h)", -65, 60),
        ("rate(x[30m]) > 0.5 and x", -30, 60),
        ("(-x) ^ 2", -5, 60),
    ],
)
def test_an_expression_tells_which_samples_it_looks_at(text: str, first: int, last: int):
    (found,) = reaches(text, Steps(NOON, NOON + 60 * MINUTE, MINUTE), LOOKBACK)
    assert found.selector.render() == "x"
    assert ((found.start - NOON) / MINUTE, (found.end - NOON) / MINUTE) == (first, last)


def test_each_selector_comes_once_in_the_order_written():
    found = reaches('b + a + b{c="d"} + b + topk(scalar(k), a)', Steps(NOON, NOON, 1))
    assert [one.selector.render() for one in found] == ["b", "a", 'b{c="d"}', "k"]


def test_steps_end_where_the_last_evaluation_is():
    (found,) = reaches("x", Steps(NOON, NOON + 100_000, MINUTE))
    assert found.end == NOON + MINUTE


def test_nothing_is_read_for_numbers():
    assert reaches("1 + time()", Steps(NOON, NOON, 1)) == []


def test_what_does_not_parse_is_refused():
    with pytest.raises(PromqlError):
        reaches("sum(x", Steps(NOON, NOON, 1))
