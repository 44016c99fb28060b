"""Incidents that are known to have happened, from a file, and how alerts did on them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from surefoot.errors import ProofError
from surefoot.prove.moments import parse_moment
from surefoot.prove.past import AlertPast, Interval
from surefoot.spec.source import Value, parse

_KEYS = ("start", "end", "service", "name")


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident; milliseconds since 1970.

    Attributes:
        service: Whose alerts should have told; empty: those of any.
    """

    start: int
    end: int
    service: str
    name: str


@dataclass(frozen=True, slots=True)
class Detection:
    """How an incident was noticed.

    Attributes:
        delay: From its start to the first page, milliseconds; 0 if one was firing already; None: no page.
        subject: What that page was about.
    """

    incident: Incident
    delay: int | None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well pages and incidents agree.

    Attributes:
        grace: How long after an incident's end a page still belongs to it, milliseconds.
        pages: Number of pages.
        matched: Those of them that belong to an incident.
    """

    grace: int
    detections: tuple[Detection, ...]
    pages: int
    matched: int

    @property
    def precision(self) -> float | None:
        """Share of pages that belong to an incident; None without pages."""
        return self.matched / self.pages if self.pages else None

    @property
    def recall(self) -> float | None:
        """Share of incidents that a page told about; None without incidents."""
        found = sum(one.delay is not None for one in self.detections)
        return found / len(self.detections) if self.detections else None


def read_incidents(file: str, data: bytes) -> list[Incident]:
    """Read incidents from YAML (a list, or one under ``incidents:``) or CSV (with a header), by the file's ending.

    Raises:
        ProofError: Something is missing or malformed; says where and what to write.
    """
    rows = _csv_rows(file, data) if file.lower().endswith(".csv") else _yaml_rows(file, data)
    return sorted((_incident(row, where) for where, row in rows), key=lambda one: one.start)


def belongs(alert: AlertPast, fired: Interval, incident: Incident, grace: int, end: int) -> bool:
    """Tell whether a firing and an incident are about the same: the same service, and overlapping times."""
    if incident.service and alert.service and incident.service != alert.service:
        return False
    return fired.start <= incident.end + grace and fired.until(end) >= incident.start


def quality(alerts: Iterable[AlertPast], incidents: Sequence[Incident], grace: int, end: int) -> Quality:
    """Match pages with incidents.

    Args:
        alerts: Pages are judged, tickets are not.
        incidents: Those within the range.
        grace: See `Quality`.
        end: Of the range, milliseconds.
    """
    pages = [(alert, fired) for alert in alerts if alert.tier == "page" for fired in alert.intervals]
    matched = sum(any(belongs(a, f, incident, grace, end) for incident in incidents) for a, f in pages)
    detections = []
    for incident in incidents:
        told = [
            (max(0, fired.start - incident.start), alert.subject)
            for alert, fired in pages
            if belongs(alert, fired, incident, grace, end)
        ]
        detections.append(Detection(incident, *min(told)) if told else Detection(incident, None))
    return Quality(grace, tuple(detections), len(pages), matched)


def _csv_rows(file: str, data: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        rows = csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""))
        for row in rows:
            yield f"{file}:{rows.line_num}", {(key or "").strip(): (text or "").strip() for key, text in row.items()}
    except (UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise ProofError(f"{file}: this is no CSV: {error}; write the header start,end,service,name") from None


def _yaml_rows(file: str, data: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    documents, findings = parse(file, data)
    if findings:
        raise ProofError(f"{findings[0].span or file}: {findings[0].message}: {findings[0].cure}")
    for document in documents:
        value: Value = document.value
        path: tuple[str, ...] = ()
        if isinstance(value, dict):
            value, path = value.get("incidents"), ("incidents",)
        if not isinstance(value, list):
            raise ProofError(f"{file}: incidents are a list: write `- {{start: …, end: …, service: …, name: …}}`")
        for index, item in enumerate(value):
            where = str(document.span((*path, index)))
            if not isinstance(item, dict):
                raise ProofError(f"{where}: an incident is a mapping: write `{{start: …, end: …, service: …}}`")
            yield where, {key: "" if text is None else str(text) for key, text in item.items()}


def _incident(row: Mapping[str, str], where: str) -> Incident:
    unknown = next((key for key in row if key not in _KEYS), None)
    if unknown is not None:
        raise ProofError(f"{where}: unknown key `{unknown}`: known here: {', '.join(_KEYS)}")
    times = []
    for key in ("start", "end"):
        if not row.get(key):
            raise ProofError(f"{where}: an incident needs `{key}`, such as 2026-10-01T08:00:00Z")
        try:
            times.append(parse_moment(row[key]))
        except ValueError as error:
            raise ProofError(f"{where}: {error}") from None
    if times[1] < times[0]:
        raise ProofError(f"{where}: the incident ends before it starts: exchange `start` and `end`")
    return Incident(times[0], times[1], row.get("service", ""), row.get("name", ""))
