"""Firing certificates: when each alert fires and stops, by closed form, by our engine and by promtool."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from surefoot.checks.p01_certificate_disagrees import CHECK
from surefoot.domain.audit.regimes import audit_numbers
from surefoot.domain.evidence import Promise
from surefoot.domain.rules.groups import groups
from surefoot.domain.rules.names import surefoot_version
from surefoot.domain.rules.rehearsal import Rehearsal
from surefoot.domain.rules.story import Story
from surefoot.domain.rules.trials import Trial, trials
from surefoot.domain.slo.budget import budget_ratio
from surefoot.finding import Finding
from surefoot.outputs.prometheus_rules import OUTPUT as RULES
from surefoot.outputs.rule_tests import rule_tests
from surefoot.ports.process import Programs
from surefoot.ports.workers import Job, Workers
from surefoot.promql.duration import format_duration
from surefoot.promql.semantics import Semantics
from surefoot.proof import Proof, Verdict
from surefoot.prove.firing import Seen, needed, observe
from surefoot.spec.rulefile import RuleGroup
from surefoot.spec.system import Service, System

_NOT_INSTALLED = "not installed"
_LIMIT = timedelta(minutes=10)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Point:
    """One story of an alert: what the closed form says and what the engine saw.

    Attributes:
        theory: Detection time by closed form; None: it stays silent.
        reset: Reset time by closed form; None: nothing to compare.
        early: How much earlier than the closed form is right.
        late: How much later.
        spent: Share of the period's budget that the outage spent until the engine fired.
    """

    story: Story
    theory: timedelta | None
    reset: timedelta | None
    seen: Seen
    early: timedelta
    late: timedelta
    spent: float | None

    @property
    def holds(self) -> bool:
        """Tell whether both agree."""
        if self.seen.early or (self.theory is None) != (self.seen.fires is None):
            return False
        return all(off is None or -self.early <= off <= self.late for off in (self.off, self.reset_off))

    @property
    def off(self) -> timedelta | None:
        """Return how much later than the closed form the engine fired."""
        return None if self.theory is None or self.seen.fires is None else self.seen.fires - self.theory

    @property
    def reset_off(self) -> timedelta | None:
        """Return how much later than the closed form the alert stopped; it must stop where a form exists."""
        if self.reset is None:
            return None
        return timedelta.max if self.seen.stops is None else self.seen.stops - self.reset


@dataclass(frozen=True, slots=True)
class Certificate:
    """One alert, proved or not.

    Attributes:
        name: Of the alert within its service.
        proof: None where no story could be told; `reason` says why.
        promtool: ``passed``, ``failed``, ``not installed``, or why it says nothing.
    """

    service: str
    name: str
    proof: Proof | None
    points: tuple[Point, ...]
    promtool: str
    reason: str
    trial: Trial

    @property
    def theory(self) -> str:
        """Say when the alert fires by closed form, in the story in which it fires soonest."""
        fires = [point for point in self.points if point.theory is not None]
        if not fires:
            return "never"
        soonest = min(fires, key=lambda point: point.theory or timedelta())
        return f"{_form(soonest.theory)} at {soonest.story.ratio:.3g}"

    @property
    def path(self) -> str:
        """Return where its file stands below the folder of proofs."""
        return f"alerts/{self.service}/{_plain(self.name)}.json"


def points(trial: Trial, system: System, rules: Sequence[RuleGroup] | None = None) -> tuple[Point, ...]:
    """Compare closed form and engine over every story of an alert.

    Args:
        trial: The alert.
        system: With its server's intervals and version.
        rules: In place of the compiled ones, such as rules that were edited.
    """
    group = needed(trial, rules if rules is not None else groups(trial.service, system))
    semantics = Semantics.of(system.policy.prometheus.target)
    pace = trial.pace(system)
    found = []
    for turn, story in enumerate(trial.stories(system)):
        seen = observe(story, group, semantics, (pace.scrape, pace.evaluation), turn)
        rounded = -(-story.lasting // pace.evaluation) * pace.evaluation - story.lasting
        late = pace.slack + story.resolution + rounded
        found.append(
            Point(
                story, story.theory, story.reset, seen, pace.scrape + story.resolution, late, _spent(trial, story, seen)
            )
        )
    return tuple(found)


def certify(
    trial: Trial, system: System, now: datetime, promtool: str, rules: Sequence[RuleGroup] | None = None
) -> Certificate:
    """Prove one alert.

    Args:
        trial: The alert.
        system: The resolved spec.
        now: In UTC.
        promtool: What promtool said of the alert's tests.
        rules: In place of the compiled ones.
    """
    compared = points(trial, system, rules)
    if not compared:
        reason = trial.reason or "no story tells what it watches"
        return Certificate(trial.service.name, trial.name, None, (), promtool, reason, trial)
    used = needed(trial, rules if rules is not None else groups(trial.service, system))
    good = all(point.holds for point in compared) and promtool != "failed"
    ways = "closed form, engine and promtool" if promtool == "passed" else "closed form and engine"
    proof = Proof(
        promise=_promise(trial),
        verdict=Verdict.PROVEN if good else Verdict.BROKEN,
        measured=_measured(compared),
        bound=_bound(compared),
        how=f"{ways} over {len(compared)} stories" + ("" if promtool == "passed" else f"; promtool: {promtool}"),
        at=now,
        version=surefoot_version(),
        digest=_digest(used, trial, system),
        detail=tuple(_detail(compared, tuple(trial.rehearsals(system)), promtool)),
    )
    return Certificate(trial.service.name, trial.name, proof, compared, promtool, "", trial)


def certificates(
    system: System,
    services: Sequence[Service],
    programs: Programs,
    workers: Workers,
    now: datetime,
    told: Callable[[Trial], None] = lambda _: None,
) -> Iterator[Certificate]:
    """Prove the alerts of services, in the order of their rules.

    Args:
        system: The resolved spec.
        services: Those wanted.
        programs: To run promtool with.
        workers: Who run it, beside the engine.
        now: In UTC.
        told: Called with each alert before it is proved.

    Raises:
        PortError: promtool did not end in time.
    """
    asked = {one.name: workers.begin(partial(ask_promtool, one, system, programs)) for one in services}
    for service in services:
        for trial in trials(service, system):
            told(trial)
            yield certify(trial, system, now, _said(asked[service.name], trial, system))


def ask_promtool(
    service: Service, system: System, programs: Programs, rules: str | None = None
) -> tuple[int, str] | None:
    """Let promtool judge a service's rule tests: exit status and words; None: it is not installed.

    Args:
        service: Whose tests.
        system: The resolved spec.
        programs: To run it with.
        rules: A rule file in place of the compiled one.
    """
    path = f"prometheus/rules/{service.name}.yml"
    files = {one.path: one.text for one in rule_tests(service, system, "")}
    if not files:
        return 0, ""
    compiled = next((one.text for one in RULES.render(system) if one.path == path), "")
    ended = programs.run("promtool", ["test", "rules", *files], {**files, path: rules or compiled}, _LIMIT)
    return None if ended is None else (ended.status, ended.output)


def promises(system: System) -> Iterator[Promise]:
    """List what certificates are about: every alert of the compiled rules, in their order."""
    lasts = audit_numbers(system).proof_age
    for service in system.services.values():
        rules = groups(service, system)
        for trial in trials(service, system):
            yield Promise(_promise(trial), _digest(needed(trial, rules), trial, system), lasts)


def findings(found: Sequence[Certificate]) -> list[Finding]:
    """Report each alert whose ways disagree (P01)."""
    reported = []
    for one in found:
        if one.proof is None or one.proof.verdict is Verdict.PROVEN:
            continue
        origin = one.trial.slo.origin if one.trial.slo else one.trial.service.origin
        message = f"{one.trial.rule.name}: {one.proof.measured}; allowed is {one.proof.bound}; promtool: {one.promtool}"
        reported.append(CHECK.finding(origin.span(), message, _CURE, subject=one.proof.promise))
    return reported


_CURE = "compare the rule with what `surefoot build` writes; if it is the same, report it with the certificate's file"


def _said(asked: Job[tuple[int, str] | None], trial: Trial, system: System) -> str:
    answer = asked.result()
    if answer is None:
        return _NOT_INSTALLED
    if next(trial.rehearsals(system), None) is None:
        return "no short history tries it"
    return judged(*answer, trial)


def judged(status: int, output: str, trial: Trial) -> str:
    """Tell whether promtool's words concern an alert: those that name it, or errors that name no alert at all."""
    if status == 0:
        return "passed"
    words = output.replace('\\"', '"')
    return "failed" if trial.matchers in words or "ALERTS{" not in words else "passed"


def _promise(trial: Trial) -> str:
    if trial.slo is None:
        return f"{trial.service.name}/{trial.rule.name}/fires"
    return f"{trial.slo.subject}/{trial.burning.tier if trial.burning else 'absent'}/fires"


def _measured(compared: Sequence[Point]) -> str:
    wrong = next((point for point in compared if not point.holds), None)
    if wrong is not None:
        return f"{wrong.story.name}: closed form {_form(wrong.theory)}, engine {_form(wrong.seen.fires)}" + (
            f", stops after {_form(wrong.seen.stops)} instead of {_form(wrong.reset)}"
            if wrong.reset is not None
            else ""
        )
    offs = [off.total_seconds() for point in compared for off in (point.off, point.reset_off) if off is not None]
    return f"{min(offs):+.0f} s to {max(offs):+.0f} s off the closed form" if offs else "silent, as it should be"


def _bound(compared: Sequence[Point]) -> str:
    early = max(point.early for point in compared).total_seconds()
    late = max(point.late for point in compared).total_seconds()
    return f"-{early:.0f} s to +{late:.0f} s"


def _detail(compared: Sequence[Point], rehearsals: Sequence[Rehearsal], promtool: str) -> Iterator[tuple[str, str]]:
    for point in compared:
        text = f"error ratio {point.story.ratio:.6g}: fires after {_form(point.theory)} by closed form, "
        text += f"{_form(point.seen.fires)} by the engine"
        if point.reset is not None:
            text += f"; stops after {_form(point.reset)}, {_form(point.seen.stops)}"
        if point.spent is not None:
            text += f"; {point.spent:.2%} of the budget spent by then"
        if point.story.resolution:
            text += f"; the story tells times to {_form(point.story.resolution)}"
        yield point.story.name, text + f"; {'holds' if point.holds else 'does not hold'}"
    for one in rehearsals:
        text = f"error ratio {one.story.ratio:.6g} every {format_duration(one.step)}: "
        text += (
            "silent" if one.fires is None else f"fires after more than {_form(one.fires[0])}, by {_form(one.fires[1])}"
        )
        yield f"promtool {one.story.name}", f"{text}; {promtool}"


def _form(length: timedelta | None) -> str:
    if length is None:
        return "never"
    whole = timedelta(seconds=round(length / _SECOND))
    return f"-{format_duration(-whole)}" if whole < timedelta() else format_duration(whole)


def _spent(trial: Trial, story: Story, seen: Seen) -> float | None:
    if trial.slo is None or trial.burning is None or seen.fires is None:
        return None
    return story.ratio * (seen.fires / trial.slo.period) / budget_ratio(trial.slo.objective)


def _digest(used: RuleGroup, trial: Trial, system: System) -> str:
    pace = trial.pace(system)
    content = [
        [[rule.kind, rule.name, rule.expr, dict(rule.labels), str(rule.lasting)] for rule in used.rules],
        system.policy.prometheus.target,
        [str(pace.scrape), str(pace.evaluation)],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip(".") or "alert"


def as_json(one: Certificate) -> Mapping[str, object]:
    """Return the fields of a proof for its file; all but ``at`` are the same for the same rules."""
    proof = one.proof
    if proof is None:
        return {"service": one.service, "alert": one.name, "verdict": "unproven", "reason": one.reason}
    return {
        "promise": proof.promise,
        "verdict": proof.verdict.value,
        "measured": proof.measured,
        "bound": proof.bound,
        "how": proof.how,
        "at": proof.at.isoformat().replace("+00:00", "Z"),
        "version": proof.version,
        "digest": proof.digest,
        "detail": dict(proof.detail),
    }
