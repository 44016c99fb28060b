"""A year of all schedules, by exact breakpoints: gaps, double bookings, conflicts, and what each person carries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from surefoot.calendar.weekly import Span, clipped, common, joined
from surefoot.domain.oncall.measure import Amount, Ruler
from surefoot.domain.oncall.plan import Away, Plan, Version
from surefoot.domain.oncall.timeline import Segment, timeline
from surefoot.spec.model.policy_oncall import OncallNumbers


@dataclass(frozen=True, slots=True)
class Share:
    """What one person carries of one schedule.

    Attributes:
        spans: When the person is on call, joined.
        grain: The most of each kind within one stretch: by so much a fair schedule may differ.
    """

    person: str
    amount: Amount
    spans: tuple[Span, ...]
    grain: Amount


@dataclass(frozen=True, slots=True)
class Course:
    """What one schedule does.

    Attributes:
        segments: Without gap or overlap.
        gaps: When nobody is on call.
        shares: By person: those who serve.
        idle: Layer and person: who never serves in a layer that others serve in.
    """

    plan: Plan
    segments: tuple[Segment, ...]
    gaps: tuple[Span, ...]
    shares: Mapping[str, Share]
    idle: tuple[tuple[str, str], ...]

    @property
    def uncovered(self) -> timedelta:
        """Sum up when nobody is on call."""
        return sum((end - start for start, end in self.gaps), timedelta())


@dataclass(frozen=True, slots=True)
class Load:
    """What one person carries in all schedules; hours of two schedules at once count once.

    Attributes:
        share: Of the whole time, 0 to 1.
        longest: The longest stretch without a break.
        rest: The shortest break between two stretches; None with fewer than two.
        tired: When the shortest break begins.
    """

    person: str
    amount: Amount
    share: float
    longest: timedelta
    rest: timedelta | None
    tired: datetime | None


@dataclass(frozen=True, slots=True)
class Double:
    """A person who is on call in two schedules at once.

    Attributes:
        escalation: In which both are steps, primary and secondary; empty if in none.
    """

    person: str
    schedules: tuple[str, str]
    escalation: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person who is on call while away.

    Attributes:
        covers: Who could stand in, one for each stretch; empty where nobody can.
    """

    away: Away
    schedule: str
    spans: tuple[Span, ...]
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What happens between two instants, in UTC."""

    start: datetime
    end: datetime
    courses: Mapping[str, Course]
    loads: Mapping[str, Load]
    doubles: tuple[Double, ...]
    conflicts: tuple[Conflict, ...]


def simulate(version: Version, numbers: OncallNumbers, start: datetime, end: datetime) -> Simulation:
    """Play all schedules.

    Args:
        version: The schedules.
        numbers: What counts as a night and as business hours.
        start: In UTC.
        end: In UTC, excluded.
    """
    ruler = Ruler(numbers, start, end)
    courses = {name: _course(plan, version, ruler) for name, plan in version.plans.items()}
    served: defaultdict[str, list[tuple[Plan, Share]]] = defaultdict(list)
    for course in courses.values():
        for person, share in course.shares.items():
            served[person].append((course.plan, share))
    return Simulation(
        start=start,
        end=end,
        courses=courses,
        loads={person: _load(person, served[person], version, ruler) for person in sorted(served)},
        doubles=tuple(_doubles(served, version)),
        conflicts=tuple(_conflicts(courses, start, end)),
    )


def _course(plan: Plan, version: Version, ruler: Ruler) -> Course:
    segments = timeline(plan, ruler.start, ruler.end)
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    serving: set[tuple[str, str]] = set()
    for segment in segments:
        for holder in segment.holders:
            spans[holder.person].append((segment.start, segment.end))
            if holder.why.kind == "turn":
                serving.add((holder.why.layer, holder.person))
    shares = {person: _share(person, spans[person], plan, version, ruler) for person in sorted(spans)}
    return Course(
        plan=plan,
        segments=segments,
        gaps=tuple((segment.start, segment.end) for segment in segments if not segment.holders),
        shares=shares,
        idle=tuple(_idle(plan, serving, shares.keys())),
    )


def _share(person: str, pieces: list[Span], plan: Plan, version: Version, ruler: Ruler) -> Share:
    zone, days_off = version.zone(person, plan), version.days_off(person, plan)
    spans = tuple(joined(pieces))
    amount, grain = ruler.amounts(spans, zone, days_off)
    return Share(person, amount, spans, grain)


def _idle(plan: Plan, serving: set[tuple[str, str]], anywhere: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Find who never serves; a layer that others cover altogether is a fallback, and nobody's fault."""
    active = {layer for layer, _ in serving}
    known = set(anywhere)
    for layer in plan.layers:
        if layer.name in active:
            yield from ((layer.name, person) for person in dict.fromkeys(layer.people) if person not in known)


def _load(person: str, served: Sequence[tuple[Plan, Share]], version: Version, ruler: Ruler) -> Load:
    spans = tuple(joined(sorted(span for _, share in served for span in share.spans)))
    plan = served[0][0]
    amount, _ = ruler.amounts(spans, version.zone(person, plan), version.days_off(person, plan))
    rests = [(after[0] - before[1], before[1]) for before, after in pairwise(spans)]
    rest, tired = min(rests, default=(None, None))
    return Load(
        person=person,
        amount=amount,
        share=amount.hours / (ruler.end - ruler.start),
        longest=max(end - start for start, end in spans),
        rest=rest,
        tired=tired,
    )


def _doubles(served: Mapping[str, Sequence[tuple[Plan, Share]]], version: Version) -> Iterator[Double]:
    steps: defaultdict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for part in version.parts:
        steps[part.schedule][part.escalation].add(part.role)
    for person, shares in sorted(served.items()):
        for index, (one, share) in enumerate(shares):
            for other, beside in shares[index + 1 :]:
                spans = tuple(common(share.spans, beside.spans))
                if spans:
                    both = sorted(steps[one.name].keys() & steps[other.name].keys())
                    yield Double(person, (one.name, other.name), both[0] if both else "", spans)


def _conflicts(courses: Mapping[str, Course], start: datetime, end: datetime) -> Iterator[Conflict]:
    absences = dict.fromkeys(away for course in courses.values() for away in course.plan.absences)
    gone: defaultdict[str, list[Span]] = defaultdict(list)
    for away in absences:
        gone[away.person].append((away.begins, away.until))
    for away in absences:
        if away.begins >= end or away.until <= start:
            continue
        for name, course in courses.items():
            share = course.shares.get(away.person)
            spans = tuple(clipped(share.spans, away.begins, away.until)) if share else ()
            if spans:
                covers = tuple(_cover(course, span, away.person, courses, gone) for span in spans)
                yield Conflict(away, name, spans, covers)


def _cover(
    course: Course, span: Span, person: str, courses: Mapping[str, Course], gone: Mapping[str, Sequence[Span]]
) -> str:
    """Propose who of the schedule is there, not on call anywhere, and carries least."""
    people = dict.fromkeys(other for layer in course.plan.layers for other in layer.people if other != person)
    free = [
        other
        for other in people
        if not any(clipped(gone.get(other, ()), *span))
        and not any(any(clipped(each.shares[other].spans, *span)) for each in courses.values() if other in each.shares)
    ]
    return min(
        free,
        key=lambda other: (course.shares[other].amount.hours if other in course.shares else timedelta(), other),
        default="",
    )
