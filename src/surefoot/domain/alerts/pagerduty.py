"""Events of PagerDuty's API, version 2: whoever sent them there changes the address alone."""

from surefoot.domain.alerts.reading import Body, body_of, digest, mapping, moment, text, texts
from surefoot.domain.alerts.signal import Decoded, Door, Rejected, Signal, Status

_STATUS = {"trigger": Status.FIRING, "acknowledge": Status.ACKNOWLEDGED, "resolve": Status.RESOLVED}
_LABELS = ("severity", "source", "component", "group", "class")


def decode(raw: bytes, door: Door) -> Decoded:
    """Read an event.

    A missing ``dedup_key`` is a hash of the event, so that one sent again after a 503 is the same; it is the signal's
    key, and the door returns it.
    """
    body = body_of(raw)
    if isinstance(body, Rejected):
        return Decoded(rejected=(body,))
    action = text(body.get("event_action"), door.bounds)
    status = _STATUS.get(action)
    if status is None:
        known = ", ".join(_STATUS)
        return Decoded(rejected=(Rejected("event_action", f"`{action}` is none of {known}"),))
    key = text(body.get("dedup_key"), door.bounds)
    if not key and status is not Status.FIRING:
        return Decoded(rejected=(Rejected("dedup_key", f"is missing: `{action}` needs it"),))
    payload = mapping(body.get("payload")) or {}
    summary = text(payload.get("summary"), door.bounds)
    if status is Status.FIRING and not summary:
        return Decoded(rejected=(Rejected("payload.summary", "is missing"),))
    said = moment(payload.get("timestamp"))
    return Decoded(
        (
            Signal(
                door.source,
                key or digest(body),
                status,
                min(said or door.now, door.now) if status is Status.FIRING else door.now,
                ends_at=door.now if status is Status.RESOLVED else None,
                labels=_labels(payload, door),
                annotations={"summary": summary} if summary else {},
                url=text(body.get("client_url"), door.bounds),
                by=text(body.get("client"), door.bounds),
            ),
        )
    )


def _labels(payload: Body, door: Door) -> dict[str, str]:
    """Take the details as labels, below the fields with a name."""
    named = {name: text(payload.get(name), door.bounds) for name in _LABELS}
    return texts(payload.get("custom_details"), door.bounds) | {name: value for name, value in named.items() if value}
