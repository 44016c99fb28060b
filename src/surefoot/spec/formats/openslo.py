"""OpenSLO: every kind of ``openslo/v1``, and the SLO of ``openslo/v1alpha`` as Sloth reads it.

An object stands in a document of its own or in a list. Each objective of an SLO becomes one of
Surefoot's, named ``<name>-<index>`` as Sloth does; an SLO that Surefoot wrote keeps its name. What
cannot be compiled is an error, never left out silently.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from surefoot.promql.selector import label_text
from surefoot.spec.formats import Foreign, Format
from surefoot.spec.formats._openslo_alerts import Alerts, read_alerts
from surefoot.spec.formats._openslo_objects import ALPHA, V1, Objects, Placed
from surefoot.spec.formats._openslo_sli import Fields, SliReader
from surefoot.spec.formats._openslo_windows import Kept, read_alpha_window, read_window
from surefoot.spec.formats._queries import opened
from surefoot.spec.formats._reading import Report, Services, percent
from surefoot.spec.model.openslo import OWN_NAME, AlphaSlo, Metadata, Objective, Service, Sli, Slo
from surefoot.spec.model.slo import SloModel
from surefoot.spec.source import Document, Origin, Value

_ALPHA_SOURCES = frozenset({"prometheus", "sloth"})


def _matches(value: Value) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(
        isinstance(item, dict) and str(item.get("apiVersion")).startswith(("openslo/", "openslo.com/"))
        for item in items
    )


def _read(documents: Sequence[Document]) -> Foreign:
    reader = _Reader(documents)
    reader.read()
    policies = reader.policies
    policy: dict[str, Value] = {"slo": {"burn_policies": dict(policies)}} if policies else {}
    return Foreign(reader.services.entries(), policy, tuple(dict.fromkeys(reader.report.findings)))


class _Reader:
    def __init__(self, documents: Sequence[Document]) -> None:
        self.report = Report()
        self.services = Services(self.report)
        self.policies: dict[str, Value] = {}
        self._labels_of: dict[str, Mapping[str, str]] = {}
        self._objects = Objects(documents, self.report)
        self._slis = SliReader(self._objects, self.report)

    def read(self) -> None:
        for service in self._objects.all(Service):
            model = service.model
            description = model.spec.description or model.metadata.display_name
            name = model.metadata.name
            self.services.service(name, service.origin, model.api_version, {}, description)
            self._labels_of[name] = self._labels(model.metadata, service.at("metadata", "labels"))
        for slo in self._objects.all(Slo):
            self._slo(slo)
        for alpha in self._objects.all(AlphaSlo):
            self._alpha(alpha)

    def _slo(self, slo: Placed[Slo]) -> None:
        spec = slo.model.spec
        kept = self._window(slo)
        alerts = read_alerts(spec.alert_policies, slo.at("spec", "alertPolicies"), self._objects, self.report)
        self._composite(slo)
        self.services.service(spec.service, slo.origin, V1, {})
        shared = self._indicator(slo) if spec.indicator or spec.indicator_ref else None
        for index, model in enumerate(spec.objectives):
            objective = Placed(model, slo.at("spec", "objectives", index))
            target = self._target(objective)
            sli = shared or self._indicator(objective)
            fields = self._slis.read(sli, objective, spec.budgeting_method) if sli else None
            if kept and target and fields:
                self._add(slo, index, kept, {**fields, "target": target, **self._burn(alerts)})

    def _add(self, slo: Placed[Slo], index: int, kept: Kept, fields: Fields) -> None:
        metadata, spec = slo.model.metadata, slo.model.spec
        own = metadata.annotations.get(OWN_NAME)
        name = own if own and len(spec.objectives) == 1 else f"{metadata.name}-{index}"
        at = slo.at() if len(spec.objectives) == 1 else slo.at("spec", "objectives", index)
        labels = self._labels(metadata, slo.at("metadata", "labels"))
        written = {
            "window": kept.window,
            "timezone": kept.zone,
            "description": spec.description or metadata.display_name,
            "labels": {**self._labels_of.get(spec.service, {}), **labels},
            **fields,
        }
        model = self.report.validate(SloModel, written, at)
        if model:
            self.services.slo(spec.service, name, model, at)

    def _window(self, slo: Placed[Slo]) -> Kept | None:
        windows = slo.model.spec.time_window
        place = slo.at("spec", "timeWindow")
        if len(windows) > 1:
            self.report.wrong(place, f"an SLO has one window; here are {len(windows)}", "keep one of them")
            return None
        return read_window(windows[0], slo.at("spec", "timeWindow", 0), self.report) if windows else Kept()

    def _indicator(self, owner: Placed[Slo] | Placed[Objective]) -> Placed[Sli] | None:
        """Find the indicator of an SLO or of one objective: inline, or by its name."""
        below: tuple[str, ...] = ("spec",) if isinstance(owner.model, Slo) else ()
        holder = owner.model.spec if isinstance(owner.model, Slo) else owner.model
        if (holder.indicator is None) == (holder.indicator_ref is None):
            message = "nothing says how this is measured" if holder.indicator is None else "two indicators"
            self.report.wrong(owner.at(*below), message, "write one of `indicator` and `indicatorRef`")
            return None
        if holder.indicator is not None:
            return Placed(holder.indicator, owner.at(*below, "indicator"))
        return self._objects.named(Sli, holder.indicator_ref or "", owner.at(*below, "indicatorRef"))

    def _composite(self, slo: Placed[Slo]) -> None:
        """Report objectives with indicators of their own: their common budget is not kept."""
        for index, objective in enumerate(slo.model.spec.objectives):
            if objective.indicator or objective.indicator_ref or objective.composite_weight is not None:
                message = "a composite SLO has one budget for several indicators, which cannot be compiled"
                cure = "write one SLO for each indicator, and a journey for what users see"
                self.report.refuse(slo.at("spec", "objectives", index), message, cure)
                return

    def _target(self, objective: Placed[Objective]) -> str | None:
        model = objective.model
        if (model.target is None) == (model.target_percent is None):
            message = "an objective needs one target" if model.target is None else "two targets are none"
            self.report.wrong(objective.at(), message, "write `target: 0.999` or `targetPercent: 99.9`")
            return None
        if model.target is not None:
            return percent(Decimal(repr(model.target)) * 100)
        return percent(Decimal(repr(model.target_percent)))

    def _labels(self, metadata: Metadata, at: Origin) -> dict[str, str]:
        """Keep labels that Prometheus can hold; several values are joined by commas."""
        odd = [name for name in metadata.labels if label_text(name) != name]
        if odd:
            message = f"Prometheus has no label named {', '.join(f'`{name}`' for name in odd)}: not carried over"
            self.report.lose(at, message, "use letters, digits and underscores")
        return {name: ",".join(values) for name, values in metadata.labels.items() if name not in odd}

    def _burn(self, alerts: Alerts) -> dict[str, object]:
        """Keep the burn policy under its own name; the same name with other legs gets a number."""
        fields: dict[str, object] = {"alerting": alerts.alerting()}
        if not alerts.legs:
            return fields
        name, number = alerts.name, 1
        while self.policies.get(name, list(alerts.legs)) != list(alerts.legs):
            number += 1
            name = f"{alerts.name}-{number}"
        self.policies[name] = list(alerts.legs)
        return {**fields, "burn": name}

    def _alpha(self, slo: Placed[AlphaSlo]) -> None:
        spec, metadata = slo.model.spec, slo.model.metadata
        if spec.budgeting_method != "Occurrences":
            message = f"`{spec.budgeting_method}` of {ALPHA} is not read"
            self.report.refuse(slo.at("spec", "budgetingMethod"), message, f"write the SLO as `{V1}`")
            return
        if len(spec.time_windows) > 1:
            message = f"an SLO has one window; here are {len(spec.time_windows)}"
            self.report.wrong(slo.at("spec", "timeWindows"), message, "keep one of them")
            return
        place = slo.at("spec", "timeWindows", 0)
        kept = read_alpha_window(spec.time_windows[0], place, self.report) if spec.time_windows else Kept()
        self.services.service(spec.service, slo.origin, ALPHA, {})
        for index, objective in enumerate(spec.objectives):
            at = slo.at("spec", "objectives", index)
            fields = self._alpha_sli(slo, index)
            if kept and fields:
                written = {
                    **fields,
                    "target": percent(Decimal(repr(objective.target)) * 100),
                    "window": kept.window,
                    "timezone": kept.zone,
                    "description": spec.description,
                    "alerting": Alerts().alerting(),
                }
                model = self.report.validate(SloModel, written, at)
                if model:
                    self.services.slo(spec.service, f"{metadata.name}-{index}", model, at)

    def _alpha_sli(self, slo: Placed[AlphaSlo], index: int) -> Mapping[str, object] | None:
        objective = slo.model.spec.objectives[index]
        at = slo.at("spec", "objectives", index)
        if objective.ratio_metrics is None:
            message = f"an objective of {ALPHA} without `ratioMetrics` cannot be compiled"
            self.report.refuse(at, message, f"write `ratioMetrics`, or the SLO as `{V1}`")
            return None
        amounts = []
        for name in ("good", "total"):
            metric = getattr(objective.ratio_metrics, name)
            place = Origin(at.document, (*at.path, "ratioMetrics", name))
            if metric.source not in _ALPHA_SOURCES or metric.query_type != "promql":
                message = f"a metric of `{metric.source}` in `{metric.query_type}` cannot be compiled"
                self.report.refuse(place, message, "write `source: prometheus` and `queryType: promql`")
                continue
            counter = objective.ratio_metrics.counter
            amount = self._slis.amount(opened(metric.query), counter, place)
            amounts += [amount] if amount else []
        if len(amounts) != len(("good", "total")):
            return None
        placed = Placed(Objective(target=objective.target), at)
        return self._slis.events(("good", amounts[0], amounts[1]), placed, "Occurrences")


FORMAT = Format("openslo", _matches, _read)
