"""What an import tells: what was carried over, what changed, what could not be, and whether firing did."""

from collections.abc import Iterator, Mapping, Sequence

from surefoot.cli.report import text
from surefoot.domain.migration import Migration, Proof
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Slo


def render(migration: Migration, findings: Sequence[Finding], lines: Mapping[str, Sequence[str]], form: str) -> str:
    """Write the report, sections in the order in which they are asked for."""
    told = [*_carried(migration), *_proven(migration.proof, form)]
    if migration.slos:
        told += ["what changes:", *(f"  - {change}" for change in _changes(migration, form))]
    if findings:
        told += ["what was not carried over, or means something else now:", ""]
        told += [text.render(findings, lines).rstrip("\n").rpartition("\n")[0]]
    return "\n".join(told).rstrip("\n")


def _carried(migration: Migration) -> Iterator[str]:
    if not migration.slos:
        yield "there is no objective to carry over"
        return
    objectives, services = _many(len(migration.slos), "objective"), _many(len(migration.services), "service")
    yield f"carried over: {objectives} of {services}"
    yield from (f"  {slo.subject}: {_said(slo)}" for slo in migration.slos)


def _said(slo: Slo) -> str:
    kept = f"{go_float(slo.objective)} % over {format_duration(slo.period)}"
    if not slo.alerting.enabled:
        return f"{kept}, no alerts"
    tiers = dict.fromkeys(
        leg.tier
        for leg in slo.burn
        if (slo.alerting.page if leg.tier in ("page", "fast", "medium") else slo.alerting.ticket).enabled
    )
    return f"{kept}, {' and '.join(tiers) or 'no alerts'}"


def _proven(proof: Proof, form: str) -> Iterator[str]:
    whose = "the rules that Sloth writes" if form == "sloth" else "the rules compiled from the original"
    if proof.different:
        yield f"firing changes: compared with {whose}, these differ: {', '.join(proof.different)}"
    elif proof.rules:
        yield f"firing is unchanged: {whose}, {proof.rules} in profile `{proof.profile}`, have the same meaning after"


def _changes(migration: Migration, form: str) -> Iterator[str]:
    policy = migration.system.policy.slo
    if form == "sloth":
        if "slo" not in migration.policy:
            yield f"the period is the policy's, {policy.window}; another one: `policy: {{slo: {{window: 28d}}}}`"
        yield "built with `--profile sloth`: nothing else. The default profile, `accurate`, differs in this:"
        yield "the ratio over the period weighs each event alike; Sloth's is a mean of means"
        if policy.min_failures.enabled:
            yield "in quiet hours a single failure does not page (`policy.slo.min_failures`)"
    if migration.added:
        yield f"{_many(len(migration.added), 'alert')} more, for series that disappear: {', '.join(migration.added)}"
    if any(service.owner is None for service in migration.system.services.values()):
        yield "nobody owns the services yet: write `owner: TEAM` into each file, and the team under `teams`"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
