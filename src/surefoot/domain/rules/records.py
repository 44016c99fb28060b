"""The recording rules of an objective, with Sloth's names so that its dashboards find their series."""

from collections.abc import Iterator
from datetime import timedelta

from surefoot.calendar.windows import CalendarWindow
from surefoot.domain.rules import names
from surefoot.domain.rules.burning import Burning, countable, windows
from surefoot.domain.rules.indicator import Events, Ratio, Slices, expressions
from surefoot.domain.slo.budget import objective_ratio
from surefoot.domain.slo.burn import go_float
from surefoot.promql.duration import format_duration
from surefoot.spec.model.policy import Policy
from surefoot.spec.rulefile import Rule
from surefoot.spec.system import Slo


def indicator_records(slo: Slo, policy: Policy, alerts: list[Burning]) -> Iterator[Rule]:
    """Record errors, events and their ratio over every window that an alert reads."""
    sli = expressions(slo, policy.slo)
    match sli:
        case Slices():
            yield from _slices(slo, policy, sli)
        case Events():
            yield from _events(slo, policy, sli, alerts)
        case Ratio():
            yield from _ratios(slo, policy, sli)


def period_records(slo: Slo, policy: Policy) -> Iterator[Rule]:
    """Record the period's error ratio, the objective, the budget and how fast it burns.

    PromQL knows no time zones, so a calendar window has no period record here.
    """
    matching, on = names.match(slo), "on(sloth_id, sloth_slo, sloth_service) group_left"
    rolling = not isinstance(slo.window, CalendarWindow)
    period = format_duration(slo.period)
    if rolling and slo.period not in windows(slo, policy):  # or an alert's record of that window has the name
        yield _record(slo, f"{names.RATIO}{period}", period_ratio(slo, policy, period), slo.period)
    objective = go_float(objective_ratio(slo.objective))
    yield _record(slo, "slo:objective:ratio", f"vector({objective})")
    yield _record(slo, "slo:error_budget:ratio", f"vector(1-{objective})")
    if rolling:
        yield _record(slo, "slo:time_period:days", f"vector({go_float(slo.period.total_seconds() / 86400)})")
    budget = f"/ {on} slo:error_budget:ratio{matching}"
    base = format_duration(policy.slo.base)
    yield _record(slo, "slo:current_burn_rate:ratio", f"{names.RATIO}{base}{matching} {budget}")
    if rolling:
        yield _record(slo, "slo:period_burn_rate:ratio", f"{names.RATIO}{period}{matching} {budget}")
        remaining = f"1 - slo:period_burn_rate:ratio{matching}"
        yield _record(slo, "slo:period_error_budget_remaining:ratio", remaining)


def info_record(slo: Slo, mode: str, version: str) -> Rule:
    """Record what the objective is, as labels of a constant."""
    labels = {
        **names.labels(slo),
        "sloth_mode": mode,
        "sloth_objective": go_float(slo.objective),
        "sloth_spec": slo.format,
        "sloth_version": version,
    }
    return Rule("record", "sloth_slo_info", "vector(1)", dict(sorted(labels.items())))


def _events(slo: Slo, policy: Policy, sli: Events, alerts: list[Burning]) -> Iterator[Rule]:
    base = policy.slo.base
    matching, text = names.match(slo), format_duration(base)
    errors, total = f"{names.ERRORS}{text}", f"{names.TOTAL}{text}"
    yield _record(slo, errors, sli.errors(text), base)
    yield _record(slo, total, sli.total(text), base)
    yield _record(slo, f"{names.RATIO}{text}", f"{errors}{matching} / ({total}{matching} > 0)", base)
    guarded = {leg.long for alert in alerts for leg, least in zip(alert.legs, alert.failures, strict=True) if least}
    for window in windows(slo, policy):
        if window == base:
            continue
        text = format_duration(window)
        if window in guarded and countable(slo):
            yield _record(slo, f"{names.ERRORS}{text}", sli.errors(text), window)
        ratio = f"{sli.errors(text)} / ({sli.total(text)} > 0)"
        yield _record(slo, f"{names.RATIO}{text}", ratio, window)


def _slices(slo: Slo, policy: Policy, sli: Slices) -> Iterator[Rule]:
    step = format_duration(policy.slo.slice)
    matching = names.match(slo)
    bad, every = f"{names.SLICE_ERRORS}{step}", f"{names.SLICE_TOTAL}{step}"
    yield _record(slo, bad, sli.bad, policy.slo.slice)
    yield _record(slo, every, sli.any, policy.slo.slice)
    for window in windows(slo, policy):
        text = format_duration(window)
        ratio = f"sum_over_time({bad}{matching}[{text}]) / (sum_over_time({every}{matching}[{text}]) > 0)"
        yield _record(slo, f"{names.RATIO}{text}", ratio, window)


def _ratios(slo: Slo, policy: Policy, sli: Ratio) -> Iterator[Rule]:
    base = format_duration(policy.slo.base)
    for window in windows(slo, policy):
        text = format_duration(window)
        averaged = f"avg_over_time({names.RATIO}{base}{names.match(slo)}[{text}])"
        expr = sli.ratio(text) if sli.open or window == policy.slo.base else averaged
        yield _record(slo, f"{names.RATIO}{text}", expr, window)


def period_ratio(slo: Slo, policy: Policy, period: str) -> str:
    """Write the error ratio of a period such as ``30d``.

    It weighs by events: a mean of ratios counts the quiet night like the busy day.
    """
    matching = names.match(slo)
    base, step = format_duration(policy.slo.base), format_duration(policy.slo.period_step)
    sli = expressions(slo, policy.slo)
    grouping = ", ".join((*names.IDS, *slo.by))
    if isinstance(sli, Ratio):
        return f"avg_over_time({names.RATIO}{base}{matching}[{period}])"
    if isinstance(sli, Slices):
        text = format_duration(policy.slo.slice)
        errors, total, range_ = f"{names.SLICE_ERRORS}{text}", f"{names.SLICE_TOTAL}{text}", f"[{period}]"
    else:
        errors, total, range_ = f"{names.ERRORS}{base}", f"{names.TOTAL}{base}", f"[{period}:{step}]"
    return (
        f"sum by ({grouping}) (sum_over_time({errors}{matching}{range_}))"
        f" / (sum by ({grouping}) (sum_over_time({total}{matching}{range_})) > 0)"
    )


def _record(slo: Slo, name: str, expr: str, window: timedelta | None = None) -> Rule:
    return Rule("record", name, expr, names.labels(slo, window))
