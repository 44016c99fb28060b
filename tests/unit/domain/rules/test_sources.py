from pathlib import Path

from surefoot.domain.rules.sources import one_of, probed, prober, requests
from tests.workspaces import resolved


def test_a_health_path_belongs_to_the_address_of_the_service(tmp_path: Path):
    system = resolved(tmp_path, "services: {a: {url: https://a.example/, health: /health}, b: {health: /health}}")
    assert probed(system.services["a"]) == ("https://a.example/", "https://a.example/health")
    assert probed(system.services["b"]) == ()


def test_a_blackbox_exporter_names_itself_and_what_it_probes(tmp_path: Path):
    text = """
    services: {a: {exporters: box}}
    exporters: {box: {kind: blackbox, targets: ["box:9115", "https://a.example"]}}
    """
    service = resolved(tmp_path, text).services["a"]
    assert probed(service) == ("https://a.example",)
    assert prober(service.exporters["box"]) == "box:9115"


def test_addresses_are_escaped_where_one_of_several_matches():
    assert one_of("instance", ["https://a.example"]).render() == 'instance="https://a.example"'
    assert one_of("instance", ["https://a.b?c", "x"]).value == r"https://a\.b\?c|x"


def test_a_metric_that_is_no_selector_provides_nothing(tmp_path: Path):
    system = resolved(tmp_path, '\n    services: {a: {signals: {requests: "sum(x)"}}}\n')
    assert requests(system.services["a"], system.policy.metrics) is None


def test_bad_requests_of_another_metric_leave_no_selector_of_good_ones(tmp_path: Path):
    system = resolved(tmp_path, "\n    services: {a: {slos: {s: {target: 99%, bad: b_total, total: t_total}}}}\n")
    counted = requests(system.services["a"], system.policy.metrics)
    assert counted is not None
    assert counted.good is None
