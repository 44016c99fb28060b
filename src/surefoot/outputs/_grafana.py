"""Grafana's dashboards as JSON: panels in rows, laid out on 24 columns, under ids that a rebuild keeps."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from zlib import crc32

import orjson

from surefoot.domain.rules.links import dashboard_uid
from surefoot.outputs._header import header
from surefoot.promql.duration import format_duration
from surefoot.spec.system import System

Json: TypeAlias = Mapping[str, object]
Kind: TypeAlias = Literal["timeseries", "stat", "bargauge", "table", "state-timeline", "text"]
Step: TypeAlias = tuple[str, float | None]

COLUMNS = 24
HALF, THIRD, QUARTER, SIXTH = 12, 8, 6, 4
LOW, HIGH = 4, 8
GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"
SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
RATE = "$__rate_interval"
RANGE = "$__range"

_SCHEMA = 39  # Grafana 11; later versions migrate it by themselves
_IDS = 1 << 24
_PLACE = "SERVICE"
_SIZES: Mapping[Kind, tuple[int, int]] = {"stat": (SIXTH, LOW), "text": (COLUMNS, LOW), "table": (COLUMNS, HIGH)}
_PRESENT: frozenset[Kind] = frozenset(("stat", "bargauge", "table"))
_LAST: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: Mapping[Kind, Json] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"colorMode": "background", "graphMode": "none", "reduceOptions": _LAST, "textMode": "auto"},
    "bargauge": {"displayMode": "basic", "orientation": "horizontal", "reduceOptions": _LAST, "showUnfilled": True},
    "table": {"cellHeight": "sm", "footer": {"show": False}, "showHeader": True},
    "state-timeline": {"alignValue": "left", "mergeValues": True, "rowHeight": 0.9, "showValue": "auto"},
    "text": {"mode": "markdown"},
}


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel; `name` names its column in a table, or its line."""

    expr: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        steps: Colours, each with the value that it begins at; the first without one.
        width: In columns of 24; by its kind if left out, as is the height.
        since: Range of its own, such as ``now/M``, in place of the dashboard's.
        names: Words in place of values.
        columns: Settings of columns of a table, by their names.
        order: Columns of a table in their order, under new names; those not named are left out.
        text: Markdown of a panel of text.
        links: Pairs of title and address.
    """

    title: str
    kind: Kind
    queries: tuple[Query, ...] = ()
    describes: str = ""
    unit: str = "short"
    steps: tuple[Step, ...] = ()
    width: int | None = None
    height: int | None = None
    since: str = ""
    bottom: float | None = 0.0
    top: float | None = None
    names: Mapping[float, tuple[str, str]] = field(default_factory=dict)
    columns: Mapping[str, Json] = field(default_factory=dict)
    order: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height."""
        width, height = _SIZES.get(self.kind, (HALF, HIGH))
        return self.width or width, self.height or height

    @property
    def instant(self) -> bool:
        """Tell whether only the present is asked for."""
        return self.kind in _PRESENT


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard.

    Attributes:
        path: Of its file.
        links: Pairs of title and address.
        variables: In Grafana's own form, after the one that chooses the data source.
        annotations: The same, after the one that Grafana has built in.
    """

    path: str
    uid: str
    title: str
    describes: str
    rows: tuple[Row, ...]
    links: tuple[tuple[str, str], ...] = ()
    variables: tuple[Json, ...] = ()
    annotations: tuple[Json, ...] = ()


def to_service(system: System) -> Json:
    """Link from a service's name in a table to its dashboard, for a column's settings."""
    field_ = "${__value.text}"
    address = f"/d/{dashboard_uid(_PLACE, system.links).replace(_PLACE, field_)}"
    return {"links": [{"title": "Service health", "url": address}]}


def note(title: str, text: str, height: int = LOW) -> Panel:
    """Make a panel of Markdown."""
    return Panel(title, "text", text=text, height=height)


def deployments(*tags: str) -> Json:
    """Mark what is posted to Grafana's annotations under the tag ``deployment`` and those given."""
    return {
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": True,
        "hide": False,
        "iconColor": "blue",
        "name": "Deployments",
        "target": {"limit": 100, "matchAny": False, "tags": ["deployment", *tags], "type": "tags"},
    }


def fired(expr: str) -> Json:
    """Mark where alerts fired."""
    return {
        "datasource": SOURCE,
        "enable": True,
        "expr": expr,
        "hide": False,
        "iconColor": "red",
        "name": "Alerts",
        "step": "60s",
        "textFormat": "{{priority}}",
        "titleFormat": "{{alertname}}",
    }


def choice(name: str, label: str, values: Sequence[str], everything: str) -> Json:
    """Make a variable whose values stand in the spec; `everything` is the regular expression of all."""
    return {
        "allValue": everything,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
        "includeAll": True,
        "label": label,
        "multi": True,
        "name": name,
        "options": [],
        "query": ",".join(values),
        "skipUrlSync": False,
        "type": "custom",
    }


def write(dashboard: Dashboard, system: System) -> str:
    """Write a dashboard as a JSON document; it has no ``id``, which is Grafana's to give."""
    policy = system.policy.dashboards
    tags = ["surefoot", system.name]
    document: Json = {
        "annotations": {"list": [_BUILT_IN, *dashboard.annotations]},
        "description": f"{dashboard.describes} {header(system, '').strip()}",
        "editable": False,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "id": None,
        "links": [
            *(_link(title, url) for title, url in dashboard.links),
            {**_link("Dashboards", ""), "asDropdown": True, "tags": tags, "type": "dashboards"},
        ],
        "panels": list(_panels(dashboard)),
        "refresh": format_duration(policy.refresh),
        "schemaVersion": _SCHEMA,
        "tags": tags,
        "templating": {"list": [_CHOICE_OF_SOURCE, *dashboard.variables]},
        "time": {"from": f"now-{format_duration(policy.range)}", "to": "now"},
        "timepicker": {},
        "timezone": system.zone,
        "title": dashboard.title,
        "uid": dashboard.uid,
        "weekStart": "",
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


_BUILT_IN: Json = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}
_CHOICE_OF_SOURCE: Json = {
    "current": {},
    "hide": 0,
    "includeAll": False,
    "label": "Prometheus",
    "multi": False,
    "name": "datasource",
    "options": [],
    "query": "prometheus",
    "refresh": 1,
    "regex": "",
    "type": "datasource",
}


def _link(title: str, url: str) -> dict[str, object]:
    return {
        "asDropdown": False,
        "icon": "external link",
        "includeVars": False,
        "keepTime": True,
        "tags": [],
        "targetBlank": True,
        "title": title,
        "tooltip": "",
        "type": "link",
        "url": url,
    }


def _panels(dashboard: Dashboard) -> Iterator[Json]:
    """Fill the rows from left to right; a line is as high as its highest panel."""
    taken: set[int] = set()
    y = 0
    for row in dashboard.rows:
        if not row.panels:
            continue
        place = {"h": 1, "w": COLUMNS, "x": 0, "y": y}
        yield {
            "collapsed": False,
            "gridPos": place,
            "id": _id((row.title,), taken),
            "panels": [],
            "title": row.title,
            "type": "row",
        }
        y += 1
        x = height = 0
        for panel in row.panels:
            width, tall = panel.size
            if x + width > COLUMNS:
                x, y, height = 0, y + height, 0
            place = {"h": tall, "w": width, "x": x, "y": y}
            yield _panel(panel, place, _id((row.title, panel.title), taken))
            x, height = x + width, max(height, tall)
        y += height


def _id(words: Collection[str], taken: set[int]) -> int:
    """Derive a number from what a panel is called, so that links to it outlive the panels around it."""
    found = crc32("\0".join(words).encode()) % _IDS or 1
    while found in taken:
        found = found % _IDS + 1
    taken.add(found)
    return found


def _panel(panel: Panel, place: Json, number: int) -> Json:
    shared: dict[str, object] = {"gridPos": place, "id": number, "title": panel.title, "type": panel.kind}
    if panel.describes:
        shared["description"] = panel.describes
    if panel.links:
        shared["links"] = [{"targetBlank": True, "title": title, "url": url} for title, url in panel.links]
    if panel.kind == "text":
        return {**shared, "options": {**_OPTIONS["text"], "content": panel.text}}
    result: dict[str, object] = {
        **shared,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": list(_overrides(panel))},
        "options": _OPTIONS[panel.kind],
        "targets": [_target(panel, query, index) for index, query in enumerate(panel.queries)],
    }
    if panel.since:
        result["timeFrom"] = panel.since
    if panel.kind == "table":
        result["transformations"] = _arranged(panel)
    return result


def _defaults(panel: Panel) -> Json:
    steps = panel.steps or ((GREEN, None),)
    colour = "palette-classic" if panel.kind == "timeseries" else "thresholds"
    result: dict[str, object] = {
        "color": {"mode": colour},
        "mappings": [_mapping(panel.names)] if panel.names else [],
        "thresholds": {"mode": "absolute", "steps": [{"color": color, "value": value} for color, value in steps]},
        "unit": panel.unit,
    }
    if panel.kind == "timeseries":
        style = "dashed+area" if panel.steps else "off"
        result |= {"custom": {"fillOpacity": 10, "showPoints": "never", "thresholdsStyle": {"mode": style}}}
        if panel.bottom is not None:
            result["min"] = panel.bottom
    if panel.top is not None:
        result["max"] = panel.top
    return result


def _mapping(names: Mapping[float, tuple[str, str]]) -> Json:
    options = {
        f"{value:g}": {"color": color, "index": index, "text": text}
        for index, (value, (text, color)) in enumerate(names.items())
    }
    return {"options": options, "type": "value"}


def _overrides(panel: Panel) -> Iterator[Json]:
    for name, settings in panel.columns.items():
        yield {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": key, "value": value} for key, value in settings.items()],
        }


def _target(panel: Panel, query: Query, index: int) -> Json:
    return {
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": query.expr,
        "format": "table" if panel.kind == "table" else "time_series",
        "instant": panel.instant,
        "legendFormat": query.name or "__auto",
        "range": not panel.instant,
        "refId": f"Q{index + 1}",
    }


def _arranged(panel: Panel) -> list[Json]:
    """Join the answers on the labels that they share, and keep the columns that are named."""
    kept = list(panel.order)
    return [
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": kept}}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {},
                "indexByName": {name: index for index, name in enumerate(kept)},
                "renameByName": dict(panel.order),
            },
        },
    ]
