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
    for title, points in (
        ("what changes:", _changes(migration, form)),
        ("what Surefoot's own way adds (`surefoot build --profile sloth` leaves it out):", _added(migration, form)),
    ):
        listed = [f"  - {point}" for point in points] if migration.slos else []
        told += [title, *listed] if listed else []
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
    how = "in the form that Sloth writes" if form == "sloth" else f"in the profile `{proof.profile}`"
    if proof.different:
        yield f"firing changes: of the rules {how}, these differ before and after: {', '.join(proof.different)}"
    elif proof.rules:
        yield f"firing is unchanged: {proof.rules} rules {how}, the same before and after, compared by meaning"


def _changes(migration: Migration, form: str) -> Iterator[str]:
    if form == "sloth" and "slo" not in migration.policy:
        window = migration.system.policy.slo.window
        yield f"the period is the policy's, {window}; another one: `policy: {{slo: {{window: 28d}}}}`"
    if form == "openslo" and any(slo.name.rpartition("-")[2].isdigit() for slo in migration.slos):
        yield "each objective of an SLO is one of its own here, named `<SLO>-<index>`"
    if any(service.owner is None for service in migration.system.services.values()):
        yield "nobody owns the services yet: write `owner: TEAM` into each file, and the team under `teams`"


def _added(migration: Migration, form: str) -> Iterator[str]:
    if form != "sloth":
        return
    yield "the ratio over the period weighs each event alike; Sloth's is a mean of means"
    if migration.system.policy.slo.min_failures.enabled:
        yield "in quiet hours a single failure does not page (`policy.slo.min_failures`)"
    if migration.added:
        yield f"{_many(len(migration.added), 'alert')} for series that disappear: {', '.join(migration.added)}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
