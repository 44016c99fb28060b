"""Every alert of a service, with its kind: what documents and runbooks are about."""

from collections.abc import Iterator
from dataclasses import dataclass

from surefoot.domain.rules.groups import groups
from surefoot.domain.rules.links import generated_path
from surefoot.domain.rules.standard import by_kind
from surefoot.spec.rulefile import Rule
from surefoot.spec.system import Service, System

_BURN, _ABSENT = "budget-burn", "telemetry-absent"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert.

    Attributes:
        kind: Such as ``api-down`` or ``budget-burn``.
    """

    rule: Rule
    kind: str
    service: Service

    @property
    def priority(self) -> str:
        """Return its priority; an alert of the profile ``sloth`` has none."""
        return self.rule.labels.get("priority", "")

    @property
    def runbook(self) -> str | None:
        """Return the path of its generated runbook; None if another one is named."""
        path = generated_path(self.rule.name, self.service)
        return path if self.rule.annotations.get("runbook_url", "").endswith(path) else None


def alerts(service: Service, system: System) -> Iterator[Alert]:
    """List the alerts of a service in the order of its rules; those without a name are left out."""
    standard = {rule.name: kind for kind, rule in by_kind(service, system)}
    for group in groups(service, system):
        for rule in group.rules:
            if rule.kind == "alert" and rule.name:
                burning = _ABSENT if rule.labels.get("alert_type") == "telemetry_absent" else _BURN
                objective = "sloth_severity" in rule.labels or "sloth_id" in rule.labels
                yield Alert(rule, burning if objective else standard.get(rule.name, _BURN), service)
