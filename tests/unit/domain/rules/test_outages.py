from datetime import timedelta

import pytest

from surefoot.domain.rules.outages import Pace
from surefoot.domain.rules.trials import Trial, trials
from tests.workspaces import resolved

SPEC = """
service: shop
slos:
  served: {target: 99.9%, bad: 'requests_total{code="500"}', total: requests_total}
"""


@pytest.fixture
def page(tmp_path) -> Trial:
    system = resolved(tmp_path, SPEC)
    return next(trials(system.services["shop"], system))


@pytest.mark.req("SLO-10")
def test_the_grid_goes_around_every_threshold(page, tmp_path):
    told = {story.name: story for story in page.stories(resolved(tmp_path, SPEC))}
    assert list(told) == ["below", "above 1h", "twice 1h", "above 6h", "twice 6h", "total"]
    assert told["below"].theory is None
    assert told["twice 1h"].theory == timedelta(minutes=30)
    assert told["total"].ratio == 1


def test_no_outage_ends_while_a_leg_turns_true(page, tmp_path):
    slack = Pace(timedelta(seconds=15), timedelta(seconds=15)).slack
    for story in page.stories(resolved(tmp_path, SPEC)):
        for leg in story.legs:
            at = max(window.length * (window.theta / story.ratio) for window in leg)
            assert abs(at - (story.end - story.start)) > slack


def test_an_objective_split_by_labels_has_history_enough_to_miss_it(tmp_path):
    system = resolved(tmp_path, SPEC.replace("requests_total}", "requests_total, by: route}"))
    gone = next(one for one in trials(system.services["shop"], system) if one.burning is None and one.slo)
    (story,) = gone.stories(system)
    assert story.start > timedelta(hours=1)
    assert ("route", "x") in story.signals[0].labels
