"""The closed form holds within one scrape and one evaluation, whenever an outage begins."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.domain.rules.outages import Pace, timed
from surefoot.domain.rules.story import Form, Signal, Story, Window
from surefoot.domain.slo.budget import budget_ratio
from surefoot.promql.semantics import Semantics
from surefoot.prove.firing import observe
from surefoot.spec.rulefile import Rule, RuleGroup

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
LEGS = ((HOUR, 5 * MINUTE, 14.4, "1h", "5m"), (6 * HOUR, 30 * MINUTE, 6.0, "6h", "30m"))


def _rules(b: float) -> RuleGroup:
    records = [
        Rule("record", f"r{window}", f"sum(rate(bad[{window}])) / sum(rate(all[{window}]))")
        for window in ("5m", "30m", "1h", "6h")
    ]
    legs = [f"(r{long} > ({factor!r} * {b!r}) and r{short} > ({factor!r} * {b!r}))" for *_, factor, long, short in LEGS]
    return RuleGroup("g", (*records, Rule("alert", "Burns", " or ".join(legs))))


@pytest.mark.req("SLO-10", "SLO-4")
@settings(max_examples=40)
@given(
    objective=st.sampled_from((99.9, 99.5, 99.0, 95.0)),
    times=st.floats(1.05, 60),
    begins=st.integers(0, 59),
    turn=st.integers(0, 14),
    pace=st.sampled_from(((15, 15), (15, 60), (60, 60))),
    version=st.sampled_from(("2.42", "3.0")),
)
def test_detection_and_reset_stay_within_their_bound(objective, times, begins, turn, pace, version):
    b = budget_ratio(objective)
    e = min(1.0, 6 * b * times)
    legs = tuple((Window(long, factor * b), Window(short, factor * b)) for long, short, factor, *_ in LEGS)
    signals = tuple(
        Signal((("__name__", name),), Form.COUNTER, good, bad)
        for name, good, bad in (("bad", 0, 100 * e), ("all", 100, 100))
    )
    paced = Pace(pace[0] * SECOND, pace[1] * SECOND)
    blank = Story("", signals, e, 6 * HOUR + 10 * MINUTE + begins * SECOND, timedelta(), timedelta(), legs)
    story = timed(blank, paced)
    seen = observe(story, _rules(b), Semantics.of(version), (paced.scrape, paced.evaluation), turn)
    assert not seen.early
    assert seen.fires is not None
    assert seen.stops is not None
    assert story.theory is not None
    assert story.reset is not None
    assert -paced.scrape <= seen.fires - story.theory <= paced.slack
    assert -paced.scrape <= seen.stops - story.reset <= paced.slack
