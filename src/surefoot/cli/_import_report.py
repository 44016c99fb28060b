"""What an import tells: what was carried over, what changed, what could not be, and whether firing did."""

from collections.abc import Iterator, Mapping, Sequence

from surefoot.cli.report import text
from surefoot.domain.migration import Migration, Proof
from surefoot.domain.slo.burn import go_float
from surefoot.finding import Finding
from surefoot.promql.duration import format_duration
from surefoot.spec.system import Slo


def render(
    migration: Migration, findings: Sequence[Finding], lines: Mapping[str, Sequence[str]], form: str
) -> str:
    """Write the report, sections in the order in which they are asked for."""
    told = [*_carried(migration), *_proven(migration.proof, form)]
    if migration.slos:
        told += ["what changes:", *(f"  - {change}" for change in _changes(migration, form))]
    if findings:
        told += ["what was not carried over, or means something else now:", ""]
        told += [text.render(findings, lines).rstrip("\n").rpartition("\n")[0]]
    return "\n".join(told).rstrip("\n")


def _carried(migration: Migration) -> Iterator[str]:
    count = len(migration.slos)
    services = len(migration.services)
    yield f"carried over: {_many(count, 'objective')} of {_many(services, 'service')}"
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
    if "slo" not in migration.policy:
        yield f"the period of {policy.window} is the policy's default now: `policy: {{slo: {{window: {policy.window}}}}}`"
    if form == "sloth":
        yield "with `surefoot build --profile sloth` nothing else; the default profile `accurate` differs in this:"
        yield "the ratio over the period weighs each event alike; Sloth's is a mean of means"
        if policy.min_failures.enabled:
            yield "in quiet hours a single failure no longer pages: `policy.slo.min_failures`"
    if migration.added:
        yield f"{_many(len(migration.added), 'alert')} more, for series that disappear: {', '.join(migration.added)}"
    yield "nobody owns the services yet: write `owner: TEAM` into each, and the team under `teams`"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
