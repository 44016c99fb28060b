"""Send events to a server's audit log, whatever happens to the server meanwhile (AUD-3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import orjson

from surefoot.domain.audit.canonical import canonical
from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Json, Outcome, Status, Target, fields
from surefoot.errors import PortError, RecordRefused, SpoolError, SurefootError
from surefoot.ports.http import Answer as Response
from surefoot.ports.http import Http
from surefoot.ports.spool import Spool
from surefoot.run.audit.admitting import GAP
from surefoot.run.audit.appending import Answer, Kept, Receipt

PATH = "/in/audit"
_TAKEN, _SOME, _TOO_LARGE = 202, 400, 413


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way: its canonical bytes, and the category that says what happens when nobody answers."""

    id: str
    body: bytes
    category: str


@dataclass(frozen=True, slots=True)
class Server:
    """Where events go.

    Attributes:
        url: Of the server, without a path.
        headers: That let us in.
        timeout: Seconds for an answer.
        size: Bytes of a request.
        retry: Seconds that a server which did not answer is left alone.
    """

    http: Http
    url: str
    headers: Mapping[str, str]
    timeout: float
    size: int
    retry: float


class Surroundings(Protocol):
    """What sending needs of the process: the time, ids, and somebody to tell."""

    def clock(self) -> float:
        """Return seconds that never go back."""

    def own(self, **detail: Json) -> Event:
        """Make the event of type `GAP`, in the name of whoever sends."""

    def told(self, sentence: str) -> None:
        """Hear what people should know."""


class Sending:
    """Takes batches, one at a time; nothing that it answered for is lost, for it can be sent again by its id.

    While the server does not answer, or refuses the token, an event is spooled, refused, or dropped and counted, as
    the catalogue says for its category. Once it answers, the spool goes first, and an event that tells of the gap.
    """

    def __init__(self, server: Server, spool: Spool, catalogue: Catalogue, around: Surroundings) -> None:
        self._server = server
        self._spool = spool
        self._catalogue = catalogue
        self._around = around
        self._away: PortError | None = None
        self._again = 0.0
        self._dropped = 0

    def take(self, batch: Sequence[Outgoing]) -> list[Answer]:
        """Send events; for each a receipt, or why it was not taken. Without any, send what was spooled."""
        error = self._brought_in()
        answers: list[Answer] = []
        for chunk in _chunks(batch, self._server.size):
            if error is None:
                try:
                    answers += self._post(chunk)
                    continue
                except PortError as reason:
                    error = self._left(reason)
            answers += self._without(chunk, error)
        return answers

    def _brought_in(self) -> PortError | None:
        """Send what waits; return why the server is to be left alone, if it is."""
        if self._away is not None and self._around.clock() < self._again:
            return self._away
        if self._spool.empty and not self._dropped:
            self._away = None
            return None
        try:
            self._bring_in()
        except PortError as error:
            return self._left(error)
        return None

    def _left(self, error: PortError) -> PortError:
        if self._away is None:
            self._around.told(f"audit events wait on this machine: {self._server.url}: {error}")
        self._away, self._again = error, self._around.clock() + self._server.retry
        return error

    def _bring_in(self) -> None:
        sent = refused = damaged = 0
        while (found := self._spool.oldest()) is not None:
            damaged += found.lost
            waiting = [Outgoing(_id(frame), frame, "") for frame in found.frames]
            for chunk in _chunks(waiting, self._server.size):
                for answer in self._post(chunk):
                    if isinstance(answer, SurefootError):
                        refused += 1
                        self._around.told(f"an audit event that waited was refused: {answer}")
            sent += len(waiting)
            self._spool.drop(found.name)
        counts = {"records": sent, "refused": refused, "dropped": self._dropped, "damaged_bytes": damaged}
        told = {name: count for name, count in counts.items() if count}
        if told:
            self._post([_outgoing(self._around.own(state="closed", **told))])
            self._around.told(f"the audit log is back: {sent} events that waited were sent")
        self._away, self._dropped = None, 0

    def _post(self, chunk: Sequence[Outgoing]) -> list[Answer]:
        """Send one request; return what became of each event.

        Raises:
            PortError: The server cannot be reached, or does not answer for them.
        """
        server = self._server
        body = b"\n".join(one.body for one in chunk)
        headers = {**server.headers, "Content-Type": "application/x-ndjson"}
        answer = server.http.post(server.url + PATH, body, headers=headers, timeout=server.timeout)
        if answer.status == _TOO_LARGE:
            if len(chunk) == 1:
                return [RecordRefused("", "the server takes no event of this size; log the SHA-256 of what is large")]
            half = len(chunk) // 2
            return self._post(chunk[:half]) + self._post(chunk[half:])
        if answer.status not in {_TAKEN, _SOME}:
            raise PortError(f"answered with {answer.status}{_detail(answer)}")
        found = _answers(answer)
        if any(line not in found for line in range(1, len(chunk) + 1)):
            raise PortError(f"answered with {answer.status}, but not for every event{_detail(answer)}")
        return [found[line] for line in range(1, len(chunk) + 1)]

    def _without(self, chunk: Sequence[Outgoing], error: PortError) -> list[Answer]:
        spooled = [one for one in chunk if self._catalogue.unavailable(one.category) == "spool"]
        full: PortError | None = None
        try:
            self._keep(spooled)
        except SpoolError as reason:
            full = reason
        return [self._kept(one, error, full) for one in chunk]

    def _keep(self, spooled: Sequence[Outgoing]) -> None:
        if not spooled:
            return
        opening = [_outgoing(self._around.own(state="opened"))] if self._spool.empty else []
        self._spool.put([one.body for one in (*opening, *spooled)])

    def _kept(self, one: Outgoing, error: PortError, full: PortError | None) -> Answer:
        match self._catalogue.unavailable(one.category):
            case "spool":
                return full or Receipt(one.id, Kept.SPOOLED)
            case "drop+count":
                self._dropped += 1
                return Receipt(one.id, Kept.DROPPED)
            case _:
                return PortError(f"{self._server.url}: {error}")


def outgoing(event: Event, catalogue: Catalogue) -> Outgoing:
    """Check an event before it is sent, and write it.

    Raises:
        RecordRefused: It does not conform to its type, or the log does not take a value; names the field.
    """
    refusals = catalogue.refusals(event)
    if refusals:
        raise RecordRefused(refusals[0].field, "; ".join(refusal.message for refusal in refusals))
    return _outgoing(event)


def gap(catalogue: Catalogue, sender: str, stamp: tuple[str, datetime], detail: Mapping[str, Json]) -> Event:
    """Make the event that tells of the time without a server; `stamp` is its id and its time."""
    known = catalogue.types[GAP]
    action = Action(GAP, known.category, known.description)
    actor, target = Actor(ActorType.SYSTEM, sender), Target("log", sender)
    return Event(*stamp, actor, action, target, Outcome(Status.SUCCESS), (), dict(detail))


def _outgoing(event: Event) -> Outgoing:
    return Outgoing(event.id, canonical(fields(event)), event.action.category)


def _chunks(batch: Sequence[Outgoing], size: int) -> Iterator[list[Outgoing]]:
    chunk: list[Outgoing] = []
    held = 0
    for one in batch:
        if chunk and held + len(one.body) + 1 > size:
            yield chunk
            chunk, held = [], 0
        chunk.append(one)
        held += len(one.body) + 1
    if chunk:
        yield chunk


def _answers(answer: Response) -> dict[int, Answer]:
    """Read what became of each line."""
    try:
        told = orjson.loads(answer.body)
        found: dict[int, Answer] = {
            one["line"]: Receipt(one["id"], Kept(one["kept"]), one["index"]) for one in told.get("receipts", ())
        }
        for one in told.get("refusals", ()):
            found[one["line"]] = RecordRefused(one["field"], one["message"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PortError(f"answered with {answer.status}, but with no receipts: is it Surefoot?") from error
    return found


def _detail(answer: Response) -> str:
    try:
        return f": {orjson.loads(answer.body)['detail']}"
    except (ValueError, KeyError, TypeError):
        return ""


def _id(frame: bytes) -> str:
    try:
        return str(orjson.loads(frame)["id"])
    except (ValueError, KeyError, TypeError):
        return ""
