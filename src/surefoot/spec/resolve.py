"""Spec to system: names linked, defaults filled from policy, PromQL read, every remaining mistake reported."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import cast

import orjson

from surefoot.calendar.windows import CalendarWindow, Rolling, Window
from surefoot.finding import Finding, Severity
from surefoot.promql.duration import parse_duration
from surefoot.promql.selector import Matcher
from surefoot.spec import policy as shipped
from surefoot.spec import references
from surefoot.spec.entry import Entry, Spec
from surefoot.spec.indicator import Reader, matchers
from surefoot.spec.model.channel import ChannelModel
from surefoot.spec.model.oncall import Team
from surefoot.spec.model.policy import BurnLeg, Policy
from surefoot.spec.model.service import Journey
from surefoot.spec.model.service import Service as ServiceModel
from surefoot.spec.model.slo import SloModel
from surefoot.spec.model.workspace import AlertmanagerSettings, Links
from surefoot.spec.model.workspace import Exporter as ExporterModel
from surefoot.spec.source import Document, Origin, Value
from surefoot.spec.system import Exporter, Service, Slo, System

_DEFAULT_NAME = "surefoot"
_DEFAULT_ZONE = "UTC"


def resolve(
    spec: Spec, foreign_policy: Mapping[str, Value], overrides: Mapping[str, Value]
) -> tuple[System, list[Finding]]:
    """Resolve a spec.

    Args:
        spec: What was decoded.
        foreign_policy: Changes of the policy that foreign formats bring; the spec's own win.
        overrides: Changes of the policy for this run; they win over the spec's.

    Returns:
        The system, without the objectives that could not be resolved, and why they could not.
    """
    findings = list(references.check(spec))
    written = spec.single.get("policy")
    own = cast("dict[str, Value]", written.model) if written else {}
    policy, problems = shipped.resolve(
        shipped.merge(shipped.merge(foreign_policy, own), overrides), written.origin if written else None
    )
    findings += problems
    zone = spec.one("timezone", str) or _DEFAULT_ZONE
    exporters = _exporters(spec)
    services = {
        name: _Resolver(entry, policy, zone, findings).service(exporters)
        for name, entry in sorted(spec.all("services", ServiceModel).items())
    }
    system = System(
        name=spec.one("workspace", str) or _DEFAULT_NAME,
        zone=zone,
        compliance=spec.one("compliance", tuple) or (),
        policy=policy,
        links=spec.one("links", Links) or Links(),
        alertmanager=spec.one("alertmanager", AlertmanagerSettings) or AlertmanagerSettings(),
        services=services,
        journeys=_journeys(spec, findings),
        teams=spec.all("teams", Team),
        channels=spec.all("channels", ChannelModel),
        runbooks=spec.runbooks,
        digest=_digest(spec.documents),
        spec=spec,
    )
    return system, findings


class _Resolver:
    """Resolves one service."""

    def __init__(self, entry: Entry[ServiceModel], policy: Policy, zone: str, findings: list[Finding]) -> None:
        self.entry = entry
        self.policy = policy
        self.zone = zone
        self.findings = findings
        selector = entry.model.selector
        native = entry.format.startswith("surefoot/")
        default = {"job": entry.name} if native else {}
        self.matchers = matchers((default if selector is None else selector).items())
        self.reader = Reader(self.matchers, findings)

    def service(self, exporters: Mapping[str, Exporter]) -> Service:
        model = self.entry.model
        slos = {}
        for name, slo in model.slos.items():
            place = self.entry.places.get(name) or Origin(
                self.entry.origin.document, (*self.entry.origin.path, "slos", name)
            )
            resolved = self._slo(name, slo, place)
            if resolved:
                slos[name] = resolved
        return Service(
            name=self.entry.name,
            owner=model.owner,
            tier=model.tier,
            matchers=self.matchers,
            slos=slos,
            exporters={name: exporters[name] for name in model.exporters if name in exporters},
            model=model,
            origin=self.entry.origin,
        )

    def _slo(self, name: str, model: SloModel, origin: Origin) -> Slo | None:
        sli = self.reader.sli(model, origin)
        burn = self._burn(model, origin)
        if sli is None or burn is None:
            return None
        if model.sla:
            self.reader.sla(model.sla, sli, origin)
        window, period = self._window(model.window or self.policy.slo.window, model.timezone or self.zone)
        return Slo(
            service=self.entry.name,
            name=name,
            objective=model.target,
            window=window,
            period=period,
            sli=sli,
            sla=model.sla,
            by=model.by,
            labels={**self.entry.model.labels, **model.labels},
            description=model.description,
            burn=burn,
            alerting=model.alerting,
            runbook=model.runbook,
            format=self.entry.format,
            origin=origin,
        )

    def _burn(self, model: SloModel, origin: Origin) -> tuple[BurnLeg, ...] | None:
        name = model.burn or self.policy.slo.burn
        legs = self.policy.slo.burn_policies.get(name)
        if legs is None:
            known = ", ".join(sorted(self.policy.slo.burn_policies))
            self.findings.append(
                Finding(
                    "S07",
                    Severity.ERROR,
                    origin.span("burn") if model.burn else origin.span(key=True),
                    f"there is no burn policy `{name}`",
                    "a name that leads nowhere is a promise nobody keeps",
                    f"name one of: {known}; or add it to `policy.slo.burn_policies`",
                )
            )
        return legs

    def _window(self, text: str, zone: str) -> tuple[Window, timedelta]:
        nominal = self.policy.slo.nominal
        if text == "month":
            return CalendarWindow("month", zone), nominal.month
        if text == "quarter":
            return CalendarWindow("quarter", zone), nominal.quarter
        length = parse_duration(text)
        return Rolling(length), length


def _exporters(spec: Spec) -> dict[str, Exporter]:
    result = {}
    for name, entry in spec.all("exporters", ExporterModel).items():
        model = entry.model
        selector: tuple[Matcher, ...] = matchers((model.selector or {"job": name}).items())
        kind = model.kind or (name if name in _KINDS else "other")
        result[name] = Exporter(name, kind, selector, model.targets, entry.origin)
    return result


_KINDS = ("node", "cadvisor", "blackbox", "postgres", "sql")


def _journeys(spec: Spec, findings: list[Finding]) -> dict[str, Entry[Journey]]:
    """Collect the journeys of the workspace and of its services under one name each."""
    result = spec.all("journeys", Journey)
    for service in spec.all("services", ServiceModel).values():
        for name, journey in service.model.journeys.items():
            origin = Origin(service.origin.document, (*service.origin.path, "journeys", name))
            if name in result:
                message = f"the journey `{name}` is written twice, first at {result[name].origin.span(key=True)}"
                span = origin.span(key=True)
                findings.append(
                    Finding("S03", Severity.ERROR, span, message, "two truths are none", "keep one of the two")
                )
            else:
                result[name] = Entry(name, journey, origin)
    return result


def _digest(documents: Sequence[Document]) -> str:
    """Hash what the documents say; comments, layout and the order of keys do not count."""
    said = sorted(orjson.dumps(document.value, option=orjson.OPT_SORT_KEYS) for document in documents)
    return hashlib.sha256(b"\n".join(said)).hexdigest()
