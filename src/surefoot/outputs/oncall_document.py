"""On-call duty in one place: who takes turns, when they pass on, whom to call, what happens if nobody answers."""

from collections.abc import Iterator
from datetime import time

from surefoot.artifact import Artifact
from surefoot.calendar.hours import DAYS, WeeklyHours
from surefoot.domain.oncall.plan import Plan, Version
from surefoot.domain.oncall.reading import version_of
from surefoot.domain.oncall.rota import Rota
from surefoot.domain.oncall.turns import Turns
from surefoot.outputs import Output
from surefoot.outputs._escalation import Duty, duty
from surefoot.outputs._markdown import bullets, code, page, table
from surefoot.promql.duration import format_duration
from surefoot.spec.model.oncall import Escalation, LastResortModel, Person
from surefoot.spec.system import Service, System

_PAGED = ("P1", "P2")
_MIDNIGHT = time()
_HANDING_OVER = (
    "Who goes tells who comes: open incidents, alerts that are silenced and why, changes that are under way.",
    "Who comes sends a test page to the own phone, and answers it.",
    "Who cannot serve finds somebody and writes it down: a `swap` for a turn, an override for hours.",
    "An absence alone changes nothing: `surefoot check` reports it and proposes who is free.",
)


def _render(system: System) -> Iterator[Artifact]:
    version = version_of(system)
    if version.plans or system.spec.all("escalations", Escalation):
        yield Artifact("docs/operations/on-call.md", page(system, "On-call", _blocks(system, version)))


def _blocks(system: System, version: Version) -> Iterator[str]:
    on_duty = duty(system)
    yield (
        "Who is on call at this moment depends on the date and is not written here: `surefoot oncall who` tells, "
        "`surefoot oncall next` lists what comes, and `surefoot oncall ical` writes a calendar to subscribe to."
    )
    yield from _schedules(version)
    yield from _escalations(system, on_duty)
    yield from _services(system)
    yield from _people(system)
    yield "## Handing over"
    yield bullets(_HANDING_OVER)


def _schedules(version: Version) -> Iterator[str]:
    if not version.plans:
        return
    yield "## Rotations"
    yield table(
        ("Schedule", "Role", "Layer", "People, in their order", "Turn", "Hands over", "Only", "Time zone"),
        (_layer(plan, layer, version) for plan in version.plans.values() for layer in plan.layers),
    )
    yield "Of layers of one schedule, a later one counts where it names somebody, unless `priority` says otherwise."


def _layer(plan: Plan, layer: Rota, version: Version) -> tuple[str, ...]:
    turns = layer.turns
    units = turns.unit if turns.count == 1 else f"{turns.count} {turns.unit}s"
    only = ", ".join(map(_hours, layer.hours))
    return (
        code(plan.name),
        " and ".join(version.roles(plan.name)),
        layer.name,
        ", ".join(map(version.title, layer.people)),
        f"{units}, elapsed" if turns.elapsed else units,
        _handover(turns),
        only or "always",
        turns.zone,
    )


def _hours(hours: WeeklyHours) -> str:
    days = ",".join(DAYS[day] for day in hours.days)
    if hours.start == hours.end == _MIDNIGHT:
        return days
    return f"{days} {hours.start:%H:%M}-{'24:00' if hours.end == _MIDNIGHT else f'{hours.end:%H:%M}'}"


def _handover(turns: Turns) -> str:
    clock = f"{turns.anchor:%H:%M}"
    match turns.unit:
        case "week":
            return f"{DAYS[turns.anchor.weekday()]} {clock}"
        case "month":
            return f"day {turns.day}, {clock}"
        case _:
            return clock


def _escalations(system: System, on_duty: Duty) -> Iterator[str]:
    declared = sorted(system.spec.all("escalations", Escalation).items())
    if not declared:
        return
    yield "## Escalation"
    answers = (f"{priority} {on_duty.respond(priority)}" for priority in _PAGED)
    yield f"Somebody must answer: {', '.join(answers)}. Until somebody does, the steps are paged in turn."
    for name, entry in declared:
        yield f"### {name}"
        escalation = entry.model
        yield table(
            ("After", "Pages", "Priorities"),
            ((rung.after, rung.who, rung.priorities) for rung in on_duty.rungs(escalation)),
        )
        profile = on_duty.operations.escalation_profiles.get(escalation.profile or on_duty.operations.escalation)
        passes = escalation.repeats or (profile.passes if profile else None)
        unanswered = escalation.unanswered or (profile.unanswered if profile else None)
        if passes and unanswered:
            times = "once" if passes == 1 else f"{passes} times"
            again = format_duration(unanswered)
            yield f"The steps are gone through {times}; then the last one is paged every {again} as unanswered."
    last = system.spec.one("last_resort", LastResortModel)
    if last:
        people = (on_duty.person(name) for name in last.people)
        yield f"Where a step names nobody, the last resort is paged: {', '.join([*people, *map(code, last.channels)])}."


def _services(system: System) -> Iterator[str]:
    rows = [
        (code(name), _owner(service, system), _ladder(service, system)) for name, service in system.services.items()
    ]
    if rows:
        yield "## Whom to call about a service"
        yield table(("Service", "Team", "Escalation"), rows)


def _owner(service: Service, system: System) -> str:
    entry = system.teams.get(service.owner or "")
    if entry is None:
        return service.owner or "**nobody**"
    chat = f", {entry.model.chat.kind} {entry.model.chat.room}" if entry.model.chat else ""
    return f"{entry.model.name or entry.name}{chat}"


def _ladder(service: Service, system: System) -> str:
    team = system.teams.get(service.owner or "")
    name = service.model.escalation or (team.model.escalation if team else None)
    return f"[{name}](#{name.lower()})" if name else "**none**"


def _people(system: System) -> Iterator[str]:
    """List ways without numbers or addresses: the document is read by more people than need them."""
    people = system.spec.all("people", Person)
    if people:
        yield "## People"
        yield table(
            ("Name", "Reached by, in order", "Time zone"),
            ((entry.model.name, _ways(entry.model), entry.model.timezone or system.zone) for entry in people.values()),
        )


def _ways(person: Person) -> str:
    ways = [f"{way.by} {way.channel}" if way.channel else str(way.by) for way in person.reach]
    ways = ways or [way for way in ("phone", "email") if getattr(person, way)]
    return ", ".join(ways) or "**nothing**"


OUTPUT = Output(
    "oncall-document",
    "Rotations, hand-over, escalation, and whom to call about which service.",
    _render,
)
