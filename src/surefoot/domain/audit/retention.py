"""How long records are kept: the strictest of all rules, and what is due for sealed segments (AUD-4).

A rule demands a least time, allows a most, or both. Of several rules the largest least and the smallest
most hold; a legal hold suspends the most. Where the least exceeds the most, no plan satisfies all of
them: the conflict is named, for legal to answer, and nothing is destroyed that a rule still demands.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from surefoot.promql.duration import format_duration

PROPOSAL = "keep the record, erase its personal fields"

_ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class Rule:
    """What one regime, or one entry of the spec, says about keeping.

    Attributes:
        name: Of the regime (``pci-dss``), or where it is written (``audit.retention.all``).
        least: Time for which it demands records.
        most: Time after which it wants them gone.
        hot: Time for which it wants them at hand.
        basis: The text it rests on.
        hold: Whether it suspends every `most`.
    """

    name: str
    least: timedelta | None = None
    most: timedelta | None = None
    hot: timedelta | None = None
    basis: str = ""
    hold: bool = False

    @property
    def floor(self) -> timedelta | None:
        """Return how long records must stay in all: what is at hand is kept, too."""
        return max((time for time in (self.least, self.hot) if time), default=None)


@dataclass(frozen=True, slots=True)
class Kept:
    """How long records are kept by choice, where the rules leave room.

    Attributes:
        hot: Time at hand.
        total: Time at hand and in the archive.
        by: Who chose it: names of regimes, or a place in the spec.
    """

    hot: timedelta
    total: timedelta
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot all be kept; without any one of them the rest can.

    Attributes:
        rules: The one that demands longest first; a single rule may contradict itself.
    """

    rules: tuple[Rule, ...]
    least: timedelta
    most: timedelta

    def __str__(self) -> str:
        demanding, allowing = self.rules[0].name, self.rules[-1].name
        link = " and" if demanding == allowing else f", `{allowing}`"
        least, most = format_duration(self.least), format_duration(self.most)
        return f"`{demanding}` demands records for at least {least}{link} allows at most {most}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long records of a category, or the values of a field, are kept.

    Attributes:
        min: Before which nothing is destroyed.
        max: After which nothing may be left; None if no rule says so, or a hold suspends it.
        hot: Time at hand, before they go to the archive.
        keep: When they are purged: not before `min`, and not after `max` unless the two conflict.
        hold: Whether a rule holds them.
        kept: The choice behind `keep` and `hot`.
        rules: All that apply.
        conflicts: Every minimal set of rules that cannot all be kept, widest gap first.
    """

    min: timedelta
    max: timedelta | None
    hot: timedelta
    keep: timedelta
    hold: bool
    kept: Kept
    rules: tuple[Rule, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def basis(self) -> tuple[str, ...]:
        """Return what the rules rest on, each once, as ``pci-dss: PCI DSS 4.0.1, 10.5.1``."""
        return tuple(dict.fromkeys(f"{rule.name}: {rule.basis}" for rule in self.rules if rule.basis))


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of a workspace.

    Attributes:
        records: For a category without a plan of its own.
        categories: By category.
        fields: By field, for those that the spec keeps differently from their record.
    """

    records: Plan
    categories: Mapping[str, Plan]
    fields: Mapping[str, Plan]

    def of(self, category: str) -> Plan:
        """Return the plan of a category."""
        return self.categories.get(category, self.records)


def solve(rules: Sequence[Rule], kept: Kept) -> Plan:
    """Find the strictest plan.

    Args:
        rules: All that apply to the same records.
        kept: What is chosen where they leave room.

    Example:
        >>> year = timedelta(days=365)
        >>> plan = solve([Rule("pci-dss", least=year)], Kept(year, 3 * year, ("pci-dss",)))
        >>> plan.min == year, plan.keep == 3 * year, plan.conflicts
        (True, True, ())
    """
    hold = any(rule.hold for rule in rules)
    least = max((rule.floor for rule in rules if rule.floor), default=_ZERO)
    most = None if hold else min((rule.most for rule in rules if rule.most), default=None)
    keep = max(least, kept.total if most is None else min(kept.total, most))
    hot = max((rule.hot for rule in rules if rule.hot), default=_ZERO)
    return Plan(
        min=least,
        max=most,
        hot=min(keep, max(hot, kept.hot)),
        keep=keep,
        hold=hold,
        kept=kept,
        rules=tuple(rules),
        conflicts=() if hold else tuple(clashes(rules)),
    )


def clashes(rules: Sequence[Rule]) -> list[Conflict]:
    """List every minimal set of rules of which one demands longer than another allows, widest gap first.

    Bounds are ordered, so that such a set never has more than two rules.
    """
    alone = {at for at, rule in enumerate(rules) if rule.floor and rule.most and rule.floor > rule.most}
    found = []
    for at, longer in enumerate(rules):
        for beside, shorter in enumerate(rules):
            least, most = longer.floor, shorter.most
            minimal = at == beside if at in alone or beside in alone else True
            if least and most and least > most and minimal:
                members = (longer,) if at == beside else (longer, shorter)
                found.append(Conflict(members, least, most))
    return sorted(found, key=lambda one: (one.most - one.least, [rule.name for rule in one.rules]))


@dataclass(frozen=True, slots=True)
class Ages:
    """The timestamps of the first and the last record, by time, of one category in a segment."""

    oldest: datetime
    youngest: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed run of records.

    Attributes:
        first: Index of its first leaf.
        last: Index of its last leaf.
        ages: By category, for each that occurs in it.
    """

    first: int
    last: int
    ages: Mapping[str, Ages]
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold, declared while Surefoot runs.

    Attributes:
        name: Of the matter.
        categories: Which it concerns; all of them if empty.
        since: From which timestamp on; from the beginning if None.
        until: Up to which timestamp; without end if None.
    """

    name: str
    categories: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def touches(self, category: str, ages: Ages) -> bool:
        """Tell whether it may concern a record of the category in these ages."""
        if self.categories and category not in self.categories:
            return False
        began = self.until is None or ages.oldest <= self.until
        return began and (self.since is None or ages.youngest >= self.since)


@dataclass(frozen=True, slots=True)
class Action:
    """What is due for a segment.

    Attributes:
        kind: ``archive``: move it out of the database; ``purge``: delete it, keeping its subtree root;
            ``erase``: destroy the personal values of records up to `before`, keeping the records;
            ``decide``: a conflict stops it, and legal must answer.
        categories: Which it concerns.
        fields: Which it concerns; all personal fields if empty.
        before: Timestamp up to which records are concerned; None: the whole segment.
        why: One sentence for the log.
    """

    kind: Literal["archive", "purge", "erase", "decide"]
    segment: Segment
    categories: tuple[str, ...]
    why: str
    fields: tuple[str, ...] = ()
    before: datetime | None = None


def due(plans: Plans, segments: Sequence[Segment], now: datetime, holds: Collection[Hold] = ()) -> list[Action]:
    """List what must happen to sealed segments.

    A segment goes as a whole, or its proofs would not hold: it is purged once *every* record in it is
    past its plan's `keep`, and none is held. A category that passes its maximum earlier, because the
    segment also holds records that must stay, loses its personal fields instead. A segment is archived
    once every record in it is past `hot`; a hold does not keep it at hand.

    Args:
        plans: How long what is kept.
        segments: Those that still exist.
        now: In UTC, as the timestamps are.
        holds: Legal holds beside those of the spec.

    Returns:
        Actions in the order of the segments; one that is purged has no other.
    """
    return [action for segment in segments for action in _segment(plans, segment, now, holds)]


def _segment(plans: Plans, segment: Segment, now: datetime, holds: Collection[Hold]) -> Iterator[Action]:
    names = tuple(sorted(segment.ages))
    free = [name for name in names if not _held(plans.of(name), name, segment.ages[name], holds)]
    if len(free) == len(names) and _all_past(plans, segment, now, "keep"):
        yield Action("purge", segment, names, "every record is past the time for which it is kept")
        return
    if not segment.archived and _all_past(plans, segment, now, "hot"):
        yield Action("archive", segment, names, "every record is past the time at hand")
    for name in free:
        yield from _overdue(plans.of(name), segment, (name,), now)
    for field, plan in plans.fields.items():
        yield from _overdue(plan, segment, tuple(free), now, (field,))


def _held(plan: Plan, category: str, ages: Ages, holds: Collection[Hold]) -> bool:
    return plan.hold or any(hold.touches(category, ages) for hold in holds)


def _all_past(plans: Plans, segment: Segment, now: datetime, bound: Literal["keep", "hot"]) -> bool:
    ends = {name: plans.of(name).keep if bound == "keep" else plans.of(name).hot for name in segment.ages}
    return all(ages.youngest + ends[name] <= now for name, ages in segment.ages.items())


def _overdue(
    plan: Plan, segment: Segment, categories: tuple[str, ...], now: datetime, fields: tuple[str, ...] = ()
) -> Iterator[Action]:
    """Yield what a passed maximum demands of a segment that stays."""
    if plan.max is None or not categories:
        return
    before = now - plan.max
    if min(segment.ages[name].oldest for name in categories) > before:
        return
    if plan.conflicts:
        yield Action("decide", segment, categories, f"{plan.conflicts[0]}; {PROPOSAL}", fields, before)
    else:
        what = f"`{fields[0]}` is" if fields else "records are"
        why = f"{what} past {format_duration(plan.max)}, the most that is allowed; the segment must stay"
        yield Action("erase", segment, categories, why, fields, before)
