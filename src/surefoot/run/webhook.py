"""A notification in the form of Alertmanager's webhook, version 4."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import orjson

from surefoot.promql.quote import quote
from surefoot.run.grouping import Known, Notification, fingerprint

_NEVER = "0001-01-01T00:00:00Z"
_RECEIVER = "surefoot"


def body(notification: Notification, external_url: str) -> bytes:
    """Write the body that a receiver gets; the same alerts give the same bytes."""
    group = dict(notification.key)
    key = ", ".join(f"{name}={quote(value)}" for name, value in sorted(group.items()))
    content = {
        "version": "4",
        "groupKey": f"{{}}:{{{key}}}",
        "truncatedAlerts": 0,
        "status": "firing" if notification.firing else "resolved",
        "receiver": _RECEIVER,
        "groupLabels": group,
        "commonLabels": _common([dict(alert.labels) for alert in notification.alerts]),
        "commonAnnotations": _common([alert.annotations for alert in notification.alerts]),
        "externalURL": external_url,
        "alerts": [_alert(alert, external_url) for alert in notification.alerts],
    }
    return orjson.dumps(content)


def _alert(alert: Known, external_url: str) -> Mapping[str, object]:
    return {
        "status": "firing" if alert.ended is None else "resolved",
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": _time(alert.started),
        "endsAt": _NEVER if alert.ended is None else _time(alert.ended),
        "generatorURL": external_url,
        "fingerprint": fingerprint(alert.labels),
    }


def _common(maps: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what all of them say alike."""
    if not maps:
        return {}
    first, *others = maps
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _time(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
