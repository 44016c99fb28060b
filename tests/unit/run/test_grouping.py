from itertools import pairwise

from surefoot.promql.series import Labels
from surefoot.run.grouping import Grouping, Known, Pace, fingerprint

PACE = Pace(wait=30, interval=300, repeat={"P1": 3600, "P2": 7200}, retry=5, longest=60)
PAGE: Labels = (("alertname", "Burn"), ("priority", "P1"), ("service", "shop"), ("sloth_id", "shop-a"))
OTHER: Labels = (("alertname", "Burn"), ("pod", "b"), ("priority", "P2"), ("service", "shop"), ("sloth_id", "shop-a"))


def _known(labels: Labels = PAGE, started: int = 0) -> Known:
    return Known(labels, {}, started)


def _send(grouping: Grouping, now: int) -> list[tuple[bool, int]]:
    found = grouping.due(now)
    for notification in found:
        grouping.sent(notification, now)
    return [(one.firing, len(one.alerts)) for one in found]


def test_a_group_waits_for_others_and_goes_out_together():
    grouping = Grouping(PACE)
    grouping.take(0, [_known()])
    assert _send(grouping, 29) == []
    grouping.take(20, [_known(), _known(OTHER)])
    assert _send(grouping, 30) == [(True, 2)]


def test_news_wait_for_the_interval_and_silence_for_the_repeat_of_the_gravest():
    grouping = Grouping(PACE)
    grouping.take(0, [_known()])
    assert _send(grouping, 30) == [(True, 1)]
    grouping.take(40, [_known(), _known(OTHER)])
    assert _send(grouping, 329) == []
    assert _send(grouping, 330) == [(True, 2)]
    sent = [now for now in range(331, 8000) if _send(grouping, now)]
    assert sent[0] >= 330 + 3600
    assert sent[0] <= 330 + 3600 + 300


def test_the_end_is_told_once_and_the_group_is_forgotten():
    grouping = Grouping(PACE)
    grouping.take(0, [_known()])
    _send(grouping, 30)
    grouping.take(50, [])
    found = grouping.due(330)
    assert [alert.ended for one in found for alert in one.alerts] == [50]
    assert not found[0].firing
    grouping.sent(found[0], 330)
    assert grouping.groups == {}


def test_an_alert_that_ends_before_anybody_was_told_is_never_told():
    grouping = Grouping(PACE)
    grouping.take(0, [_known()])
    grouping.take(10, [])
    assert _send(grouping, 30) == []
    assert grouping.groups == {}


def test_a_failed_delivery_is_tried_again_with_growing_pauses():
    grouping = Grouping(PACE)
    grouping.take(0, [_known()])
    tries = []
    for now in range(30, 400):
        for notification in grouping.due(now):
            tries.append(now)
            grouping.failed(notification, now)
    assert tries[:5] == [30, 35, 45, 65, 105]
    assert {later - earlier for earlier, later in pairwise(tries[4:])} == {60}
    assert _send(grouping, 500) == [(True, 1)]


def test_an_end_that_could_not_be_told_is_told_later():
    grouping = Grouping(PACE)
    grouping.take(0, [_known()])
    _send(grouping, 30)
    grouping.take(40, [])
    (lost,) = grouping.due(330)
    grouping.failed(lost, 330)
    assert _send(grouping, 335) == [(False, 1)]


def test_fingerprints_are_alertmanagers():
    # FNV-1a over name, 0xff, value, 0xff in the order of the names; computed step by step by hand for one pair
    expected = 0xCBF29CE484222325
    for byte in b"a\xffb\xff":
        expected = ((expected ^ byte) * 0x100000001B3) % (1 << 64)
    assert fingerprint((("a", "b"),)) == f"{expected:016x}"
    assert fingerprint((("b", "1"), ("a", "2"))) == fingerprint((("a", "2"), ("b", "1")))
