import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from surefoot.integrations import readings
from surefoot.outputs.grafana_dashboards import OUTPUT, dashboards
from surefoot.promql.parse import parse
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("MON-5")

SHOP = """
    workspace: shop
    timezone: Europe/Berlin
    links: {dashboards: "https://graphs.example/d/svc-{service}?from={from}", logs: "https://logs.example/{service}"}
    exporters: {node: {targets: ["n:9100"]}}
    services:
      checkout:
        targets: ["localhost:8080"]
        exporters: node
        signals: {concurrency: requests_in_flight}
        capacity: {concurrency: 40}
        alerts: {high-cpu: {above: 70%}}
        slos:
          availability: {target: 99.9%, sla: 99.5%, bad: 'hits_total{code=~"5.."}', total: hits_total}
          strange: {target: 80%, good: 'jobs_total{result="ok"}', total: jobs_total, by: queue}
          monthly: {target: 99%, window: month, bad: errors_total, total: hits_total}
        depends_on:
          - {service: bank, breaker: 5 consecutive, retry: 2, fallback: stale 5m, rate: 10/s, concurrency: 5}
      bank: {}
    journeys: {order: {steps: [checkout, bank]}}
"""
MINIMAL = "services: {hello: {}}"

Panels = dict[str, Any]


def built(folder: Path, text: str = SHOP) -> dict[str, Any]:
    """Build a workspace and read its dashboards back, by the name of the file."""
    artifacts = written(OUTPUT, resolved(folder, text), folder)
    return {each.path: json.loads(each.text) for each in artifacts if each.path.endswith(".json")}


def panels(dashboard: Any) -> dict[str, Panels]:
    """Map each panel by its row and title."""
    found, row = {}, ""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        else:
            found[f"{row}/{panel['title']}"] = panel
    return found


def queries(panel: Panels) -> list[str]:
    return [target["expr"] for target in panel["targets"]]


def steps(panel: Panels) -> list[tuple[str, float | None]]:
    return [(step["color"], step["value"]) for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]


def checkout(folder: Path, text: str = SHOP) -> dict[str, Panels]:
    return panels(built(folder, text)["grafana/services/checkout.json"])


def test_five_kinds_of_dashboards_are_built(tmp_path: Path):
    assert set(built(tmp_path)) == {
        "grafana/executive.json",
        "grafana/infrastructure.json",
        "grafana/user-experience.json",
        "grafana/on-call.json",
        "grafana/services/checkout.json",
        "grafana/services/bank.json",
    }


def test_a_workspace_without_services_has_no_dashboards(tmp_path: Path):
    assert not written(OUTPUT, resolved(tmp_path, "workspace: nothing"), tmp_path)


def test_a_dashboard_stands_where_the_links_of_alerts_lead(tmp_path: Path):
    found = built(tmp_path)["grafana/services/checkout.json"]
    assert found["uid"] == "svc-checkout"
    assert found["timezone"] == "Europe/Berlin"
    assert {"title": "Logs", "url": "https://logs.example/checkout"}.items() <= found["links"][0].items()


def test_deployments_and_alerts_are_marked(tmp_path: Path):
    marks = {each["name"]: each for each in built(tmp_path)["grafana/services/checkout.json"]["annotations"]["list"]}
    assert marks["Deployments"]["target"]["tags"] == ["deployment", "checkout"]
    assert marks["Alerts"]["expr"] == 'ALERTS{alertstate="firing",service="checkout"}'


@pytest.mark.req("MON-1")
class TestSignals:
    def test_requests_are_split_by_the_class_of_their_code(self, tmp_path: Path):
        found = checkout(tmp_path)
        named = {each["legendFormat"]: each["expr"] for each in found["Traffic and errors/Errors"]["targets"]}
        assert named["4xx"] == 'sum(rate(hits_total{job="checkout",code=~"4.."}[$__rate_interval]))'
        assert set(named) == {"4xx", "5xx"}
        assert len(queries(found["Traffic and errors/Requests"])) == 5

    def test_requests_without_a_code_are_good_or_bad(self, tmp_path: Path):
        text = "services: {a: {slos: {x: {target: 99%, good: 'jobs_total{result=\"ok\"}', total: jobs_total}}}}"
        found = panels(built(tmp_path, text)["grafana/services/a.json"])
        assert [each["legendFormat"] for each in found["Traffic and errors/Errors"]["targets"]] == ["failed"]

    def test_an_error_rate_takes_its_thresholds_from_the_objective(self, tmp_path: Path):
        found = checkout(tmp_path)["Traffic and errors/Error rate"]
        assert steps(found) == [("green", None), ("orange", 0.001), ("red", 0.01)]

    def test_latency_shows_three_quantiles_and_the_bound(self, tmp_path: Path):
        text = "services: {a: {slos: {fast: {target: 99%, under: 250ms, histogram: took_milliseconds}}}}"
        found = panels(built(tmp_path, text)["grafana/services/a.json"])["Latency/Latency"]
        assert [each["legendFormat"] for each in found["targets"]] == ["p50", "p95", "p99"]
        assert steps(found)[-1] == ("orange", 250.0)
        assert found["fieldConfig"]["defaults"]["unit"] == "ms"

    def test_concurrency_is_compared_with_what_the_service_can_carry(self, tmp_path: Path):
        found = checkout(tmp_path)["Traffic and errors/Concurrency"]
        assert queries(found) == ['sum(requests_in_flight{job="checkout"})']
        assert steps(found)[-1] == ("red", 40.0)

    def test_saturation_is_judged_as_the_services_alerts_judge_it(self, tmp_path: Path):
        found = checkout(tmp_path)
        assert {"Saturation/CPU", "Saturation/Memory", "Saturation/Disks"} <= set(found)
        assert steps(found["Saturation/CPU"])[-1] == ("red", 0.7)

    def test_what_has_no_source_is_not_queried_but_said(self, tmp_path: Path):
        found = panels(built(tmp_path, MINIMAL)["grafana/services/hello.json"])
        assert not [title for title in found if title.startswith(("Traffic", "Latency", "Saturation"))]
        told = found["Runbooks and gaps/Not measured"]["options"]["content"]
        assert "Latency: declare `signals: {latency: …}`" in told
        assert "Requests and errors: declare" in told


class TestObjectives:
    def test_red_is_ten_times_amber_but_not_above_everything(self, tmp_path: Path):
        found = checkout(tmp_path)
        assert steps(found["Objective availability/Error ratio"]) == [("green", None), ("orange", 0.001), ("red", 0.01)]
        assert steps(found["Objective strange/Error ratio"]) == [("green", None), ("orange", 0.2), ("red", 1.0)]

    def test_the_multiples_are_policy(self, tmp_path: Path):
        found = checkout(tmp_path, f"{SHOP}    policy: {{dashboards: {{red: 5}}}}\n")
        assert steps(found["Objective availability/Error ratio"])[-1] == ("red", 0.005)
        assert steps(found["Objective availability/Burn rate"])[-1] == ("red", 5.0)

    @pytest.mark.req("SLO-3")
    def test_what_is_left_of_a_rolling_budget_is_the_record(self, tmp_path: Path):
        found = checkout(tmp_path)["Objective availability/Budget remaining"]
        assert queries(found)[0].startswith('slo:period_error_budget_remaining:ratio{sloth_id="checkout-availability"')
        assert "43.2 min" in found["description"]
        assert steps(found) == [("red", None), ("orange", 0.0), ("yellow", 0.25), ("green", 0.5)]

    @pytest.mark.req("SLO-3")
    def test_a_calendar_budget_is_counted_from_the_beginning_of_the_month(self, tmp_path: Path):
        found = checkout(tmp_path)["Objective monthly/Budget remaining this month"]
        assert found["timeFrom"] == "now/M"
        assert "[$__range:5m]" in queries(found)[0]

    def test_a_month_of_another_time_zone_is_left_out(self, tmp_path: Path):
        found = checkout(tmp_path, SHOP.replace("window: month", "window: month, timezone: Asia/Tokyo"))
        assert "Objective monthly/Error ratio" in found
        assert "Objective monthly/Budget remaining this month" not in found

    def test_the_contracts_budget_stands_beside_the_teams(self, tmp_path: Path):
        found = checkout(tmp_path)["Objective availability/SLA budget remaining"]
        assert queries(found)[0].endswith("/ 0.005")

    def test_groups_of_an_objective_are_named(self, tmp_path: Path):
        found = checkout(tmp_path)["Objective strange/Error ratio"]
        assert found["targets"][0]["legendFormat"] == "5m {{queue}}"


@pytest.mark.req("RES-5")
def test_dependencies_are_asked_for_by_the_names_that_the_library_exposes(tmp_path: Path):
    found = {title: panel for title, panel in checkout(tmp_path).items() if title.startswith("Dependencies/")}
    names = {title.removeprefix("Dependencies/") for title in found}
    assert names == {
        "Breakers",
        "Open now",
        "Calls by kind",
        "Failure rate",
        "Mean duration",
        "Retries",
        "Rejections",
        "Fallbacks",
        "Places taken",
    }
    exposed = {name + suffix for name in readings.names() for suffix in ("", "_count", "_sum")}
    for panel in found.values():
        for text in queries(panel):
            metrics = [word.split("{")[0] for word in text.replace("(", " ").split() if "{" in word]
            assert metrics, text
            assert all(m in exposed or m.startswith("resilience:") for m in metrics), text
            assert 'service="checkout"' in text


def test_without_policies_there_is_no_row_of_dependencies(tmp_path: Path):
    found = panels(built(tmp_path)["grafana/services/bank.json"])
    assert not [title for title in found if title.startswith("Dependencies/")]


def test_the_executive_sees_each_tier_that_promises_something(tmp_path: Path):
    text = """
        services:
          a: {tier: critical, slos: {x: {target: 99%, bad: b, total: t}}}
          b.c: {slos: {x: {target: 99%, bad: b, total: t}}}
          d: {tier: important}
    """
    found = panels(built(tmp_path, text)["grafana/executive.json"])
    assert {title for title in found if "Budgets: " in title} == {
        "Services of tier critical/Budgets: critical",
        "Services of tier normal/Budgets: normal",
    }
    table = found["Services of tier normal/Budgets: normal"]
    assert all('{sloth_service="b.c"}' in text for text in queries(table))
    renamed = table["transformations"][-1]["options"]["renameByName"]
    assert list(renamed.values()) == ["Service", "Name", "Objective", "Compliance", "Budget remaining", "Burn rate"]


def test_on_call_chooses_among_the_services_and_teams_of_the_spec(tmp_path: Path):
    found = built(tmp_path)["grafana/on-call.json"]
    choices = {each["name"]: each for each in found["templating"]["list"]}
    assert choices["service"]["query"] == "bank,checkout"
    assert choices["service"]["allValue"] == "bank|checkout"
    assert 'service=~"$service"' in queries(panels(found)["Active alerts/Firing"])[0]


def test_sloths_alerts_are_selected_by_what_they_have(tmp_path: Path):
    text = """
        policy: {slo: {profile: sloth}}
        services: {a: {slos: {x: {target: 99%, window: month, bad: b, total: t}}}}
    """
    found = built(tmp_path, text)
    assert queries(panels(found["grafana/on-call.json"])["Now/Firing"]) == [
        'count(ALERTS{alertstate="firing"}) or vector(0)'
    ]
    service = found["grafana/services/a.json"]
    assert service["annotations"]["list"][-1]["expr"] == 'ALERTS{alertstate="firing",sloth_service="a"}'
    budget = panels(service)["Objective x/Budget remaining this month"]
    assert queries(budget)[0].startswith("1 - (avg_over_time(slo:sli_error:ratio_rate5m{")


def test_users_see_page_loads_funnels_and_journeys(tmp_path: Path):
    text = f"{SHOP}    user_experience: {{page_load: paint_seconds, funnel: {{basket: b_total, order: o_total}}}}\n"
    found = panels(built(tmp_path, text)["grafana/user-experience.json"])
    assert len(queries(found["Page load/Page load"])) == 3
    assert queries(found["Conversion/Conversion"]) == [
        "sum(increase(o_total[$__range])) / (sum(increase(b_total[$__range])) > 0)"
    ]
    journey = found["Journeys/order"]
    assert journey["description"].endswith("Without bank, which promises no availability.")
    assert len(queries(journey)) == 1


def test_a_journey_of_several_steps_is_their_product(tmp_path: Path):
    text = """
        services:
          a: {slos: {availability: {target: 99%, bad: b, total: t}}}
          b: {slos: {availability: {target: 99%, bad: b, total: t}}}
        journeys: {both: {steps: [a, b], target: 98%}}
    """
    found = panels(built(tmp_path, text)["grafana/user-experience.json"])
    assert queries(found["Journeys/both"])[0].count("(1 - max(") == 2
    assert steps(found["Journeys/both now"]) == [("red", None), ("orange", 0.8), ("green", 0.98)]


@pytest.mark.parametrize("name", ["infrastructure", "user-experience", "executive"])
def test_an_empty_dashboard_says_what_to_declare(name: str, tmp_path: Path):
    (panel,) = panels(built(tmp_path, MINIMAL)[f"grafana/{name}.json"]).values()
    assert "eclare" in panel["options"]["content"]


def test_infrastructure_shows_the_capacity_plan_where_it_can_be_read(tmp_path: Path):
    text = """
        services: {a: {exporters: [node, cadvisor, postgres]}}
        exporters: {node: {}, cadvisor: {}, postgres: {selector: {job: pg}}}
        capacity:
          resources:
            disk: {service: a, use: sum(used_bytes), limit: 1000, unit: B, cure: buy one}
    """
    found = panels(built(tmp_path, text)["grafana/infrastructure.json"])
    assert steps(found["Capacity/disk"])[-1] == ("red", 1000.0)
    assert {title.partition("/")[0] for title in found} == {
        "Exporters",
        "Machines (node)",
        "Containers (cadvisor)",
        "Databases (postgres)",
        "Capacity",
    }
    for panel in found.values():
        for expr in queries(panel):
            parse(expr.replace("$__rate_interval", "1m"))


def test_a_panel_keeps_its_id_when_others_come_and_go(tmp_path: Path):
    before = checkout(tmp_path)
    after = checkout(tmp_path, SHOP.replace("        signals: {concurrency: requests_in_flight}\n", ""))
    assert set(before) - set(after) == {"Traffic and errors/Concurrency"}
    assert all(panel["id"] == before[title]["id"] for title, panel in after.items() if title in before)


def test_a_build_is_the_same_every_time(tmp_path: Path):
    system = resolved(tmp_path, SHOP)
    assert list(OUTPUT.render(system)) == list(OUTPUT.render(system))
    assert len({each.uid for each in dashboards(system)}) == 6


class TestProvisioning:
    def test_grafana_reads_the_files_of_the_workspace(self, tmp_path: Path):
        built(tmp_path)
        (provider,) = yaml.safe_load((tmp_path / "grafana/provisioning/dashboards.yaml").read_text())["providers"]
        assert provider["options"]["path"] == "/etc/grafana/dashboards/shop"
        assert not (tmp_path / "grafana/provisioning/datasources.yaml").exists()

    def test_the_data_source_points_at_secrets_and_holds_none(self, tmp_path: Path):
        server = 'url: "http://p:9090", tenant: a, token: "env:TOKEN", username: u, password: "file:/run/p"'
        built(tmp_path, f"metrics: {{prometheus: {{{server}}}}}\n{MINIMAL}")
        (source,) = yaml.safe_load((tmp_path / "grafana/provisioning/datasources.yaml").read_text())["datasources"]
        assert source["url"] == "http://p:9090"
        assert source["jsonData"]["httpHeaderName2"] == "Authorization"
        assert source["secureJsonData"] == {
            "httpHeaderValue1": "a",
            "httpHeaderValue2": "Bearer $__env{TOKEN}",
            "basicAuthPassword": "$__file{/run/p}",
        }
