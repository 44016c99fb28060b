"""A backtest as JSON: everything that was found out, times in RFC 3339."""

from collections.abc import Iterable

import orjson

from surefoot.cli.replayed import Shown
from surefoot.prove.against import Comparison, Fired
from surefoot.prove.backtest import Backtest
from surefoot.prove.incidents import Quality
from surefoot.prove.moments import as_text
from surefoot.prove.past import AlertPast, Interval, ObjectivePast
from surefoot.prove.tune import Tuning


def render(shown: Shown) -> str:
    """Write one object."""
    found = shown.backtest
    document: dict[str, object] = {
        "title": shown.title,
        "surefoot": shown.version,
        "prometheus": shown.target,
        "from": _time(found.over.start),
        "to": _time(found.over.end),
        "step_seconds": found.over.step / 1000,
        "pages": _counts(found, "page"),
        "tickets": _counts(found, "ticket"),
        "alerts": [_alert(alert) for alert in found.alerts],
        "objectives": [_objective(one) for one in found.objectives],
        "noise": [
            {
                "alert": one.alert.name,
                "subject": one.alert.subject,
                "labels": dict(one.alert.labels),
                "firings": one.firings,
                "short": one.short,
                "flaps": one.flaps,
                "without_incident": one.unmatched,
                "firing_seconds": one.firing / 1000,
            }
            for one in found.noise
        ],
        "incidents": _quality(found.quality),
        "tuning": [_tuning(one) for one in found.tunings],
        "against": _comparison(shown.comparison, shown.against),
        "no_data": [{"subject": one.subject, "selector": one.selector} for one in found.silent],
        "partial": list(found.gaps),
        "problems": list(found.problems),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _counts(found: Backtest, tier: str) -> dict[str, object]:
    return {"firings": found.count(tier), "per_week": found.weekly(tier), "by_week": found.weeks[tier]}


def _alert(alert: AlertPast) -> dict[str, object]:
    return {
        "alert": alert.name,
        "subject": alert.subject,
        "tier": alert.tier,
        "priority": alert.priority,
        "labels": dict(alert.labels),
        "legs": list(alert.factors),
        "evaluated_by": alert.how,
        "firings": [_interval(one) for one in alert.intervals],
        "near_misses": [
            {"from": _time(one.start), "to": _time(one.end), "at": _time(one.at), "peak": one.peak}
            for one in alert.near
        ],
    }


def _interval(one: Interval) -> dict[str, object]:
    return {"from": _time(one.start), "to": None if one.end is None else _time(one.end), "peak": one.peak}


def _objective(one: ObjectivePast) -> dict[str, object]:
    return {
        "subject": one.subject,
        "objective": one.objective,
        "measured": one.measured,
        "bad": one.bad,
        "total": one.total,
        "budget_spent": one.spent,
    }


def _quality(quality: Quality | None) -> dict[str, object] | None:
    if quality is None:
        return None
    return {
        "grace_seconds": quality.grace / 1000,
        "precision": quality.precision,
        "recall": quality.recall,
        "detections": [
            {
                "service": one.incident.service,
                "name": one.incident.name,
                "start": _time(one.incident.start),
                "end": _time(one.incident.end),
                "delay_seconds": None if one.delay is None else one.delay / 1000,
                "by": one.subject,
            }
            for one in quality.detections
        ],
    }


def _tuning(one: Tuning) -> dict[str, object]:
    return {
        "subject": one.subject,
        "wanted_pages_per_week": one.wanted,
        "suggested_objective": None if one.suggested is None else one.suggested.objective,
        "candidates": [
            {"objective": item.objective, "pages_per_week": item.pages, "budget_spent": item.spent, "now": item.current}
            for item in one.candidates
        ],
        "windows": [
            {
                "legs": list(item.legs),
                "pages_per_week": item.pages,
                "outage_found_after_seconds": None if item.outage is None else item.outage.total_seconds(),
                "recall": item.recall,
            }
            for item in one.pairs
        ],
    }


def _comparison(comparison: Comparison | None, against: str) -> dict[str, object] | None:
    if comparison is None:
        return None
    return {
        "rules": against,
        "appear": _fired(comparison.appeared),
        "disappear": _fired(comparison.disappeared),
        "move": _fired(comparison.moved),
        "same": comparison.same,
    }


def _fired(every: Iterable[Fired]) -> list[dict[str, object]]:
    return [
        {"alert": one.alert.name, "subject": one.alert.subject, "tier": one.alert.tier, **_interval(one.interval)}
        for one in every
    ]


def _time(moment: int) -> str:
    return as_text(moment).replace(" ", "T")
