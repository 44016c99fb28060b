"""OCSF 1.1.0: events as classes of the Open Cybersecurity Schema Framework, for a SIEM.

| events | class |
|---|---|
| logins, logouts, verified factors | Authentication 3002 |
| users, passwords, enrolled factors, permissions | Account Change 3001 |
| entities, settings, all other administration | Entity Management 3004 |
| everything else | API Activity 6003 |

Every attribute that the classes require is filled; what OCSF has no place for stands under ``unmapped``.
The severity is that of a record, not of an incident: low priority 1, medium 2, high 3, critical 4.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.commitment import is_concealed
from surefoot.domain.audit.record import Actor, ActorType, Event, Json, Status, stamp

VERSION: Final = "1.1.0"

_ACCOUNT, _AUTHENTICATION, _ENTITY, _API = 3001, 3002, 3004, 6003
_OTHER = 99
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_SEVERITIES: Mapping[str, int] = {"low": 1, "medium": 2, "high": 3, "critical": 4}
_USER_TYPES: Mapping[ActorType, tuple[int, str]] = {ActorType.USER: (1, "User"), ActorType.SYSTEM: (3, "System")}
_KNOWN: Mapping[str, tuple[int, int]] = {  # type of event to class and activity
    "login.success": (_AUTHENTICATION, 1),
    "login.failure": (_AUTHENTICATION, 1),
    "logout": (_AUTHENTICATION, 2),
    "mfa.verify": (_AUTHENTICATION, 1),
    "user.create": (_ACCOUNT, 1),
    "user.activate": (_ACCOUNT, 2),
    "password.change": (_ACCOUNT, 3),
    "password.reset": (_ACCOUNT, 4),
    "user.deactivate": (_ACCOUNT, 5),
    "user.delete": (_ACCOUNT, 6),
    "permission.grant": (_ACCOUNT, 7),
    "permission.revoke": (_ACCOUNT, 8),
    "user.lock": (_ACCOUNT, 9),
    "mfa.enrol": (_ACCOUNT, 10),
    "mfa.remove": (_ACCOUNT, 11),
}
_FAMILIES: Mapping[str, int] = {
    "login": _AUTHENTICATION,
    "logout": _AUTHENTICATION,
    "user": _ACCOUNT,
    "password": _ACCOUNT,
    "mfa": _ACCOUNT,
    "permission": _ACCOUNT,
    "entity": _ENTITY,
    "setting": _ENTITY,
}
_VERBS: Mapping[str, int] = {
    "create": 1,
    "add": 1,
    "read": 2,
    "view": 2,
    "export": 2,
    "update": 3,
    "change": 3,
    "delete": 4,
    "remove": 4,
}


def lines(events: Iterable[Event], catalogue: Catalogue, version: str) -> Iterator[bytes]:
    """Write a line of JSON for each event.

    Args:
        events: In any order.
        catalogue: Tells the priority of each type; an unknown type counts as ``medium``.
        version: Of Surefoot.
    """
    for event in events:
        yield orjson.dumps(mapped(event, catalogue, version), option=orjson.OPT_SORT_KEYS) + b"\n"


def mapped(event: Event, catalogue: Catalogue, version: str) -> dict[str, Json]:
    """Map one event to its class."""
    class_uid, activity = classified(event)
    found = catalogue.types.get(event.action.type)
    failed = event.outcome.status is Status.FAILURE
    shared: dict[str, Json] = {
        "activity_id": activity,
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "type_uid": class_uid * 100 + activity,
        "severity_id": _SEVERITIES[found.priority if found else "medium"],
        "time": (event.timestamp - _EPOCH) // _MILLISECOND,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Surefoot", "vendor_name": "Surefoot", "version": version},
            "uid": event.id,
            "event_code": event.action.type,
            "log_name": "audit",
            "original_time": stamp(event.timestamp),
        },
        "actor": {"user": _user(event.actor)},
        "src_endpoint": _source(event.actor),
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
        "message": event.action.description or event.action.type,
    }
    if activity == _OTHER:
        shared["activity_name"] = event.action.type
    if event.outcome.reason:
        shared["status_detail"] = event.outcome.reason
    return {**shared, **_own(class_uid, event), "unmapped": _unmapped(event)}


def classified(event: Event) -> tuple[int, int]:
    """Choose class and activity from the type of an event, else from its family, category and verb."""
    name = event.action.type
    if name in _KNOWN:
        return _KNOWN[name]
    family, verb = name.split(".", 1)[0], name.rsplit(".", 1)[-1]
    chosen = _FAMILIES.get(family, _ENTITY if event.action.category == "administration" else _API)
    return chosen, _VERBS.get(verb, _OTHER) if chosen in {_ENTITY, _API} else _OTHER


def _own(class_uid: int, event: Event) -> dict[str, Json]:
    """Fill what only this class requires."""
    target = event.target
    if class_uid == _AUTHENTICATION:
        service = event.detail.get("service")
        name = service if isinstance(service, str) else target.id
        return {"user": _user(event.actor), "service": {"name": name}, "is_mfa": event.action.type == "mfa.verify"}
    if class_uid == _ACCOUNT:
        person = target.type == ActorType.USER.value
        return {"user": _user(Actor(ActorType.USER, target.id) if person else event.actor)}
    if class_uid == _ENTITY:
        return {"entity": {"type": target.type, "uid": target.id}}
    return {"api": {"operation": event.action.type}, "resources": [{"type": target.type, "uid": target.id}]}


def _user(actor: Actor) -> dict[str, Json]:
    kind, caption = _USER_TYPES.get(actor.type, (_OTHER, actor.type.value))
    return {"type_id": kind, "type": caption, "uid": actor.id}


def _source(actor: Actor) -> dict[str, Json]:
    """Say where the action came from; an address that is a pseudonym is none that a SIEM could resolve."""
    if actor.ip_address:
        return {"uid" if is_concealed(actor.ip_address) else "ip": actor.ip_address}
    return {"name": "unknown"} if actor.type is ActorType.USER else {"svc_name": actor.id}


def _unmapped(event: Event) -> dict[str, Json]:
    changes: list[Json] = [
        {"field": change.field, "old_value": change.old_value, "new_value": change.new_value}
        for change in event.changes
    ]
    target: dict[str, Json] = {"type": event.target.type, "id": event.target.id}
    return {"category": event.action.category, "target": target, "changes": changes, "detail": dict(event.detail)}
