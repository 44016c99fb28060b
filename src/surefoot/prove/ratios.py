"""Error ratios of an objective over any window, evaluation by evaluation: counted, or as rules recorded them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

import numpy as np

from surefoot.domain.rules import indicator, names
from surefoot.promql.burnrate import At, Counter, Scene, Seen, growth
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Selector
from surefoot.promql.series import NAME, Labels, Mask, Storage, Times, Values, drop, keep
from surefoot.spec.system import EventSli, LatencySli, Slo

Counts = Literal["bad", "good", "fast"]
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Errors and error ratio over one window at some evaluations; any value where nothing is present."""

    errors: Values
    counted: Mask
    ratio: Values
    present: Mask


class Ratios(Protocol):
    """The error ratios of one objective.

    A group is one value of the objective's ``by`` labels; an objective without them has one group at most.
    """

    @property
    def groups(self) -> Sequence[Labels]:
        """The labels of each group."""

    def at(self, group: int, window: int, at: At) -> Measured:
        """Measure a group over a window, milliseconds, at some evaluations."""


@dataclass(frozen=True, slots=True)
class Queries:
    """The counters of an indicator that bare selectors mean: a part of all events, and all of them."""

    part: Selector
    total: Selector
    counts: Counts


def queries(slo: Slo) -> Queries | None:
    """Find the counters of an objective; None for an indicator of another kind."""
    sli = slo.sli
    match sli:
        case EventSli(part=Selector() as part, total=Selector() as total, counts=counts):
            return Queries(part, total, counts) if part.metric and total.metric else None
        case LatencySli(histogram=histogram, native=False) if histogram.metric:
            return Queries(indicator.bucket(histogram, sli.bound), indicator.count(histogram), "fast")
        case _:
            return None


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    part: tuple[Counter, ...]
    total: tuple[Counter, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CountedRatios:
    """Ratios computed from counters, as the compiled records would."""

    scene: Scene
    counts: Counts
    groups: tuple[Labels, ...]
    counters: tuple[_Group, ...]

    def at(self, group: int, window: int, at: At) -> Measured:
        """Measure as the records' expressions do, operation by operation; see `surefoot.domain.rules.indicator`."""
        found = self.counters[group]
        known = Seen()
        total, seen = self.scene.total(found.total, window, at, known)
        errors, counted = total, seen
        if found.part:
            part, there = self.scene.total(found.part, window, at, known)
        else:
            part, there = np.zeros(len(total)), np.zeros(len(total), bool)
        match self.counts:
            case "bad":
                errors, counted = np.where(there, part, 0.0), there | seen
            case "good":
                errors = total - np.where(there, part, 0.0)
            case "fast":
                errors, counted = total - part, seen & there
        present = counted & seen & (total > 0)
        with np.errstate(all="ignore"):
            return Measured(errors, counted, errors / total, present)

    def growth(self, skipped: int) -> tuple[Values, Values]:
        """Count bad and all events from each evaluation to the next, over all groups, without the first ones.

        Args:
            skipped: How many evaluations are left out.
        """
        reach = self.scene.reach + skipped
        count = len(self.scene.evaluations) - 1 - skipped
        bad, total = np.zeros(count), np.zeros(count)
        for found in self.counters:
            part = growth(found.part)[reach:] if found.part else np.zeros(count)
            every = growth(found.total)[reach:]
            total += every
            bad += part if self.counts == "bad" else every - part
        return bad, total


def counted(slo: Slo, asked: Queries, storage: Storage, scene: Scene) -> CountedRatios | None:
    """Look at the counters of an objective; None where their sums would not be exact."""
    found: dict[Labels, tuple[list[Counter], list[Counter]]] = {}
    known: dict[int, Counter] = {}  # bad events are counted among all events, too
    for place, selector in enumerate((asked.part, asked.total)):
        for series in storage.select(selector):
            counter = known.get(id(series)) or scene.counter(series)
            if counter is None:
                return None
            known[id(series)] = counter
            found.setdefault(keep(series.labels, slo.by), ([], []))[place].append(counter)
    measured = {labels: _Group(tuple(part), tuple(total)) for labels, (part, total) in found.items() if total}
    return CountedRatios(scene, asked.counts, tuple(measured), tuple(measured.values()))


@dataclass(frozen=True, slots=True, eq=False)
class RecordedRatios:
    """Ratios as recording rules left them in the storage."""

    times: Times
    groups: tuple[Labels, ...]
    ratios: Mapping[tuple[Labels, int], tuple[Values, Mask]]
    errors: Mapping[tuple[Labels, int], tuple[Values, Mask]] = field(default_factory=dict)

    def at(self, group: int, window: int, at: At) -> Measured:
        """Return what was recorded; nothing for a window that no rule recorded."""
        nothing = np.zeros(len(self.times)), np.zeros(len(self.times), bool)
        ratio, present = self.ratios.get((self.groups[group], window), nothing)
        errors, counted = self.errors.get((self.groups[group], window), nothing)
        return Measured(errors[at], counted[at], ratio[at], present[at])


def recorded(slo: Slo, windows: Sequence[timedelta], storage: Storage, times: Times) -> RecordedRatios:
    """Find the records of an objective."""
    ratios: dict[tuple[Labels, int], tuple[Values, Mask]] = {}
    errors: dict[tuple[Labels, int], tuple[Values, Mask]] = {}
    own = {NAME, "sloth_window", *names.labels(slo)}
    identity = names.identity(slo).items()
    wanted = {
        f"{prefix}{format_duration(window)}": (place, window // _MILLISECOND)
        for prefix, place in ((names.RATIO, ratios), (names.ERRORS, errors))
        for window in windows
    }
    for series in storage.series:
        labels = dict(series.labels)
        if labels[NAME] not in wanted or not identity <= labels.items():
            continue
        place, window = wanted[labels[NAME]]
        at = np.searchsorted(series.times, times)
        inside = np.minimum(at, len(series.times) - 1)
        present = (series.times[inside] == times) & ~series.stale[inside]
        place[drop(series.labels, own), window] = series.values[inside], present
    groups = tuple(dict.fromkeys(group for group, _ in ratios))
    return RecordedRatios(times, groups, ratios, errors)
