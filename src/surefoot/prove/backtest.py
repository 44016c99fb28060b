"""The backtest (SLO-10): a spec's rules on history, service by service, so that memory stays bounded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from surefoot.ports.metrics import MetricsSource
from surefoot.promql.error import PromqlError
from surefoot.promql.selector import Selector
from surefoot.promql.series import Series, Storage
from surefoot.promql.template import UnsupportedTemplateError
from surefoot.prove.history import Need, Unit, need, unit_of, units
from surefoot.prove.incidents import Incident, Quality, quality
from surefoot.prove.judging import Judgement
from surefoot.prove.noise import Noise, by_week, per_week, ranking
from surefoot.prove.past import AlertPast, ObjectivePast, Past, Range, Silence
from surefoot.prove.ratios import CountedRatios
from surefoot.prove.replay import Replayed, replay
from surefoot.prove.tune import Tuner, Tuning
from surefoot.spec.policy import resolve
from surefoot.spec.rulefile import RuleFile
from surefoot.spec.system import System

Told: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a backtest is to find out.

    Attributes:
        over: The evaluations.
        incidents: Known ones; None where none are given.
        grace: How long after an incident's end a page still belongs to it, milliseconds; None: the policy's.
        pages: A wanted number of pages a week and objective, to tune for.
        together: Services that are fetched at once; None: all, as for files that are read as a whole.
    """

    over: Range
    incidents: tuple[Incident, ...] | None = None
    grace: int | None = None
    pages: float | None = None
    together: int | None = 1


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """What came out.

    Attributes:
        judged: By which measures.
        gaps: Stretches of time for which the source had nothing to say: there, silence is no proof.
        problems: Rules that failed, and what was not evaluated.
    """

    over: Range
    judged: Judgement
    alerts: tuple[AlertPast, ...]
    objectives: tuple[ObjectivePast, ...]
    silent: tuple[Silence, ...]
    problems: tuple[str, ...]
    gaps: tuple[str, ...]
    quality: Quality | None
    noise: tuple[Noise, ...]
    weeks: dict[str, list[int]]
    tunings: tuple[Tuning, ...] = ()

    @property
    def measured(self) -> bool:
        """Tell whether there was anything to look at."""
        return any(one.spending is not None for one in self.objectives) or any(one.intervals for one in self.alerts)

    def count(self, tier: str) -> int:
        """Count the firings of a tier."""
        return sum(len(alert.intervals) for alert in self.alerts if alert.tier == tier)

    def weekly(self, tier: str) -> float:
        """Count the firings of a tier a week."""
        return per_week(self.count(tier), self.over)


@dataclass(slots=True)
class _Found:
    alerts: list[AlertPast] = field(default_factory=list)
    objectives: list[ObjectivePast] = field(default_factory=list)
    silent: list[Silence] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    gaps: dict[str, None] = field(default_factory=dict)
    tunings: list[Tuning] = field(default_factory=list)

    def add(self, past: Past) -> None:
        self.alerts += past.alerts
        self.objectives += past.objectives
        self.silent += past.silent
        self.problems += past.problems


def backtest(
    system: System | None,
    files: Sequence[RuleFile],
    source: MetricsSource,
    question: Question,
    told: Told | None = None,
) -> Backtest:
    """Replay the rules of a spec and of rule files.

    Args:
        system: Its services are replayed one after the other.
        files: Rules of others, replayed together.
        source: The history.
        question: What is asked.
        told: Told how far it is.

    Raises:
        MetricsError: The source does not answer.
    """
    batches = list(_batches(system, files, question.together))
    found = _Found()
    for done, (name, batch) in enumerate(batches):
        if told is not None:
            told(name, done, len(batches))
        _replay_batch(batch, system, source, question, found)
    alerts = tuple(found.alerts)
    over, known = question.over, question.incidents
    inside = None if known is None else tuple(one for one in known if one.end >= over.start and one.start <= over.end)
    policy = system.policy if system is not None else resolve({}, None)[0]
    judged = Judgement.of(policy.backtest, question.grace)
    return Backtest(
        over,
        judged,
        alerts,
        tuple(found.objectives),
        tuple(found.silent),
        tuple(found.problems),
        tuple(found.gaps),
        None if inside is None else quality(alerts, inside, judged.grace, over.end),
        ranking(alerts, inside, judged, over),
        by_week(alerts, over),
        tuple(found.tunings),
    )


def _batches(
    system: System | None, files: Sequence[RuleFile], together: int | None
) -> Iterator[tuple[str, list[Unit]]]:
    services = [] if system is None else [(name, found) for name, found in units(system) if found]
    if files:
        services.append((", ".join(file.file for file in files), [unit_of(files)]))
    size = together or max(len(services), 1)
    for first in range(0, len(services), size):
        part = services[first : first + size]
        yield part[0][0], [unit for _, found in part for unit in found]


def _replay_batch(
    batch: Sequence[Unit], system: System | None, source: MetricsSource, question: Question, found: _Found
) -> None:
    over = question.over
    needs = [(unit, need(unit, over.lookback)) for unit in batch]
    wanted = dict.fromkeys(selector for _, one in needs for selector in one.selectors)
    if not wanted:
        return
    before = max(one.before + one.warmup for _, one in needs)
    fetched = source.fetch([*wanted], over.start - before - over.step, over.end)
    found.gaps |= dict.fromkeys(fetched.gaps)
    everything = Storage(list(fetched.series))
    for unit, one in needs:
        _replay_unit(unit, one, Storage(_own(everything, one.selectors)), system, question, found)


def _own(storage: Storage, selectors: Sequence[Selector]) -> list[Series]:
    chosen = {id(series) for selector in selectors for series in storage.select(selector)}
    return [series for series in storage.series if id(series) in chosen]


def _replay_unit(
    unit: Unit, wanted: Need, storage: Storage, system: System | None, question: Question, found: _Found
) -> None:
    policy = None if system is None or unit.slo is None else system.policy
    try:
        one = replay(unit, wanted, storage, question.over, policy)
    except (PromqlError, UnsupportedTemplateError) as error:
        found.problems.append(f"{unit.subject} was not evaluated: {error}")
        return
    found.add(one.past)
    if question.pages is not None and policy is not None:
        tuned = _tuned(unit, one, system, question)
        if tuned is None:
            found.problems.append(f"{unit.subject} was not tuned: only counted events with data are")
        else:
            found.tunings.append(tuned)


def _tuned(unit: Unit, one: Replayed, system: System | None, question: Question) -> Tuning | None:
    if system is None or unit.slo is None or question.pages is None or not isinstance(one.ratios, CountedRatios):
        return None
    past = one.past.objectives[0]
    if past.spending is None:
        return None
    known, grace = question.incidents or (), Judgement.of(system.policy.backtest, question.grace).grace
    return Tuner(unit, unit.slo, past, one.ratios, question.over, system.policy, question.pages, known, grace).tune()
