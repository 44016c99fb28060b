"""Alert that reaches nobody.

## What it does

Reports a team that owns a service and that alerts cannot reach: neither it nor the default team has a
`chat`, a `page` channel or an `email`, and no channel is declared at all. Where pages go to Surefoot
(`links.surefoot`), it also reports a team that nobody of can be paged: no members, no escalation, and no
`last_resort`.

## Why it matters

An alert that is sent nowhere looks exactly like a quiet night.

## Example

```yaml
service: checkout
owner: payments
teams:
  payments: {name: Payments}
```

## Use instead

```yaml
service: checkout
owner: payments
teams:
  payments: {name: Payments, members: [ana], chat: "slack:#payments"}
people:
  ana: {name: Ana Example, email: ana@shop.example}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.model.oncall import Team
from surefoot.spec.system import Service, System

_SUREFOOT = "surefoot"
_WAYS = 'give it a way: `chat: "slack:#room"`, `page: CHANNEL` or `email: team@shop.example`'
_PEOPLE = "give it `members: [ana]` or an `escalation`, or write `last_resort: ana`"


def _system(system: System) -> Iterator[Finding]:
    pager = system.links.surefoot is not None or _SUREFOOT in system.channels
    owned: dict[str, list[Service]] = {}
    for service in system.services.values():
        owned.setdefault(service.owner or "", []).append(service)
    for name, services in owned.items():
        team = system.teams.get(name)
        if team is None:
            continue
        cures = [_PEOPLE] * (pager and not _has_people(team.model, services, system))
        cures += [_WAYS] * (not _has_way(team.model, system))
        if cures:
            which = "pages" if pager and len(cures) == 1 and cures[0] == _PEOPLE else "alerts"
            yield CHECK.finding(
                team.origin.span(key=True),
                f"{which} of {', '.join(f'`{each.name}`' for each in services)} reach nobody of the team `{name}`",
                "; ".join(cures),
                subject=name,
                default="they go to the default receiver",
            )


def _has_way(team: Team, system: System) -> bool:
    """Tell whether Alertmanager has where to send: one means stands in for another, any channel for none."""
    only = len(system.teams) == 1
    stand_ins = [entry.model for entry in system.teams.values() if only or entry.model.default]
    return bool(system.channels) or any(each.chat or each.page or each.email for each in (team, *stand_ins))


def _has_people(team: Team, services: list[Service], system: System) -> bool:
    escalates = team.escalation or all(each.model.escalation for each in services)
    return bool(team.members or team.lead or escalates or "last_resort" in system.spec.single)


CHECK = Check(
    id="C10",
    name="alert that reaches nobody",
    severity=Severity.QUESTION,
    why="an alert that is sent nowhere looks exactly like a quiet night",
    ask=Role.OWNER,
    system=_system,
    needs="schedules, for hours that nobody covers; the history of alerts, for those that never fired",
)
