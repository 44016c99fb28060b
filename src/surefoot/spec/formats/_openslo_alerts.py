"""OpenSLO's alert policies: each condition becomes a leg of a burn policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surefoot.finding import Severity
from surefoot.spec.formats._openslo_objects import Objects, Placed
from surefoot.spec.formats._reading import Report
from surefoot.spec.model.openslo import PAGING, SHORT_WINDOW, TIER, AlertCondition, AlertPolicy, Item
from surefoot.spec.model.policy import BurnLeg
from surefoot.spec.source import Origin, Value

_PAGES = frozenset({"page", "critical", "emergency", "high", "p1", "p2", "sev1", "sev2", "1", "2"})
_TICKETS = frozenset({"ticket", "warning", "medium", "low", "info", "p3", "p4", "sev3", "sev4", "3", "4"})
_TIERS = frozenset({"page", "ticket", "fast", "medium", "slow"})
_EXACT = frozenset("mhdw")
_ABOVE = frozenset({"gt", "gte"})


@dataclass(frozen=True, slots=True)
class Alerts:
    """How an objective is alerted.

    Attributes:
        name: Of its burn policy; empty if it has none.
        legs: The legs of that policy, as the policy of service levels spells them.
        absent: Whether missing data is alerted.
    """

    name: str = ""
    legs: tuple[Value, ...] = ()
    absent: bool = False

    def alerting(self) -> dict[str, object]:
        """Return the field ``alerting`` of the objective."""
        off = {"enabled": False}
        tiers = {str(leg["tier"]) for leg in self.legs if isinstance(leg, dict)}
        return {
            "enabled": bool(self.legs) or self.absent,
            "absent": self.absent,
            "page": {} if tiers & PAGING else off,
            "ticket": {} if tiers - PAGING else off,
        }


def read_alerts(items: Sequence[Item], at: Origin, objects: Objects, report: Report) -> Alerts:
    """Read the alert policies of an objective; what cannot be alerted is reported."""
    names, legs, absent = [], [], False
    for index, item in enumerate(items):
        place = Origin(at.document, (*at.path, index))
        policy = objects.inline(AlertPolicy, item, place, ref="alertPolicyRef")
        if policy is None:
            continue
        leg = _leg(policy, objects, report)
        absent = absent or policy.model.spec.alert_when_no_data
        if leg is not None:
            names.append(policy.model.metadata.name)
            legs.append(leg)
        _targets(policy, report)
    return Alerts("openslo-" + "-".join(names) if names else "", tuple(legs), absent)


def _leg(policy: Placed[AlertPolicy], objects: Objects, report: Report) -> dict[str, Value] | None:
    spec = policy.model.spec
    if spec.alert_when_resolved:
        message = "`alertWhenResolved` is not carried over: every alert tells of its end"
        report.lose(policy.at("spec", "alertWhenResolved"), message, "remove it", Severity.INFO)
    if not spec.alert_when_breaching:
        if not spec.alert_when_no_data:
            message = f"the alert policy `{policy.model.metadata.name}` never alerts on a burn rate"
            report.refuse(policy.at("spec"), message, "set `alertWhenBreaching: true`")
        return None
    if len(spec.conditions) != 1:
        message = f"an alert policy has one condition; here are {len(spec.conditions)}"
        report.wrong(policy.at("spec", "conditions"), message, "write one policy for each condition")
        return None
    place = policy.at("spec", "conditions", 0)
    condition = objects.inline(AlertCondition, spec.conditions[0], place, ref="conditionRef")
    return _condition(condition, policy.model.metadata.annotations, report) if condition else None


def _condition(found: Placed[AlertCondition], notes: Mapping[str, str], report: Report) -> dict[str, Value] | None:
    spec = found.model.spec
    condition = spec.condition
    if condition.op not in _ABOVE:
        message = f"an alert while the burn rate is low (`op: {condition.op}`) watches nothing"
        report.refuse(found.at("spec", "condition", "op"), message, "write `op: gt`")
        return None
    if condition.lookback_window[-1] not in _EXACT:
        message = f"a look-back of `{condition.lookback_window}` has no fixed length"
        report.refuse(found.at("spec", "condition", "lookbackWindow"), message, "write days, such as `30d`")
        return None
    leg: dict[str, Value] = {
        "tier": notes[TIER] if notes.get(TIER) in _TIERS else _tier(spec.severity, found, report),
        "long": condition.lookback_window,
        "factor": condition.threshold,
    }
    if SHORT_WINDOW in notes:
        leg["short"] = notes[SHORT_WINDOW]
    if condition.alert_after and int(condition.alert_after[:-1]):
        leg["for"] = condition.alert_after
    read = report.validate(BurnLeg, leg, found.at("spec", "condition"))
    if read and read.short and read.short > read.long:
        message = "the short window is longer than the look-back window"
        report.wrong(found.at("spec", "condition", "lookbackWindow"), message, "exchange them")
        return None
    return leg if read else None


def _tier(severity: str, found: Placed[AlertCondition], report: Report) -> str:
    word = severity.lower()
    if word not in _PAGES | _TICKETS:
        message = f"the severity `{severity}` is taken as a ticket"
        report.lose(found.at("spec", "severity"), message, "write `page` or `ticket`")
    return "page" if word in _PAGES else "ticket"


def _targets(policy: Placed[AlertPolicy], report: Report) -> None:
    """Report that alerts reach people by Surefoot's own routes."""
    if not policy.model.spec.notification_targets:
        return
    message = "notification targets are not carried over: alerts go to the team that owns the service"
    cure = "give the service an `owner`, and its team channels"
    report.lose(policy.at("spec", "notificationTargets"), message, cure, Severity.INFO)
