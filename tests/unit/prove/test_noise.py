import pytest

from surefoot.prove.incidents import Incident
from surefoot.prove.judging import Judgement
from surefoot.prove.noise import by_week, firing_by_day, per_week, ranking
from surefoot.prove.past import AlertPast, Interval, Range

pytestmark = pytest.mark.req("ALR-5")
MINUTE, DAY = 60_000, 86_400_000
OVER = Range(0, 10 * DAY, MINUTE)
JUDGED = Judgement(short=5 * MINUTE, flap=15 * MINUTE, grace=0)


def alert(name: str, *firings: tuple[int, int | None], tier: str = "page") -> AlertPast:
    return AlertPast(name, name, "Burn", tier, "P2", (), tuple(Interval(*one) for one in firings))  # type: ignore[arg-type]


def test_the_noisy_come_first_with_the_reason():
    calm = alert("calm", (DAY, DAY + 60 * MINUTE))
    noisy = alert("noisy", (DAY, DAY + 2 * MINUTE), (DAY + 10 * MINUTE, DAY + 30 * MINUTE), (5 * DAY, None))
    incidents = [Incident(DAY, DAY + MINUTE, "", "")]
    first, second = ranking([calm, alert("silent"), noisy], incidents, JUDGED, OVER)
    assert first.alert is noisy
    assert (first.firings, first.short, first.flaps, first.unmatched) == (3, 1, 1, 2)
    assert (second.alert, second.score) == (calm, 0)
    assert ranking([calm], None, JUDGED, OVER)[0].unmatched is None


def test_firings_are_counted_by_week_and_scaled():
    alerts = [alert("a", (0, 1), (8 * DAY, None)), alert("b", (DAY, 2 * DAY), tier="ticket")]
    assert by_week(alerts, OVER) == {"page": [1, 1], "ticket": [1, 0]}
    assert per_week(10, OVER) == pytest.approx(7)


def test_the_share_of_each_day_is_that_of_its_firings():
    days = firing_by_day(alert("a", (DAY // 2, 2 * DAY), (9 * DAY + DAY // 4, None)), OVER)
    assert days == pytest.approx([0.5, 1, 0, 0, 0, 0, 0, 0, 0, 0.75])
