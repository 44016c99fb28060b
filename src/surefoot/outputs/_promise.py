"""Parts of the document of a service that surround its objectives."""

from collections.abc import Iterator

from surefoot.domain.rules.links import dashboard
from surefoot.domain.slo.budget import State
from surefoot.outputs._escalation import Duty
from surefoot.outputs._markdown import table
from surefoot.spec.model.dependency import Dependency
from surefoot.spec.model.incident import Cadence, Review
from surefoot.spec.system import Service, System

_BURN, _TARGETS, _DEFINITIONS = "burn-rate", "targets", "sli-definitions"


def overview(service: Service, system: System) -> str:
    """Write what the service is and who answers for it."""
    rows = [("Owner", service.owner or "none"), ("Tier", service.tier)]
    if service.model.description:
        rows.insert(0, ("Description", service.model.description))
    if service.model.environments:
        rows.append(("Environments", ", ".join(service.model.environments)))
    if service.model.regions:
        rows.append(("Regions", ", ".join(service.model.regions)))
    board = dashboard(service.name, system.links)
    if board:
        rows.append(("Dashboard", f"<{board}>"))
    return f"## Overview\n\n{table(('', ''), rows)}"


def journeys(service: Service, system: System) -> Iterator[str]:
    """List the user journeys that run through the service."""
    rows = []
    for name, entry in sorted(system.journeys.items()):
        journey = entry.model
        if service.name in journey.steps:
            target = f"{journey.target:g} %" if journey.target is not None else "computed from its steps"
            rows.append((name, " → ".join(journey.steps), target, journey.description))
    if rows:
        yield "## Critical user journeys"
        yield table(("Journey", "Steps", "Target", "Description"), rows)


def consequences(system: System) -> Iterator[str]:
    """Write what follows from the budget that is left, and from its running out."""
    states = system.policy.slo.budget_states
    yield "## Consequences"
    yield table(
        ("Budget left", "What follows"),
        [
            (f"more than {states.prioritise:g} %", State.CONTINUE),
            (f"{states.freeze:g} % to {states.prioritise:g} %", State.PRIORITISE),
            (f"less than {states.freeze:g} %", State.FREEZE),
            ("none", State.EXHAUSTED),
        ],
    )
    ladder = system.policy.slo.exhaustions
    if ladder:
        last = len(ladder)
        rows = [(f"{count}" + (" or more" if count == last else ""), what) for count, what in enumerate(ladder, 1)]
        yield table(("Times it ran out in the window", "What follows"), rows)


def reviews(service: Service, on_duty: Duty) -> Iterator[str]:
    """Write who looks at what, how often: the policy's cadence where the spec declares none."""
    cadence = on_duty.operations.reviews
    shipped = {_BURN: cadence.burn_rate, _TARGETS: cadence.targets, _DEFINITIONS: cadence.sli_definitions}
    rows: list[tuple[str, str, str, str]] = []
    for name, entry in on_duty.system.spec.all("reviews", Review).items():
        review = entry.model
        if not review.services or service.name in review.services:
            shipped.pop(review.subject, None)
            rows.append((name, review.subject, _cadence(review.every), review.owner or service.owner or "none"))
    rows += [(subject, subject, _cadence(every), service.owner or "none") for subject, every in shipped.items()]
    yield "## Review cadence"
    yield table(("Review", "Subject", "When", "By"), rows)


def dependencies(service: Service, system: System) -> Iterator[str]:
    """List what the service needs, what that promises, and what users see without it."""
    if service.model.depends_on:
        yield "## Dependencies"
        rows = [_dependency(dependency, system) for dependency in service.model.depends_on]
        yield table(("On", "Kind", "It promises", "Without it users see"), rows)


def _dependency(dependency: Dependency, system: System) -> tuple[str, str, str, str]:
    name = dependency.service or dependency.store or ""
    target = system.services.get(dependency.service or "")
    promises = ", ".join(f"{slo.name} {slo.objective:g} %" for slo in target.slos.values()) if target else ""
    kind = f"{'hard' if dependency.hard else 'soft'}, {'service' if dependency.service else 'store'}"
    return name, kind, promises or "nothing declared", dependency.user_sees or "not said"


def _cadence(cadence: Cadence) -> str:
    at = f"{cadence.at:%H:%M}" if cadence.at else ""
    return " ".join(part for part in (cadence.every, cadence.day, at) if part)
