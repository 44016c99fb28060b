from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from surefoot.spec.model.policy_operations import OperationsPolicy
from tests.unit.spec.model.complaint import read

MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)


def shipped() -> Any:
    return read(files("surefoot.spec.policy").joinpath("operations.yaml").read_text(encoding="utf-8"))


def policy(preset: str = "sre", **changes: object) -> OperationsPolicy:
    numbers = shipped()
    column = numbers.pop("presets")[preset]
    return OperationsPolicy.model_validate({**numbers, **column, **changes})


def ladder(policy: OperationsPolicy) -> list[tuple[str, int]]:
    return [(step.page, step.hold // MINUTE) for step in policy.escalation_profiles[policy.escalation].steps]


def test_the_presets_choose_the_ladder():
    assert ladder(policy("sre")) == [("primary", 5), ("secondary", 10), ("lead", 15), ("executive", 30)]
    assert ladder(policy("operations")) == [("primary", 15), ("secondary", 30), ("management", 30)]
    assert policy("operations").escalation_profiles["three-steps"].steps[-1].priorities == ("P1",)


def test_the_presets_choose_the_time_of_the_lowest_severity():
    assert policy("sre").sev4_responses[policy("sre").sev4].at == "next-business-day"
    assert policy("operations").sev4_responses[policy("operations").sev4].within == 4 * HOUR


def test_severities_demand_what_is_promised():
    rules = policy().severities
    within = [rules[severity].respond.within for severity in ("SEV1", "SEV2", "SEV3")]
    assert within == [5 * MINUTE, 15 * MINUTE, HOUR]
    assert [rules[severity].update.within for severity in ("SEV1", "SEV2")] == [30 * MINUTE, HOUR]
    assert [rules[severity].postmortem_due for severity in ("SEV1", "SEV2")] == [24 * HOUR, 48 * HOUR]
    assert (rules["SEV3"].postmortem, rules["SEV4"].postmortem) == ("optional", "not-required")


def test_priorities_are_answered_as_promised():
    rules = policy().priorities
    assert [rules[priority].respond.within for priority in ("P1", "P2", "P3")] == [5 * MINUTE, 30 * MINUTE, 4 * HOUR]
    assert [rules[priority].by for priority in ("P1", "P3", "P4")] == [("page", "call"), ("chat",), ("email",)]


def test_resilience_presets_are_complete():
    presets = policy().resilience.presets
    assert {name: item.breaker.share for name, item in presets.items()} == {"payment": 50, "email": 30, "search": 50}
    assert {name: item.fallback.kind for name, item in presets.items()} == {
        "payment": "queue",
        "email": "queue",
        "search": "stale",
    }
    retry = policy().resilience.retry
    assert (retry.retries, retry.base, retry.cap, retry.factor) == (3, MINUTE / 60, MINUTE / 2, 2)


def test_recovery_promises_by_kind_of_data():
    data = policy().recovery.data
    assert {name: (item.rpo, item.rto) for name, item in data.items()} == {
        "accounts": (timedelta(0), HOUR),
        "transactions": (5 * MINUTE, HOUR),
        "content": (HOUR, 4 * HOUR),
        "logs": (24 * HOUR, 24 * HOUR),
    }


def test_regimes_keep_at_least_what_they_demand():
    regimes = policy().audit.regimes
    kept = {name: (item.hot + item.archive) / YEAR for name, item in regimes.items() if item.hot and item.archive}
    assert kept == {"gdpr": 7, "hipaa": 7, "soc2": 2, "pci-dss": 3}


def test_every_event_of_the_catalogue_captures_something():
    events = policy().audit.events
    assert len(events) >= 15  # those of AUD-1
    assert all(event.capture for event in events.values())


@pytest.mark.parametrize("key", ["escalation", "sev4", "comms", "postmortem"])
def test_a_choice_that_is_not_defined_is_refused(key):
    with pytest.raises(ValidationError, match=f"`{key}: mine` is not defined"):
        policy(**{key: "mine"})


def test_a_missing_or_unknown_number_is_refused():
    numbers = shipped()
    numbers.pop("presets")
    with pytest.raises(ValidationError, match="escalation"):
        OperationsPolicy.model_validate(numbers)
    with pytest.raises(ValidationError, match="Extra inputs"):
        policy(colour="red")


def test_a_regime_that_keeps_too_little_is_refused():
    numbers = shipped()["audit"]
    numbers["regimes"]["hipaa"]["archive"] = "0s"
    numbers["regimes"]["hipaa"]["hot"] = "1y"
    with pytest.raises(ValidationError):
        policy(audit=numbers)
