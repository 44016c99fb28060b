"""The body of Alertmanager's webhook, version 4, and what its API lists.

Only an alert's own status counts: the body's is "resolved" when all of its alerts are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from surefoot.domain.alerts.reading import (
    Value,
    at_most,
    body_of,
    fingerprint,
    gathered,
    is_odd,
    mapping,
    moment,
    text,
    texts,
)
from surefoot.domain.alerts.signal import Decoded, Door, Rejected, Signal, Status


def decode(raw: bytes, door: Door) -> Decoded:
    """Read a notification.

    Missing version, group key, fingerprint and start are made up for: the fingerprint is a hash of the labels. A part
    that cannot be used never costs its neighbours.
    """
    body = body_of(raw)
    if isinstance(body, Rejected):
        return Decoded(rejected=(body,))
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        return Decoded(rejected=(Rejected("alerts", "is no list"),))
    kept, over = at_most(alerts, door.bounds, "alerts")
    whole = _Whole(text(body.get("groupKey"), door.bounds), texts(body.get("routeLabels"), door.bounds))
    found = gathered((part for index, alert in enumerate(kept) for part in _alert(alert, index, whole, door)), over)
    left_out = body.get("truncatedAlerts")
    told = left_out if isinstance(left_out, int) and left_out > 0 else 0
    why = text(body.get("notification_reason"), door.bounds)
    return replace(found, truncated=told + len(alerts) - len(kept), why=why)


def decode_listing(raw: bytes, door: Door) -> Decoded:
    """Read what ``GET /api/v2/alerts`` answers: alerts that are active or suppressed; an end lies in the future."""
    try:
        parsed: Value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Decoded(rejected=(Rejected("body", f"is no JSON: {error}"),))
    if not isinstance(parsed, list):
        return Decoded(rejected=(Rejected("body", "is no list"),))
    return gathered(part for index, alert in enumerate(parsed) for part in _listed(alert, index, door))


@dataclass(frozen=True, slots=True)
class _Whole:
    """What the body says about all of its alerts."""

    group: str
    route: Mapping[str, str]


def _alert(value: Value, index: int, whole: _Whole, door: Door) -> Iterator[Signal | Rejected]:
    where = f"alerts[{index}]"
    alert = mapping(value)
    if alert is None:
        yield Rejected(where, "is no object")
        return
    status = text(alert.get("status"), door.bounds)
    if status not in {Status.FIRING, Status.RESOLVED}:
        yield Rejected(f"{where}.status", f"`{status}` is neither firing nor resolved")
        return
    labels = texts(alert.get("labels"), door.bounds)
    key = text(alert.get("fingerprint"), door.bounds)
    if not labels and not key:
        yield Rejected(where, "has neither labels nor a fingerprint")
        return
    for field in ("startsAt", "endsAt"):
        if is_odd(alert.get(field)):
            yield Rejected(f"{where}.{field}", f"`{text(alert.get(field), door.bounds)}` is no time", alert=False)
    starts_at, ends_at = moment(alert.get("startsAt")), moment(alert.get("endsAt"))
    resolved = status == Status.RESOLVED
    yield Signal(
        door.source,
        key or fingerprint(labels),
        Status(status),
        min(ends_at or door.now, door.now) if resolved else door.now,
        group=whole.group,
        starts_at=starts_at,
        ends_at=(ends_at or door.now) if resolved else None,
        labels=labels,
        annotations=texts(alert.get("annotations"), door.bounds),
        route=whole.route,
        url=text(alert.get("generatorURL"), door.bounds),
    )


def _listed(value: Value, index: int, door: Door) -> Iterator[Signal | Rejected]:
    alert = mapping(value)
    labels = texts(alert.get("labels"), door.bounds) if alert is not None else {}
    key = text(alert.get("fingerprint"), door.bounds) if alert is not None else ""
    if alert is None or not (labels or key):
        yield Rejected(f"[{index}]", "is no alert")
        return
    state = text((mapping(alert.get("status")) or {}).get("state"), door.bounds)
    yield Signal(
        door.source,
        key or fingerprint(labels),
        Status.FIRING,
        door.now,
        starts_at=moment(alert.get("startsAt")),
        labels=labels,
        annotations=texts(alert.get("annotations"), door.bounds),
        url=text(alert.get("generatorURL"), door.bounds),
        suppressed=state == "suppressed",
    )
