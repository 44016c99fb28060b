from surefoot.domain.rules.trials import trials
from tests.workspaces import resolved

SPEC = """
service: shop
slos:
  a: {target: 99.9%, bad: 'r{code="500"}', total: r, alerting: {name: Burning}}
  b: {target: 99.9%, bad: 'q{code="500"}', total: q, alerting: {name: Burning}}
  c: {target: 99.9%, under: 1s, histogram: h, native: true}
"""


def test_every_alert_is_tried_under_a_name_of_its_own(tmp_path):
    system = resolved(tmp_path, SPEC)
    found = list(trials(system.services["shop"], system))
    names = [trial.name for trial in found]
    assert len(set(names)) == len(names)
    assert {"Burning-a-page", "Burning-b-ticket", "ShopCBudgetBurn-page", "ShopApiDown"} <= set(names)


def test_an_alert_without_a_history_says_why(tmp_path):
    system = resolved(tmp_path, SPEC)
    native = [trial for trial in trials(system.services["shop"], system) if trial.slo and trial.slo.name == "c"]
    assert native
    assert all("native" in trial.reason for trial in native)
    assert not [story for trial in native for story in (*trial.stories(system), *trial.rehearsals(system))]


def test_alerts_of_the_other_profile_are_tried_too(tmp_path):
    system = resolved(tmp_path, SPEC + "policy: {slo: {profile: sloth}}\n")
    found = list(trials(system.services["shop"], system))
    assert all(trial.burning is not None for trial in found)
    assert 'sloth_severity="page"' in found[0].matchers
