"""What every reader of a foreign format needs: validating a document, and gathering services from many."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from surefoot.finding import Finding, Severity
from surefoot.spec.decode import translate
from surefoot.spec.entry import Entry
from surefoot.spec.model.service import Service
from surefoot.spec.model.slo import SloModel
from surefoot.spec.source import Origin

M = TypeVar("M", bound=BaseModel)

LONGEST_NAME = 63  # as the model of a service's objectives has it
_WHY_LOST = "what is dropped silently is a promise nobody keeps"
_WHY_TWICE = "two truths are none"


def percent(value: float | Decimal) -> str:
    """Write a percentage as the spec spells it: ``99.9%``, never with an exponent."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    return f"{number.normalize():f}%"


@dataclass(slots=True)
class Report:
    """Collects findings."""

    findings: list[Finding] = field(default_factory=list)

    def validate(self, kind: type[M], value: object, origin: Origin) -> M | None:
        """Read a value as a model, or report everything that is wrong with it."""
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            self.findings += [translate(problem, origin, kind) for problem in error.errors(include_url=False)]
            return None

    def version(self, origin: Origin, key: str, written: object, known: str) -> None:
        """Report a version that cannot be read (S10)."""
        self._add(
            ("S10", Severity.ERROR),
            origin.span(key),
            f"`{written}` is not a version that can be read",
            "a format that is not understood is not followed",
            f"write it as {known}",
        )

    def refuse(self, place: Origin, message: str, cure: str) -> None:
        """Report what cannot be compiled (S13): the objective, or the alert, is left out."""
        self._add(("S13", Severity.ERROR), place.span(), message, _WHY_LOST, cure)

    def lose(self, place: Origin, message: str, cure: str, severity: Severity = Severity.WARNING) -> None:
        """Report what is read but not carried over, or carried over with another meaning (S12)."""
        self._add(("S12", severity), place.span(), message, _WHY_LOST, cure)

    def missing(self, place: Origin, message: str, cure: str) -> None:
        """Report a name that nothing has (S07)."""
        self._add(("S07", Severity.ERROR), place.span(), message, _WHY_LOST, cure)

    def twice(self, place: Origin, what: str, first: Origin) -> None:
        """Report a name that stands twice (S03); the first one counts."""
        message = f"{what} is written twice, first at {first.span()}"
        self._add(("S03", Severity.ERROR), place.span(), message, _WHY_TWICE, "keep one of the two, or rename it")

    def wrong(self, place: Origin, message: str, cure: str) -> None:
        """Report a value that is not understood (S06)."""
        why = "a value that is not understood cannot be kept"
        self._add(("S06", Severity.ERROR), place.span(), message, why, cure)

    def _add(self, kind: tuple[str, Severity], span: object, message: str, why: str, cure: str) -> None:
        rule, severity = kind
        self.findings.append(Finding(rule, severity, span, message, why, cure))  # type: ignore[arg-type]


@dataclass(slots=True)
class _Gathered:
    origin: Origin
    format: str
    description: str = ""
    labels: list[Mapping[str, str]] = field(default_factory=list)
    slos: dict[str, tuple[SloModel, Mapping[str, str], Origin]] = field(default_factory=dict)


class Services:
    """Puts services together whose objectives stand in several documents."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._services: dict[str, _Gathered] = {}

    def service(
        self, name: str, origin: Origin, version: str, labels: Mapping[str, str], description: str = ""
    ) -> None:
        """Note a service.

        Args:
            name: Its name.
            origin: Where it was written; the first place is kept.
            version: The format's version, such as ``prometheus/v1``.
            labels: For all rules of the objectives that this document holds.
            description: Kept from the first document that has one.
        """
        gathered = self._services.setdefault(name, _Gathered(origin, version))
        gathered.labels.append(labels)
        gathered.description = gathered.description or description

    def slo(self, service: str, name: str, model: SloModel, origin: Origin) -> None:
        """Add an objective to a service that was noted; it gets the labels noted last."""
        gathered = self._services[service]
        before = gathered.slos.get(name)
        if before is not None:
            self._report.twice(origin, f"the objective `{service}/{name}`", before[2])
        elif len(name) > LONGEST_NAME:
            message = f"the name `{name}` has {len(name)} characters; at most {LONGEST_NAME} are allowed"
            self._report.wrong(origin, message, "choose a shorter name")
        else:
            gathered.slos[name] = model, gathered.labels[-1], origin

    def entries(self) -> tuple[Entry[Service], ...]:
        """Return the services; labels that all their documents share are the service's own."""
        return tuple(_entry(name, gathered) for name, gathered in self._services.items())


def _entry(name: str, gathered: _Gathered) -> Entry[Service]:
    shared = gathered.labels[0] if all(labels == gathered.labels[0] for labels in gathered.labels) else {}
    slos = {
        key: model if shared or not labels else model.model_copy(update={"labels": {**labels, **model.labels}})
        for key, (model, labels, _) in gathered.slos.items()
    }
    # A file of Surefoot's own gives bare selectors `job="<service>"` unless it has a selector.
    selector: dict[str, str] | None = {} if any(map(_is_bare, slos.values())) else None
    model = Service(description=gathered.description, selector=selector, labels=dict(shared), slos=slos)
    places = {key: origin for key, (_, _, origin) in gathered.slos.items()}
    return Entry(name, model, gathered.origin, gathered.format, places)


def _is_bare(slo: SloModel) -> bool:
    return any(query and "$window" not in query for query in (slo.good, slo.bad, slo.total))
