from pathlib import Path

import pytest

from surefoot.finding import Severity
from surefoot.spec.formats import Foreign, all_formats
from surefoot.spec.model.policy import BurnLeg
from surefoot.spec.source import parse

FORMAT = all_formats()["sloth"]

FILE = """\
version: prometheus/v1
service: checkout
labels: {owner: payments}
slos:
  - name: availability
    objective: 99.9
    description: Requests are answered.
    labels: {category: availability}
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{ .window }}]))
    alerting:
      name: CheckoutErrors
      labels: {team: payments}
      annotations: {runbook: https://example.com/checkout}
      page_alert: {labels: {severity: page}}
      ticket_alert: {disable: true}
"""
RESOURCE = """\
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: checkout, namespace: monitoring, labels: {app: sloth}}
spec:
  service: checkout
  labels: {owner: payments}
  slos:
    - name: availability
      objective: 99.9
      description: Requests are answered.
      labels: {category: availability}
      sli:
        events:
          errorQuery: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
          totalQuery: sum(rate(http_requests_total[{{ .window }}]))
      alerting:
        name: CheckoutErrors
        labels: {team: payments}
        annotations: {runbook: https://example.com/checkout}
        pageAlert: {labels: {severity: page}}
        ticketAlert: {disable: true}
"""
WINDOWS = """\
apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 7d
  page:
    quick: {errorBudgetPercent: 8, shortWindow: 5m, longWindow: 1h}
    slow: {errorBudgetPercent: 12.5, shortWindow: 30m, longWindow: 6h}
  ticket:
    quick: {errorBudgetPercent: 20, shortWindow: 2h, longWindow: 1d}
    slow: {errorBudgetPercent: 42, shortWindow: 6h, longWindow: 3d}
"""


def read(*texts: str) -> Foreign:
    documents = []
    for index, text in enumerate(texts):
        found, problems = parse(f"{index}.yml", text.encode())
        assert not problems
        documents += found
    assert all(FORMAT.matches(document.value) for document in documents)
    return FORMAT.read(documents)


def told(foreign: Foreign) -> list[tuple[str, str, str]]:
    return [(finding.rule, finding.message, finding.cure) for finding in foreign.findings]


@pytest.mark.req("SLO-9")
@pytest.mark.parametrize("text", [FILE, RESOURCE])
def test_file_and_kubernetes_resource_say_the_same(text):
    foreign = read(text)
    assert foreign.findings == ()
    (service,) = foreign.services
    assert service.name == "checkout"
    assert service.model.labels == {"owner": "payments"}
    slo = service.model.slos["availability"]
    assert slo.target == 99.9
    assert slo.window is None
    assert slo.bad == 'sum(rate(http_requests_total{code=~"5.."}[$window]))'
    assert slo.total == "sum(rate(http_requests_total[$window]))"
    assert slo.labels == {"category": "availability"}
    assert slo.alerting.name == "CheckoutErrors"
    assert slo.alerting.page.enabled
    assert slo.alerting.page.labels == {"severity": "page"}
    assert not slo.alerting.ticket.enabled


def test_format_of_a_service_is_the_version_it_was_written_in():
    assert read(FILE).services[0].format == "prometheus/v1"
    assert read(RESOURCE).services[0].format == "sloth.slok.dev/v1"


def test_place_of_an_objective_is_its_item_in_the_list():
    place = read(FILE).services[0].places["availability"]
    assert place.span().line == 5
    assert place.path == ("slos", 0)


def test_raw_ratio_stays_a_ratio_of_errors():
    text = (
        FILE.split("      events:", maxsplit=1)[0]
        + "      raw: {error_ratio_query: 'avg(errors:ratio_rate{{.window}})'}\n"
    )
    slo = read(text).services[0].model.slos["availability"]
    assert (slo.raw, slo.raw_kind) == ("avg(errors:ratio_rate$window)", "errors")


def test_queries_grouped_alike_split_the_objective():
    grouped = FILE.replace("sum(rate", "sum by (region, tenant) (rate")
    assert read(grouped).services[0].model.slos["availability"].by == ("region", "tenant")


@pytest.mark.parametrize(
    ("before", "after", "rule", "line", "cure"),
    [
        ("labels: {owner", "lables: {owner", "S05", 3, "did you mean `labels`?"),
        ("owner: payments", "tier: 2", "S06", 3, "put it into quotes"),
        ("99.9", "'99.9'", "S06", 6, "write digits without quotes"),
        ("99.9", "100", "S06", 6, "write one below 100, such as `99.9`"),
        ("99.9", "0", "S06", 6, "write one above 0, such as `99.9`"),
        ("[{{.window}}]", "[5m]", "S06", 11, "write the range as `[{{.window}}]`"),
        ("[{{.window}}]", "[{{.window}}] * {{.factor}}", "S06", 11, "`{{.window}}` is the only one that has"),
        ("prometheus/v1", "prometheus/v2", "S10", 1, "`version: prometheus/v1`, or as `apiVersion: sloth.slok.dev/v1`"),
    ],
)
def test_mistake_is_reported_at_its_place_with_a_cure(before, after, rule, line, cure):
    (finding,) = read(FILE.replace(before, after, 1)).findings
    assert finding.rule == rule
    assert finding.severity is Severity.ERROR
    assert finding.span is not None
    assert finding.span.line == line
    assert cure in finding.cure


def test_unknown_key_of_an_objective_is_named_with_its_place():
    (finding,) = read(FILE.replace("    objective:", "    objectiv: 1\n    objective:", 1)).findings
    assert (finding.rule, finding.message) == ("S05", "unknown key `objectiv`")
    assert finding.span is not None
    assert finding.span.line == 6


@pytest.mark.req("SLO-9")
def test_go_plugin_is_refused_by_name():
    head = FILE.split("      events:", maxsplit=1)[0]
    foreign = read(head + "      plugin: {id: sloth-common/kubernetes/availability, options: {filter: x}}\n")
    ((rule, message, cure),) = told(foreign)
    assert rule == "S13"
    assert "`sloth-common/kubernetes/availability` is written in Go" in message
    assert "sli.events" in cure


def test_plugin_chain_is_refused_for_file_and_resource():
    chain = "\nslo_plugins: {chain: [{id: remove-labels, priority: 100, config: {k: v}}]}\n"
    assert "`remove-labels`" in read(FILE + chain).findings[0].message
    camel = RESOURCE.replace("  slos:", "  sloPlugins: {chain: [{id: remove-labels}]}\n  slos:")
    (finding,) = read(camel).findings
    assert finding.span is not None
    assert finding.span.line == 7
    own = FILE + "    plugins: {chain: [{id: keep-labels}]}\n"
    assert "`keep-labels`" in read(own).findings[0].message


@pytest.mark.parametrize(
    ("sli", "message"),
    [
        ("{}", "the indicator is empty"),
        ("{raw: {error_ratio_query: 'x[{{.window}}]'}, plugin: {id: x}}", "the indicator is given 2 times"),
    ],
)
def test_indicator_is_exactly_one(sli, message):
    text = f"version: prometheus/v1\nservice: a\nslos: [{{name: b, objective: 99, sli: {sli}}}]\n"
    ((rule, told_message, _),) = told(read(text))
    assert (rule, told_message) == ("S06", message)


def test_service_without_objectives_is_reported():
    ((rule, message, _),) = told(read("version: prometheus/v1\nservice: a\nslos: []\n"))
    assert (rule, message) == ("S06", "`a` has no objective")


def test_other_kind_of_kubernetes_resource_is_reported():
    ((rule, message, cure),) = told(read("apiVersion: sloth.slok.dev/v1\nkind: Windows\n"))
    assert (rule, message) == ("S06", "`Windows` is no kind of sloth.slok.dev/v1")
    assert "PrometheusServiceLevel" in cure


def test_service_in_two_files_is_one_service_and_keeps_each_files_labels():
    other = FILE.replace("name: availability", "name: latency").replace("owner: payments", "owner: web")
    (service,) = read(FILE, other).services
    assert service.model.labels == {}
    assert service.model.slos["availability"].labels == {"owner": "payments", "category": "availability"}
    assert service.model.slos["latency"].labels == {"owner": "web", "category": "availability"}


def test_objective_written_twice_is_reported_and_the_first_counts():
    foreign = read(FILE, FILE.replace("99.9", "99"))
    assert foreign.services[0].model.slos["availability"].target == 99.9
    ((rule, message, _),) = told(foreign)
    assert rule == "S03"
    assert "`checkout/availability` is written twice, first at 0.yml:5:5" in message


@pytest.mark.req("SLO-9")
def test_alert_windows_become_the_burn_policy_of_their_period():
    foreign = read(WINDOWS)
    assert foreign.findings == ()
    legs = [
        {"tier": "page", "long": "1h", "short": "5m", "share": "8%"},
        {"tier": "page", "long": "6h", "short": "30m", "share": "12.5%"},
        {"tier": "ticket", "long": "1d", "short": "2h", "share": "20%"},
        {"tier": "ticket", "long": "3d", "short": "6h", "share": "42%"},
    ]
    assert foreign.policy == {"slo": {"window": "1w", "burn": "sloth-1w", "burn_policies": {"sloth-1w": legs}}}
    for leg in legs:
        BurnLeg.model_validate(leg)


def test_of_several_periods_the_default_one_counts_and_that_is_said():
    foreign = read(WINDOWS, WINDOWS.replace("7d", "30d"))
    assert foreign.policy["slo"]["burn"] == "sloth-30d"  # type: ignore[call-overload, index]
    assert set(foreign.policy["slo"]["burn_policies"]) == {"sloth-1w", "sloth-30d"}  # type: ignore[call-overload, index, arg-type]
    ((rule, message, _),) = told(foreign)
    assert (rule, message) == ("S12", "there are alert windows for 1w, 30d; those for 30d count")


def test_same_period_twice_is_reported():
    assert told(read(WINDOWS, WINDOWS))[0][0] == "S03"


def test_window_pair_the_wrong_way_round_is_reported():
    swapped = WINDOWS.replace("shortWindow: 5m, longWindow: 1h", "shortWindow: 1h, longWindow: 5m")
    foreign = read(swapped)
    assert foreign.policy == {}
    ((rule, message, cure),) = told(foreign)
    assert (rule, message, cure) == ("S06", "the short window is longer than the long one", "exchange them")


@pytest.mark.parametrize(
    "text", ["service: a\n", "apiVersion: v1\nkind: Pod\n", "- 1\n", "version: 1\n", "apiVersion: openslo/v1\n"]
)
def test_other_files_are_not_taken(text):
    assert not FORMAT.matches(parse("x.yml", text.encode())[0][0].value)


@pytest.mark.req("SLO-9")
def test_every_public_example_is_read_without_a_finding(corpora: Path):
    found = 0
    for path in sorted(corpora.glob("sloth-examples/*.yml")):
        text = path.read_text("utf-8")
        if "prometheus/v1" in text:
            foreign = read(text)
            assert foreign.findings == (), path.name
            assert foreign.services
            found += sum(len(service.model.slos) for service in foreign.services)
    assert found == 8


def test_every_public_set_of_alert_windows_is_read(corpora: Path):
    paths = sorted(corpora.glob("sloth-examples/windows/*"))
    assert len(paths) == 4
    for path in paths:
        foreign = read(path.read_text("utf-8"))
        assert foreign.findings == ()
        assert foreign.policy
