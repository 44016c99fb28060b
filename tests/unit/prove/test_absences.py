from datetime import timedelta

import numpy as np
import pytest

from surefoot.promql.rules import Conditions, evaluate_groups
from surefoot.promql.series import NAME, Series, Storage, is_stale, stale_marker
from surefoot.prove.absences import absences
from surefoot.prove.past import Range
from surefoot.spec.rulefile import Rule, RuleGroup

pytestmark = pytest.mark.req("SLO-10", "ALR-5")
MINUTE = 60_000
OVER = Range(300 * MINUTE, 900 * MINUTE, MINUTE)


def alert(expr: str, **labels: str) -> RuleGroup:
    rule = Rule("alert", "Lost", expr, {"team": "web", **labels}, {}, timedelta(minutes=2))
    return RuleGroup("g", (rule,), None)


def storage(seed: int) -> Storage:
    """Make series of three zones with gaps, stale markers and late beginnings."""
    dice = np.random.default_rng(seed)
    found: list[Series] = []
    for zone in ("a", "a", "b", "c"):
        times = np.arange(0, 1000 * MINUTE, MINUTE, dtype=np.int64) + dice.integers(0, MINUTE)
        kept = np.ones(len(times), bool)
        for _ in range(6):
            at = dice.integers(len(times))
            kept[at : at + dice.integers(1, 90)] = False
        kept[: dice.integers(500)] = False
        values = np.ones(len(times))
        values[dice.integers(len(times), size=3)] = stale_marker()
        labels = {NAME: "x", "zone": zone, "instance": str(len(found))}
        found.append(Series(tuple(sorted(labels.items())), times[kept], values[kept], is_stale(values[kept])))
    return Storage(found)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "expr",
    [
        'absent(x{zone="b"})',
        "absent(x)",
        "count by (zone) (x offset 1h) unless count by (zone) (x)",
        'count by (zone, none) (x{zone!="b"} offset 30m) unless count by (zone, none) (x{zone!="b"})',
    ],
)
def test_what_is_missing_fires_as_the_rules_say(expr: str, seed: int):
    groups = [alert(expr)]
    found = absences(groups, storage(seed), OVER)
    assert found is not None
    run = evaluate_groups(groups, storage(seed), OVER.start, OVER.end, Conditions(OVER.step))
    assert sorted(found, key=lambda one: one.fired) == run.firings


@pytest.mark.parametrize(
    "expr",
    [
        "absent(x offset 1m)",
        "absent(rate(x[5m]))",
        "absent(ALERTS)",
        "x > 1",
        "count by (zone) (x offset 1h) unless count by (zone) (y)",
        "count by (zone) (x offset 1h) unless count by (instance) (x)",
        "count by (zone) (x offset 1h) unless on (zone) count by (zone) (x)",
        "count by (zone) (x) unless count by (zone) (x)",
        "count by (zone) (x offset 1h) and count by (zone) (x)",
        "count by (zone) (x offset 1h) unless count by (zone) (x offset 5m)",
        "count by (team) (x offset 1h) unless count by (team) (x)",
        "count by (zone) (x offset 1h) unless sum by (zone) (x)",
    ],
)
def test_other_rules_are_left_to_the_engine(expr: str):
    assert absences([alert(expr)], storage(0), OVER) is None


def test_templates_are_left_to_the_engine():
    assert absences([alert("absent(x)", host="{{ $labels.host }}")], storage(0), OVER) is None
