"""The dashboards of every example: well-formed, laid out without overlaps, and asking only what can be answered."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import validate

from surefoot.promql.parse import parse
from tests.golden.test_golden import HERE, each_example, run

pytestmark = pytest.mark.req("MON-5")

VARIABLES = {
    "$__rate_interval": "1m",
    "$__range": "30d",
    "$service": "checkout|web",
    "$team": "payments",
    "$priority": "P1",
}
RECORD = re.compile(r"\b(?:slo|resilience):[a-z_:0-9A-Z]+")
SOURCE = {"type": "object", "required": ["type", "uid"]}
SCHEMA = {
    "type": "object",
    "required": [
        "annotations",
        "id",
        "links",
        "panels",
        "schemaVersion",
        "templating",
        "time",
        "timezone",
        "title",
        "uid",
    ],
    "properties": {
        "id": {"type": "null"},
        "uid": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,40}$"},
        "title": {"type": "string", "minLength": 1},
        "schemaVersion": {"type": "integer", "minimum": 39},
        "annotations": {"required": ["list"]},
        "links": {"type": "array", "items": {"required": ["title", "type", "url"]}},
        "templating": {
            "required": ["list"],
            "properties": {"list": {"type": "array", "minItems": 1, "items": {"required": ["name", "type", "query"]}}},
        },
        "panels": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["gridPos", "id", "title", "type"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1},
                    "type": {"enum": ["row", "timeseries", "stat", "bargauge", "table", "state-timeline", "text"]},
                    "gridPos": {
                        "required": ["h", "w", "x", "y"],
                        "additionalProperties": {"type": "integer", "minimum": 0},
                    },
                    "datasource": SOURCE,
                    "fieldConfig": {"required": ["defaults", "overrides"]},
                    "targets": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "required": ["datasource", "expr", "refId"],
                            "properties": {"datasource": SOURCE, "expr": {"type": "string", "minLength": 1}},
                        },
                    },
                },
                "if": {"properties": {"type": {"enum": ["row", "text"]}}},
                "else": {"required": ["datasource", "fieldConfig", "options", "targets"]},
            },
        },
    },
}


def dashboards(example: str) -> dict[str, Any]:
    found = {
        str(path): json.loads(path.read_text("utf-8")) for path in sorted(HERE.glob(f"{example}/grafana/**/*.json"))
    }
    assert found, f"{example} has no dashboards"
    return found


def expressions(dashboard: Any) -> Iterator[tuple[str, str]]:
    """List the queries of panels and annotations, their variables replaced."""
    asked = [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel.get("targets", ())]
    asked += [(each["name"], each["expr"]) for each in dashboard["annotations"]["list"] if "expr" in each]
    for title, text in asked:
        for name, value in VARIABLES.items():
            text = text.replace(name, value)  # noqa: PLW2901
        yield title, text


@each_example
def test_a_dashboard_is_what_grafana_reads(example: str):
    for dashboard in dashboards(example).values():
        validate(dashboard, SCHEMA)


@each_example
def test_panels_have_their_own_ids_and_places(example: str):
    for path, dashboard in dashboards(example).items():
        panels = dashboard["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels), path
        taken: dict[tuple[int, int], str] = {}
        for panel in panels:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, (path, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    assert (x, y) not in taken, (path, panel["title"], taken[x, y])
                    taken[x, y] = panel["title"]


@each_example
def test_no_two_dashboards_share_an_address(example: str):
    uids = [dashboard["uid"] for dashboard in dashboards(example).values()]
    assert len(set(uids)) == len(uids)


@each_example
def test_every_query_parses(example: str):
    for path, dashboard in dashboards(example).items():
        for title, text in expressions(dashboard):
            assert "$" not in text, (path, title)
            parse(text)


@each_example
def test_every_record_that_is_asked_for_is_recorded(example: str):
    recorded = {
        rule["record"]
        for path in HERE.glob(f"{example}/prometheus/rules/*.yml")
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for rule in group["rules"]
        if "record" in rule
    }
    asked = {
        name for each in dashboards(example).values() for _, text in expressions(each) for name in RECORD.findall(text)
    }
    assert asked <= recorded


@each_example
def test_alerts_lead_to_the_dashboards_that_exist(example: str):
    addresses = {f"/d/{dashboard['uid']}" for dashboard in dashboards(example).values()}
    for path in HERE.glob(f"{example}/prometheus/rules/*.yml"):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                found = re.search(r"/d/[^/?#]+", rule.get("annotations", {}).get("dashboard_url", ""))
                # A template may lead to a dashboard of the users' own; those of services are named after them.
                if found and rule["labels"]["service"] in found[0]:
                    assert found[0] in addresses


@pytest.mark.real
@each_example
def test_promtool_takes_every_query(example: str, tmp_path: Path, tool: Callable[[str], str]):
    queries = [text for dashboard in dashboards(example).values() for _, text in expressions(dashboard)]
    rules = [{"record": f"panel:{index}", "expr": text} for index, text in enumerate(dict.fromkeys(queries))]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    run(tool("promtool"), "check", "rules", "rules.yml", cwd=tmp_path)


STATES = ("closed", "open", "half_open", "forced_open", "disabled", "metrics_only")
BREAKER = "resilience4j_circuitbreaker_state"
CALLS = 'service="checkout",name="payment-api"'
LATENCY = 'sloth_id="web-latency",sloth_service="web",sloth_slo="latency"'
SERIES = {
    **{
        f'{BREAKER}{{{CALLS},instance="{instance}",state="{state}"}}': f"{int(state == active)}+0x40"
        for instance, active in (("a", "closed"), ("b", "open"))
        for state in STATES
    },
    f"slo:period_burn_rate:ratio{{{LATENCY}}}": "0.5+0x40",
    f"slo:error_budget:ratio{{{LATENCY}}}": "0.05+0x40",
    'alive{service="checkout",team="payments",priority="P1"}': "1+0x9 0+0x30",
    'http_requests_total{job="checkout",code="200"}': "0+9x40",
    'http_requests_total{job="checkout",code="500"}': "0+1x40",
}
ANSWERS = (
    ("services/checkout", "Breakers", 0, '{name="payment-api"}', 3),
    ("services/checkout", "Error rate", 0, "{}", 0.1),
    ("executive", "Budgets: important", 1, '{sloth_service="web",sloth_slo="latency"}', 0.975),
    ("on-call", "Firing", 0, '{alertname="Dead",priority="P1",service="checkout",team="payments"}', 600_000),
    ("on-call", "P1 firing", 0, "{}", 1),
)


@pytest.mark.real
@pytest.mark.req("RES-5")
def test_prometheus_answers_what_a_panel_means(tmp_path: Path, tool: Callable[[str], str]):
    """The worst state of a breaker, a share of errors, compliance, and since when an alert is active (in ms)."""
    cases = []
    for name, title, index, labels, value in ANSWERS:
        dashboard = json.loads((HERE / "shop" / "grafana" / f"{name}.json").read_text("utf-8"))
        asked = [text for panel, text in expressions(dashboard) if panel == title]
        cases.append({"expr": asked[index], "eval_time": "30m", "exp_samples": [{"labels": labels, "value": value}]})
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in SERIES.items()],
        "promql_expr_test": cases,
    }
    alert = {"groups": [{"name": "g", "rules": [{"alert": "Dead", "expr": "alive == 0"}]}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(alert), "utf-8")
    written = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(written, width=10_000), "utf-8")
    run(tool("promtool"), "test", "rules", "test.yml", cwd=tmp_path)
