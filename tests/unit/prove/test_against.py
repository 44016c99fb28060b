import pytest

from surefoot.prove.against import against
from surefoot.prove.past import AlertPast, Interval


def alert(*firings: tuple[int, int | None], priority: str = "P2") -> AlertPast:
    labels = (("priority", priority), ("zone", "a"))
    return AlertPast("shop/kept", "shop", "Burn", "page", priority, labels, tuple(Interval(*one) for one in firings))


@pytest.mark.req("SLO-10")
def test_firings_appear_disappear_move_or_stay():
    old = alert((10, 20), (30, 40), (50, None))
    new = alert((10, 20), (35, 45), (90, 95), priority="P1")
    found = against([old], [new], 100)
    assert found.same == 1
    assert [one.interval.start for one in found.moved] == [35, 90]  # the old one fires to the end
    assert found.appeared == ()
    assert found.disappeared == ()
    alone = against([], [new], 100)
    assert [one.interval.start for one in alone.appeared] == [10, 35, 90]
    assert [one.interval.start for one in against([new], [], 100).disappeared] == [10, 35, 90]
