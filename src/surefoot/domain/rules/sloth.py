"""Profile ``sloth``: the rules that Sloth 0.16 writes, its period rule and its quiet services included."""

from collections.abc import Iterator
from dataclasses import replace

from surefoot.domain.rules import names
from surefoot.domain.rules.alerts import alert_name, condition
from surefoot.domain.rules.burning import Burning, burning, windows
from surefoot.domain.rules.indicator import Events, expressions
from surefoot.domain.rules.records import info_record, period_records
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Selector
from surefoot.spec.model.policy import Policy
from surefoot.spec.rulefile import Rule, RuleGroup
from surefoot.spec.system import EventSli, Query, RawSli, Slo

_MODES = {"prometheus/v1": "cli-gen-prom", "sloth.slok.dev/v1": "cli-gen-k8s"}
_MODE_OF_OTHERS = "cli-gen-openslo"


def groups(slo: Slo, policy: Policy) -> Iterator[RuleGroup]:
    """Compile one objective.

    Raises:
        ValueError: It is one of time slices, which Sloth has no way to say; a check refuses it before.
    """
    recordings = [*_indicator(slo, policy), _period(slo)]
    yield RuleGroup(f"sloth-slo-sli-recordings-{slo.id}", tuple(recordings))
    meta = [rule for rule in period_records(slo, policy) if not rule.name.startswith(names.RATIO)]
    info = info_record(slo, _MODES.get(slo.format, _MODE_OF_OTHERS), names.surefoot_version())
    yield RuleGroup(f"sloth-slo-meta-recordings-{slo.id}", (*meta, info))
    alerts = tuple(_alert(slo, alert) for alert in burning(slo, policy, exact=False) if _wanted(slo, alert))
    if alerts and slo.alerting.enabled:
        yield RuleGroup(f"sloth-slo-alerts-{slo.id}", alerts)


def _indicator(slo: Slo, policy: Policy) -> Iterator[Rule]:
    for window in windows(slo, policy):
        text = format_duration(window)
        yield Rule("record", f"{names.RATIO}{text}", _ratio(slo, text, policy), names.labels(slo, window))


def _ratio(slo: Slo, window: str, policy: Policy) -> str:
    match slo.sli:
        case EventSli(part, total, "bad"):
            return f"({_rate(part, window)})\n/\n({_rate(total, window)})"
        case EventSli(part, total, "good"):
            return f"1 - (\n  (\n    {_rate(part, window)}\n  )\n  /\n  (\n    {_rate(total, window)}\n  )\n)"
        case RawSli(ratio, counts, None):
            text = ratio.fill(window)
            return f"({text})" if counts == "errors" else f"(1 - ({text}))"
        case _:
            sli = expressions(slo, policy.slo)
            if not isinstance(sli, Events):
                raise ValueError(f"{slo.subject}: Sloth knows no time slices")  # noqa: TRY004  # of the spec, not of the code
            return f"({sli.errors(window)})\n/\n({sli.total(window)})"


def _rate(query: Query, window: str) -> str:
    return f"sum(rate({query.render()}[{window}]))" if isinstance(query, Selector) else query.fill(window)


def _period(slo: Slo) -> Rule:
    series = f"{names.RATIO}5m{names.match(slo)}[{format_duration(slo.period)}]"
    expr = f"sum_over_time({series})\n/ ignoring (sloth_window)\ncount_over_time({series})"
    return Rule("record", f"{names.RATIO}{format_duration(slo.period)}", expr, names.labels(slo, slo.period))


def _wanted(slo: Slo, alert: Burning) -> bool:
    return slo.alerting.page.enabled if alert.tier == "page" else slo.alerting.ticket.enabled


def _alert(slo: Slo, alert: Burning) -> Rule:
    tier = slo.alerting.page if alert.tier == "page" else slo.alerting.ticket
    alert = replace(alert, failures=tuple(0 for _ in alert.legs))
    subject = "{{$labels.sloth_service}} {{$labels.sloth_slo}}"
    notes = {
        "summary": f"{subject} SLO error budget burn rate is over expected.",
        "title": f"({alert.tier}) {subject} SLO error budget burn rate is too fast.",
        **slo.alerting.annotations,
        **tier.annotations,
    }
    labels = {**slo.alerting.labels, **tier.labels, "sloth_severity": alert.tier}
    return Rule(
        "alert",
        alert_name(slo),
        condition(slo, alert),
        dict(sorted(labels.items())),
        dict(sorted(notes.items())),
    )
