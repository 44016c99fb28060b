"""What a restarted process goes on with: its alerts, and what was told about them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from surefoot.errors import MetricsError
from surefoot.promql.alerts import Alert, Phase
from surefoot.promql.series import Labels
from surefoot.run.evaluation import LiveGroup
from surefoot.run.grouping import Group, Grouping, Known

_VERSION = 1


def written(now: int, groups: Sequence[LiveGroup], grouping: Grouping) -> str:
    """Write the state at a time, milliseconds."""
    alerts = [
        {"rule": rule.key, **_alert(alert)}
        for group in groups
        for rule in group.rules
        if rule.state is not None
        for alert in rule.state.active.values()
    ]
    told = [_group(key, group) for key, group in grouping.groups.items()]
    return orjson.dumps({"version": _VERSION, "at": now, "alerts": alerts, "groups": told}).decode()


def restored(text: str, now: int, outage: int, groups: Sequence[LiveGroup], grouping: Grouping) -> int:
    """Take over a state; alerts of rules that are not the same any more are left out.

    Args:
        text: From `written`.
        now: Milliseconds.
        outage: A pending alert that was seen longer ago starts anew.
        groups: Get their alerts.
        grouping: Gets what was told.

    Returns:
        How many alerts were taken over.

    Raises:
        MetricsError: The text is no such state.
    """
    rules = {rule.key: rule.state for group in groups for rule in group.rules}
    count = 0
    try:
        content = _content(text)
        for one in content["alerts"]:
            state, alert = rules.get(one["rule"]), _read_alert(one)
            if state is not None and (alert.phase is Phase.FIRING or now - alert.seen <= outage):
                state.active[alert.labels] = alert
                count += 1
        for one in content["groups"]:
            grouping.groups[_labels(one["key"])] = _read_group(one)
    except (ValueError, KeyError, TypeError) as error:
        raise MetricsError(
            f"the kept state of the alerts cannot be read ({error}); delete it to start afresh"
        ) from None
    return count


def _content(text: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = orjson.loads(text)
    if content["version"] != _VERSION:
        raise ValueError(f"its version is {content['version']}, not {_VERSION}")
    return content


def _alert(alert: Alert) -> Mapping[str, object]:
    return {
        "labels": alert.labels,
        "phase": alert.phase.value,
        "source": alert.source,
        "value": repr(alert.value),  # as text, since JSON knows no NaN
        "seen": alert.seen,
        "since": alert.since,
        "fired": alert.fired,
        "quiet": alert.quiet,
    }


def _read_alert(one: Mapping[str, Any]) -> Alert:
    phase, value = Phase(one["phase"]), float(one["value"])
    labels, source = _labels(one["labels"]), _labels(one["source"])
    return Alert(labels, phase, source, value, one["seen"], one["since"], one["fired"], one["quiet"])


def _group(key: Labels, group: Group) -> Mapping[str, object]:
    alerts = [
        {"labels": a.labels, "annotations": dict(a.annotations), "started": a.started, "ended": a.ended}
        for a in group.alerts.values()
    ]
    told = list(group.told)
    return {"key": key, "due": group.due, "at": group.at, "failures": group.failures, "told": told, "alerts": alerts}


def _read_group(one: Mapping[str, Any]) -> Group:
    alerts = [Known(_labels(a["labels"]), a["annotations"], a["started"], a["ended"]) for a in one["alerts"]]
    told = dict.fromkeys(map(_labels, one["told"]), True)
    return Group(one["due"], {alert.labels: alert for alert in alerts}, told, one["at"], one["failures"])


def _labels(pairs: Sequence[Sequence[str]]) -> Labels:
    return tuple((name, value) for name, value in pairs)
