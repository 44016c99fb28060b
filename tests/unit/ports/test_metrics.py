from collections.abc import Sequence

from surefoot.ports.metrics import Fetched, Progress, fetched_for, merged, within
from surefoot.promql.engine import Steps
from surefoot.promql.selector import Selector
from surefoot.promql.series import Series

UP = {"__name__": "up"}


class Asked:
    """A source that has nothing and remembers what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[str], int, int]] = []

    def fetch(self, selectors: Sequence[Selector], start: int, end: int, progress: Progress | None = None) -> Fetched:
        del progress
        self.calls.append(([one.render() for one in selectors], start, end))
        return Fetched((), ("nothing is known",))


def test_parts_become_one_series_in_the_order_of_labels():
    parts = [
        Fetched((Series.of(UP, [3, 4], [30, 40]),), ("a gap",)),
        Fetched((Series.of({"__name__": "down"}, [1], [1]), Series.of(UP, [1, 3], [10, 31])), ("a gap",)),
    ]
    found = merged(parts)
    assert [dict(one.labels)["__name__"] for one in found.series] == ["down", "up"]
    assert found.series[1].times.tolist() == [1, 3, 4]
    assert found.series[1].values.tolist() == [10, 30, 40]
    assert found.gaps == ("a gap",)


def test_a_series_is_cut_at_both_ends():
    whole = Series.of(UP, [1, 2, 3, 4], [1, 2, 3, 4])
    cut = within(whole, 2, 3)
    assert cut is not None
    assert cut.values.tolist() == [2, 3]
    assert within(whole, 1, 4) is whole
    assert within(whole, 5, 9) is None


def test_selectors_that_look_at_the_same_time_are_read_together():
    source = Asked()
    found = fetched_for(source, "rate(a[10m]) / rate(b[10m]) > c offset 1h", Steps(10_000_000, 10_000_000, 1))
    assert source.calls == [(["a", "b"], 9_400_000, 10_000_000), (["c"], 6_100_000, 6_400_000)]
    assert found.gaps == ("nothing is known",)
