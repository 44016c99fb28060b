"""Evidence (ASM-3): every promise with its last proof, how old that is, and what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID, uuid5

import orjson

from surefoot.domain.audit.record import Event, Json
from surefoot.errors import ProofError
from surefoot.proof import Proof, Verdict

ADDED = "proof.add"
_NAMESPACE = UUID("0f2d9a36-4a3c-4c43-8a0e-6b7cf2b8d1a4")  # of ids that follow from a proof
_TEXTS = ("promise", "measured", "bound", "how", "version", "digest")


class Standing(StrEnum):
    """How it stands with a promise."""

    PROVEN = "proven"
    BROKEN = "broken"
    STALE = "stale"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that the spec promises and that can be proved.

    Attributes:
        id: As in a proof, such as ``checkout/availability/page/fires``.
        digest: Of what has to be proved now.
        lasts: How long a proof is good.
    """

    id: str
    digest: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Logged:
    """A proof as it stands in the log, at an index."""

    index: int
    proof: Proof


@dataclass(frozen=True, slots=True)
class Evidence:
    """A promise and what shows it.

    Attributes:
        last: Its last proof; None if there is none.
        age: Of that proof.
        reason: Why it is stale or unproven; empty otherwise.
    """

    promise: Promise
    standing: Standing
    last: Logged | None
    age: timedelta | None
    reason: str


def read(raw: bytes) -> Proof | None:
    """Read a file that `surefoot prove` wrote; None where it says that nothing was proved.

    Raises:
        ProofError: It is no such file; names the field.
    """
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ProofError(f"this is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ProofError("holds no proof: name files that `surefoot prove` wrote")
    if found.get("verdict") == "unproven":
        return None
    try:
        return _proof(found, found.get("detail") or {})
    except ValueError as error:
        raise ProofError(f"holds no proof: {error}") from error


def identifier(proof: Proof) -> str:
    """Return the id under which a proof enters the log: the same for the same proof, so that none enters twice."""
    return str(uuid5(_NAMESPACE, sha256(orjson.dumps(detail(proof), option=orjson.OPT_SORT_KEYS)).hexdigest()))


def detail(proof: Proof) -> dict[str, Json]:
    """Turn a proof into the detail of its event; what else was found stands there as a list, in its order."""
    more: list[Json] = [{"name": name, "value": value} for name, value in proof.detail]
    return {
        "promise": proof.promise,
        "verdict": proof.verdict.value,
        "measured": proof.measured,
        "bound": proof.bound,
        "how": proof.how,
        "at": proof.at.astimezone(UTC).isoformat(),
        "version": proof.version,
        "digest": proof.digest,
        "found": more,
    }


def logged(index: int, event: Event) -> Logged | None:
    """Read a proof out of its event; None if the event holds none."""
    found = event.detail.get("found")
    pairs = {
        str(one["name"]): str(one["value"])
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict) and {"name", "value"} <= one.keys()
    }
    try:
        return Logged(index, _proof(event.detail, pairs))
    except ValueError:
        return None


def judged(promises: Sequence[Promise], proofs: Iterable[Logged], now: datetime) -> tuple[Evidence, ...]:
    """Judge every promise by its last proof.

    Args:
        promises: In the order of the answer.
        proofs: In any order; of two of one time the one that was logged later counts.
        now: In UTC.
    """
    last: dict[str, Logged] = {}
    for one in sorted(proofs, key=lambda found: (found.proof.at, found.index)):
        last[one.proof.promise] = one
    return tuple(_judged(promise, last.get(promise.id), now) for promise in promises)


def _judged(promise: Promise, last: Logged | None, now: datetime) -> Evidence:
    if last is None:
        return Evidence(promise, Standing.UNPROVEN, None, None, "no proof is in the log")
    age = now - last.proof.at
    if last.proof.verdict is Verdict.BROKEN:
        return Evidence(promise, Standing.BROKEN, last, age, "")
    if last.proof.digest != promise.digest:
        return Evidence(promise, Standing.STALE, last, age, "what was proved has changed since")
    if age > promise.lasts:
        return Evidence(promise, Standing.STALE, last, age, f"older than {promise.lasts.days} d")
    return Evidence(promise, Standing.PROVEN, last, age, "")


def _proof(found: Mapping[str, object], more: Mapping[str, object]) -> Proof:
    wrong = [name for name in (*_TEXTS, "verdict", "at") if not isinstance(found.get(name), str)]
    if wrong:
        raise ValueError(f"`{wrong[0]}` is missing or no text")
    at = datetime.fromisoformat(str(found["at"]))
    if at.tzinfo is None:
        raise ValueError("`at` has no zone; write it such as 2026-01-31T12:00:00Z")
    texts = {name: str(found[name]) for name in _TEXTS}
    pairs = tuple((str(name), str(value)) for name, value in more.items())
    return Proof(verdict=Verdict(str(found["verdict"])), at=at.astimezone(UTC), detail=pairs, **texts)
