"""Sloth's files: ``prometheus/v1``, the Kubernetes resource, and alert windows.

Alert windows become a burn policy named ``sloth-<period>``. One such file also makes its period the
default window and its policy the default burn policy, as ``--slo-period-windows-path`` together with
``--default-slo-period`` does. Of several, the one for Sloth's own default of 30 days is taken, and
the choice is reported.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import cast

from surefoot.promql.duration import format_duration
from surefoot.spec.formats import Foreign, Format
from surefoot.spec.formats._queries import grouped_by, is_open, opened, strange_template
from surefoot.spec.formats._reading import Report, Services, percent
from surefoot.spec.model.slo import SloModel
from surefoot.spec.model.sloth import (
    Alert,
    AlertWindows,
    Plugins,
    Sli,
    SlothFile,
    SlothResource,
    SlothService,
    SlothSlo,
    Window,
)
from surefoot.spec.source import Document, Origin, Value

FILE = "prometheus/v1"
RESOURCE = "sloth.slok.dev/v1"

_DEFAULT_PERIOD = timedelta(days=30)
_KNOWN = f"`version: {FILE}`, or as `apiVersion: {RESOURCE}`"
_KINDS = "`PrometheusServiceLevel` or `AlertWindows`"
_PLUGIN_CURE = "write the query that it makes under `sli.events` or `sli.raw`"


def _matches(value: Value) -> bool:
    if not isinstance(value, dict):
        return False
    version, api = value.get("version"), value.get("apiVersion")
    return (isinstance(version, str) and version.startswith("prometheus/")) or (
        isinstance(api, str) and api.startswith("sloth.slok.dev/")
    )


def _read(documents: Sequence[Document]) -> Foreign:
    reader = _Reader()
    for document in documents:
        reader.add(document)
    return Foreign(reader.services.entries(), reader.policy(), tuple(reader.report.findings))


class _Reader:
    def __init__(self) -> None:
        self.report = Report()
        self.services = Services(self.report)
        self._windows: dict[timedelta, tuple[AlertWindows, Origin]] = {}

    def add(self, document: Document) -> None:
        value = cast("dict[str, Value]", document.value)
        origin = Origin(document, ())
        if "apiVersion" in value:
            self._resource(value, origin)
        elif value["version"] != FILE:
            self.report.version(origin, "version", value["version"], _KNOWN)
        else:
            file = self.report.validate(SlothFile, value, origin)
            if file:
                self._service(file, origin, FILE)

    def policy(self) -> dict[str, Value]:
        if not self._windows:
            return {}
        chosen = next(iter(self._windows)) if len(self._windows) == 1 else _DEFAULT_PERIOD
        if chosen not in self._windows:
            chosen = min(self._windows)
        if len(self._windows) > 1:
            self._ambiguous(chosen)
        policies: dict[str, Value] = {_name(period): _legs(found) for period, (found, _) in self._windows.items()}
        return {"slo": {"window": format_duration(chosen), "burn": _name(chosen), "burn_policies": policies}}

    def _ambiguous(self, chosen: timedelta) -> None:
        origin = list(self._windows.values())[-1][1]
        periods = ", ".join(format_duration(period) for period in sorted(self._windows))
        self.report.lose(
            Origin(origin.document, ("spec", "sloPeriod")),
            f"there are alert windows for {periods}; those for {format_duration(chosen)} count",
            "set `policy.slo.window` and `policy.slo.burn`, or keep one file of alert windows",
        )

    def _resource(self, value: Mapping[str, Value], origin: Origin) -> None:
        kind = value.get("kind")
        if value["apiVersion"] != RESOURCE:
            self.report.version(origin, "apiVersion", value["apiVersion"], _KNOWN)
        elif kind == "PrometheusServiceLevel":
            resource = self.report.validate(SlothResource, dict(value), origin)
            if resource:
                self._service(resource.spec, Origin(origin.document, ("spec",)), RESOURCE)
        elif kind == "AlertWindows":
            windows = self.report.validate(AlertWindows, dict(value), origin)
            if windows:
                self._alert_windows(windows, origin)
        else:
            place = Origin(origin.document, ("kind",))
            self.report.wrong(place, f"`{kind}` is no kind of {RESOURCE}", f"write {_KINDS}")

    def _alert_windows(self, windows: AlertWindows, origin: Origin) -> None:
        period = windows.spec.slo_period
        for tier in ("page", "ticket"):
            for speed in ("quick", "slow"):
                window: Window = getattr(getattr(windows.spec, tier), speed)
                if window.short_window > window.long_window:
                    place = Origin(origin.document, ("spec", tier, speed, "shortWindow"))
                    message = "the short window is longer than the long one"
                    self.report.wrong(place, message, "exchange them")
                    return
        if period in self._windows:
            what = f"the set of alert windows for {format_duration(period)}"
            self.report.twice(origin, what, self._windows[period][1])
        else:
            self._windows[period] = windows, origin

    def _service(self, service: SlothService, origin: Origin, version: str) -> None:
        self.services.service(service.service, origin, version, service.labels)
        camel = version == RESOURCE
        self._plugins(service.slo_plugins, origin, "sloPlugins" if camel else "slo_plugins")
        if not service.slos:
            place = Origin(origin.document, (*origin.path, "slos"))
            self.report.wrong(place, f"`{service.service}` has no objective", "write at least one below `slos`")
        for index, slo in enumerate(service.slos):
            place = Origin(origin.document, (*origin.path, "slos", index))
            self._plugins(slo.plugins, place, "plugins")
            queries = self._sli(slo.sli, Origin(origin.document, (*place.path, "sli")), camel=camel)
            model = self.report.validate(SloModel, _slo(slo, queries), place) if queries else None
            if model:
                self.services.slo(service.service, slo.name, model, place)

    def _plugins(self, plugins: Plugins | None, origin: Origin, key: str) -> None:
        for index, plugin in enumerate(plugins.chain if plugins else ()):
            place = Origin(origin.document, (*origin.path, key, "chain", index, "id"))
            message = f"the plug-in `{plugin.id}` is written in Go and cannot run here; its changes are left out"
            self.report.refuse(place, message, "remove it; what it did to the rules, write into the spec")

    def _sli(self, sli: Sli, origin: Origin, *, camel: bool) -> dict[str, str] | None:
        """Return the fields of the indicator, or report why there are none."""
        given = [name for name in ("events", "raw", "plugin") if getattr(sli, name) is not None]
        if len(given) != 1:
            message = f"the indicator is given {len(given)} times" if given else "the indicator is empty"
            self.report.wrong(origin, message, "write one of `events` and `raw`")
            return None
        if sli.plugin:
            place = Origin(origin.document, (*origin.path, "plugin", "id"))
            message = f"the plug-in `{sli.plugin.id}` is written in Go and cannot run here"
            self.report.refuse(place, message, _PLUGIN_CURE)
            return None
        if sli.events:
            keys = ("errorQuery", "totalQuery") if camel else ("error_query", "total_query")
            error, total = opened(sli.events.error_query), opened(sli.events.total_query)
            places = [Origin(origin.document, (*origin.path, "events", key)) for key in keys]
            good = [self._query(query, place) for query, place in zip((error, total), places, strict=True)]
            return {"bad": error, "total": total} if all(good) else None
        assert sli.raw is not None
        ratio = opened(sli.raw.error_ratio_query)
        key = "errorRatioQuery" if camel else "error_ratio_query"
        return {"raw": ratio} if self._query(ratio, Origin(origin.document, (*origin.path, "raw", key))) else None

    def _query(self, query: str, place: Origin) -> bool:
        strange = strange_template(query)
        if strange:
            self.report.wrong(place, f"`{strange}` has no value here", "`{{.window}}` is the only one that has")
            return False
        if not is_open(query):
            cure = "write the range as `[{{.window}}]`, such as `sum(rate(http_requests_total[{{.window}}]))`"
            self.report.wrong(place, "the query measures the same range for every window", cure)
            return False
        return True


def _slo(slo: SlothSlo, queries: Mapping[str, str]) -> dict[str, object]:
    alerting = slo.alerting
    return {
        "target": percent(slo.objective),
        "description": slo.description,
        "labels": slo.labels,
        "by": grouped_by(*queries.values()),
        **queries,
        "alerting": {
            "name": alerting.name,
            "labels": alerting.labels,
            "annotations": alerting.annotations,
            "page": _tier(alerting.page_alert),
            "ticket": _tier(alerting.ticket_alert),
        },
    }


def _tier(alert: Alert) -> dict[str, object]:
    return {"enabled": not alert.disable, "labels": alert.labels, "annotations": alert.annotations}


def _name(period: timedelta) -> str:
    return f"sloth-{format_duration(period)}"


def _legs(found: AlertWindows) -> list[Value]:
    windows = found.spec
    return [
        _leg("page", windows.page.quick),
        _leg("page", windows.page.slow),
        _leg("ticket", windows.ticket.quick),
        _leg("ticket", windows.ticket.slow),
    ]


def _leg(tier: str, window: Window) -> Value:
    return {
        "tier": tier,
        "long": format_duration(window.long_window),
        "short": format_duration(window.short_window),
        "share": percent(window.error_budget_percent),
    }


FORMAT = Format("sloth", _matches, _read)
