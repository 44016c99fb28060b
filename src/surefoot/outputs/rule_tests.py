"""Unit tests of a service's alerts for ``promtool test rules``: silent before, firing at, over after.

promtool evaluates a whole file at one interval, so there is one file for each grid. Alerts whose histories do
not touch each other share a test.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from surefoot.artifact import Artifact
from surefoot.domain.rules.indicator import Events, Ratio, Slices, expressions, presence
from surefoot.domain.rules.rehearsal import Rehearsal
from surefoot.domain.rules.story import notation
from surefoot.domain.rules.trials import Trial, trials
from surefoot.domain.rules.witness import matches
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.outputs._yaml import scalar
from surefoot.promql.duration import format_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.quote import quote
from surefoot.promql.selector import Selector
from surefoot.promql.series import NAME, Labels
from surefoot.promql.walk import vector_selectors
from surefoot.spec.model.policy import SloPolicy
from surefoot.spec.system import Service, System


@dataclass(slots=True)
class _Batch:
    """Stories that one test tells together.

    Attributes:
        series: Labels to the story that tells them.
        reads: What the alerts under test look at.
    """

    parts: list[tuple[Trial, Rehearsal]] = field(default_factory=list)
    series: dict[Labels, str] = field(default_factory=dict)
    reads: list[Selector] = field(default_factory=list)

    def takes(self, rehearsal: Rehearsal, reads: Sequence[Selector]) -> bool:
        told = _series(rehearsal)
        if not self.parts:
            return True
        if any(_fixed(one, rehearsal) for _, one in self.parts):
            return False
        if any(labels in self.series for labels in told):
            return False
        ours = not any(_means(selector, labels) for selector in self.reads for labels in told)
        return ours and not any(_means(selector, labels) for selector in reads for labels in self.series)

    def add(self, trial: Trial, rehearsal: Rehearsal, reads: Sequence[Selector]) -> None:
        self.parts.append((trial, rehearsal))
        self.series.update(dict.fromkeys(_series(rehearsal), ""))
        self.reads += reads


def rule_tests(service: Service, system: System, head: str) -> Iterator[Artifact]:
    """Write the test files of a service, one for each grid."""
    grids: dict[timedelta, list[_Batch]] = {}
    read: dict[str, tuple[Selector, ...]] = {}
    for trial in trials(service, system):
        scope = _scope(trial)
        reads = read.get(scope) or _reads(trial, system.policy.slo)
        read[scope] = reads
        for rehearsal in trial.rehearsals(system):
            batches = grids.setdefault(rehearsal.step, [])
            batch = next((one for one in batches if one.takes(rehearsal, reads)), None)
            if batch is None:
                batch = _Batch()
                batches.append(batch)
            batch.add(trial, rehearsal, reads)
    for step, batches in sorted(grids.items()):
        text = format_duration(step)
        rules = scalar(f"../rules/{service.name}.yml")
        lines = [f"{head}rule_files: [{rules}]", f"evaluation_interval: {text}", "tests:"]
        for batch in batches:
            lines += _test(batch, step)
        yield Artifact(f"prometheus/tests/{service.name}_{text}_test.yml", "\n".join(lines) + "\n")


def _scope(trial: Trial) -> str:
    return trial.slo.id if trial.slo else trial.rule.expr


def _reads(trial: Trial, policy: SloPolicy) -> tuple[Selector, ...]:
    """List what an alert looks at; of an objective's that is what the indicator looks at."""
    found: dict[Selector, None] = {}
    for expr in _looks(trial, policy):
        try:
            found.update(dict.fromkeys(vector_selectors(parse(expr))))
        except PromqlError:
            continue  # a check has reported it; nothing of it is tried, either
    return tuple(found)


def _looks(trial: Trial, policy: SloPolicy) -> Iterator[str]:
    if trial.slo is None:
        yield trial.rule.expr
        return
    yield presence(trial.slo)
    sli, window = expressions(trial.slo, policy), format_duration(policy.base)
    match sli:
        case Events():
            yield sli.errors(window)
        case Ratio():
            yield sli.ratio(window)
        case Slices():
            yield sli.bad


def _fixed(first: Rehearsal, second: Rehearsal) -> bool:
    """Tell whether stories cannot begin their outages together: a longer history would change one of them."""
    movable = all(one.story.recovers and not one.burst for one in (first, second))
    return not movable and (first.story.start != second.story.start or not second.story.recovers)


def _means(selector: Selector, labels: Labels) -> bool:
    name = dict(labels).get(NAME)
    return (not selector.metric or selector.metric == name) and matches(selector, labels)


def _series(rehearsal: Rehearsal) -> list[Labels]:
    return [signal.labels for signal in rehearsal.story.signals]


def _test(batch: _Batch, step: timedelta) -> Iterator[str]:
    start = max(one.story.start for _, one in batch.parts)
    yield f"  - name: {scalar(', '.join(f'{trial.name} {one.story.name}' for trial, one in batch.parts))}"
    yield f"    interval: {format_duration(step)}"
    yield "    input_series:"
    checks: list[tuple[timedelta, str, int]] = []
    for trial, one in batch.parts:
        later = start - one.story.start
        story = replace(one.story, start=start, end=one.story.end + later, length=one.story.length + later)
        for signal in story.signals:
            yield f"      - series: {_single(_name(signal.labels))}"
            yield f"        values: {_single(notation(signal, story, step, one.burst))}"
        expr = f'count(ALERTS{{alertstate="firing",{trial.matchers}}}) or vector(0)'
        checks += [(at + later, expr, 0) for at in one.silent]
        checks += [(at + later, expr, 1) for at in one.firing]
    yield "    promql_expr_test:"
    for at, expr, value in sorted(checks):
        yield f"      - expr: {_single(expr)}"
        yield f"        eval_time: {format_duration(at)}"
        yield f"        exp_samples: [{{labels: '{{}}', value: {value}}}]"


def _name(labels: Labels) -> str:
    pairs = ",".join(f"{name}={quote(value)}" for name, value in labels if name != NAME)
    return f"{dict(labels)[NAME]}{{{pairs}}}"


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _render(system: System) -> Iterator[Artifact]:
    head = header(system)
    if sum(len(service.slos) for service in system.services.values()) > system.policy.prometheus.rule_tests:
        return
    for service in system.services.values():
        yield from rule_tests(service, system, head)


OUTPUT = Output(
    "rule-tests",
    "Unit tests of each service's alerts for `promtool test rules`: one file for each grid of times.",
    _render,
)
