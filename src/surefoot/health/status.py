"""What is found, and how it is written: our JSON, or the media type ``application/health+json``."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from surefoot.health.safe import scrub

JSON = "application/json"
HEALTH_JSON = "application/health+json"
Detail = Mapping[str, str | float | bool]

_OURS = frozenset({"status", "latency_ms", "reason"})


class Status(StrEnum):
    """How well something is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


_ORDER = tuple(Status)
_WORDS = {Status.HEALTHY: "pass", Status.DEGRADED: "warn", Status.UNHEALTHY: "fail"}


def worst(found: Iterable[Status]) -> Status:
    """Return the worst; nothing found is healthy."""
    return max(found, key=_ORDER.index, default=Status.HEALTHY)


@dataclass(frozen=True, slots=True)
class Result:
    """What a check says; also what a function of yours may return.

    Attributes:
        status: How well it is.
        reason: Why it is not well, for people; addresses and secrets are taken out of it.
        detail: Further figures, shown beside `status` by their names, such as ``{"free_bytes": 4096}``.
    """

    status: Status = Status.HEALTHY
    reason: str = ""
    detail: Detail = field(default_factory=dict)

    def __post_init__(self) -> None:
        clash = _OURS & self.detail.keys()
        if clash:
            raise ValueError(f"{', '.join(sorted(clash))} in `detail` would hide our own: choose another name")


@dataclass(frozen=True, slots=True)
class Entry:
    """The result of one check in a report.

    Attributes:
        counts_as: What it means for the whole: a check that is not critical degrades at most.
    """

    name: str
    result: Result
    latency_ms: int
    counts_as: Status


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of an endpoint.

    Attributes:
        version: Of the service; left out where empty.
    """

    at: datetime
    version: str
    entries: tuple[Entry, ...]

    @property
    def status(self) -> Status:
        """Return the worst of what the checks count as."""
        return worst(entry.counts_as for entry in self.entries)

    @property
    def code(self) -> int:
        """Return the status code: 200, or 503 when unhealthy."""
        return 503 if self.status is Status.UNHEALTHY else 200

    def body(self, media: str = JSON) -> bytes:
        """Write it as one of the two media types."""
        value = self._draft() if media == HEALTH_JSON else self._own()
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()

    def _own(self) -> dict[str, object]:
        version = {"version": self.version} if self.version else {}
        checks = {entry.name: _own(entry) for entry in self.entries}
        return {"status": self.status, "timestamp": _stamp(self.at), **version, "checks": checks}

    def _draft(self) -> dict[str, object]:
        """Follow draft-inadarei-api-health-check-06."""
        version = {"releaseId": self.version} if self.version else {}
        at = _stamp(self.at)
        checks = {f"{entry.name}:responseTime": [_draft(entry, at)] for entry in self.entries}
        return {"status": _WORDS[self.status], **version, **({"checks": checks} if checks else {})}


def media_type(accept: str) -> str:
    """Choose between the two media types by an ``Accept`` header; `JSON` unless the other one is asked for by name."""
    quality = {JSON: 0.0, HEALTH_JSON: 0.0}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name in quality:
            quality[name] = max(quality[name], _quality(parameters))
    return HEALTH_JSON if quality[HEALTH_JSON] > 0 and quality[HEALTH_JSON] >= quality[JSON] else JSON


def _quality(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _own(entry: Entry) -> dict[str, object]:
    reason = {"reason": scrub(entry.result.reason)} if entry.result.reason else {}
    return {"status": entry.result.status, "latency_ms": entry.latency_ms, **reason, **_clean(entry.result.detail)}


def _draft(entry: Entry, at: str) -> dict[str, object]:
    bad = entry.result.status is not Status.HEALTHY
    output = {"output": scrub(entry.result.reason)} if bad and entry.result.reason else {}
    return {
        "status": _WORDS[entry.result.status],
        "observedValue": entry.latency_ms,
        "observedUnit": "ms",
        "time": at,
        **output,
        **_clean(entry.result.detail),
    }


def _clean(detail: Detail) -> dict[str, object]:
    return {name: scrub(value) if isinstance(value, str) else _number(value) for name, value in detail.items()}


def _number(value: float) -> float | str:
    """Keep what JSON has no number for as text."""
    return value if abs(value) < float("inf") else str(value)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
