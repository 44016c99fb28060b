"""Who is told after how long, and how soon somebody must answer: for documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from surefoot.promql.duration import format_duration
from surefoot.spec import policy as shipped
from surefoot.spec.model.contact import Target
from surefoot.spec.model.oncall import Escalation, Person
from surefoot.spec.model.policy_operations import OperationsPolicy
from surefoot.spec.source import Value
from surefoot.spec.system import Service, System


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder.

    Attributes:
        after: Since the page, such as ``15m``.
        who: In words.
        priorities: To which it is limited; ``all`` if to none.
    """

    after: str
    who: str
    priorities: str


@dataclass(frozen=True, slots=True)
class Duty:
    """What the workspace and its policy say about answering."""

    system: System
    operations: OperationsPolicy

    def respond(self, priority: str) -> str:
        """Return within which time somebody must answer, such as ``within 5m`` or ``by the next business day``."""
        rule = next((rule for name, rule in self.operations.priorities.items() if name == priority), None)
        if rule is None:
            return ""
        if rule.respond.within:
            return f"within {format_duration(rule.respond.within)}"
        return f"by the {(rule.respond.at or '').replace('-', ' ')}"

    def ladder(self, service: Service) -> list[Rung]:
        """List the steps of a service's escalation, else its team's; empty where none is declared."""
        team = self.system.teams.get(service.owner or "")
        name = service.model.escalation or (team.model.escalation if team else None)
        declared = self.system.spec.all("escalations", Escalation)
        if name is None or name not in declared:
            return []
        return self.rungs(declared[name].model)

    def rungs(self, escalation: Escalation) -> list[Rung]:
        """List the steps of an escalation."""
        rungs, after = [], timedelta()
        for hold, targets, priorities in self._steps(escalation):
            at = format_duration(after) if after else "at once"
            rungs.append(Rung(at, " and ".join(targets), ", ".join(priorities) or "all"))
            after += hold
        return rungs

    def people(self, service: Service) -> list[str]:
        """List whom to ask where no escalation is declared: the team, its lead, its manager."""
        entry = self.system.teams.get(service.owner or "")
        if entry is None:
            return [f"team {service.owner}"] if service.owner else []
        team = entry.model
        members = ", ".join(self.person(name) for name in team.members)
        heads = (("lead", team.lead), ("manager", team.manager))
        return [
            f"team {team.name or entry.name}" + (f" ({members})" if members else ""),
            *(f"{role}: {self.person(name)}" for role, name in heads if name),
        ]

    def person(self, name: str) -> str:
        """Return a person's full name."""
        found = self.system.spec.all("people", Person).get(name)
        return found.model.name if found else name

    def _steps(self, escalation: Escalation) -> Iterator[tuple[timedelta, list[str], Sequence[str]]]:
        if escalation.steps:
            for own in escalation.steps:
                yield own.hold, [_target(target, escalation) for target in own.page], own.priorities
            return
        profile = self.operations.escalation_profiles.get(escalation.profile or self.operations.escalation)
        for step in profile.steps if profile else ():
            yield step.hold, [_role(step.page, escalation)], step.priorities


def duty(system: System) -> Duty:
    """Read the policy of on-call duty."""
    entry = system.spec.single.get("policy")
    changes = cast("Mapping[str, Value]", entry.model) if entry else {}
    operations, _ = shipped.area("operations", OperationsPolicy, changes, entry.origin if entry else None)
    return Duty(system, operations)


def _target(target: Target, escalation: Escalation) -> str:
    if target.role:
        return _role(target.role, escalation)
    names = {
        "schedule": target.schedule,
        "person": target.person,
        "team": target.team,
        "channel": target.channel,
    }
    return next((f"{kind} {name}" for kind, name in names.items() if name), "")


def _role(role: str, escalation: Escalation) -> str:
    names = {
        "primary": escalation.primary,
        "secondary": escalation.secondary,
        "lead": escalation.lead,
        "management": escalation.management,
        "executive": escalation.executive,
    }
    who = names.get(role)
    return f"{role} ({who})" if who else role
