import re
from pathlib import Path

import pytest

from surefoot.outputs._catalog import alerts
from surefoot.outputs._runbook_texts import all_texts, filled
from surefoot.outputs.runbooks import OUTPUT
from surefoot.promql.parse import parse
from tests.workspaces import resolved, written

pytestmark = pytest.mark.req("INC-9", "DOC-1")

WORKSPACE = """
    links: {logs: "https://logs.example/{service}", traces: "https://traces.example/{service}"}
    services:
      checkout:
        owner: payments
        targets: ["localhost:8080"]
        url: https://shop.example
        health: /health
        exporters: [node, cadvisor, blackbox, postgres]
        signals: {requests: http_requests_total}
        escalation: ladder
        slos:
          a: {target: 99%, bad: bad_total, total: all_total}
          b: {target: 99%, bad: bad_total, total: all_total, runbook: https://wiki.example/b}
    exporters: {node: {}, cadvisor: {}, blackbox: {}, postgres: {}}
    teams:
      payments: {members: [ana], lead: bo, email: p@shop.example}
    people: {ana: {name: Ana Example}, bo: {name: Bo Example}}
    schedules: {first: {layers: [{rotate: [ana, bo], every: 1w}]}}
    escalations:
      ladder: {primary: first, steps: [primary 5m, "person:bo 10m", "person:ana 30m"]}
"""
SECTIONS = ["Symptoms", "Diagnosis", "Common causes", "Resolution", "Verification", "Escalation"]


def pages(folder: Path, text: str = WORKSPACE) -> dict[str, str]:
    return {
        artifact.path.removeprefix("docs/operations/runbooks/"): artifact.text
        for artifact in written(OUTPUT, resolved(folder, text), folder)
    }


def test_every_alert_has_a_runbook_at_the_place_that_it_names_unless_it_names_another(tmp_path: Path):
    system = resolved(tmp_path, WORKSPACE)
    found = pages(tmp_path)
    listed = list(alerts(system.services["checkout"], system))
    assert len({alert.kind for alert in listed}) == 11
    for alert in listed:
        url = alert.rule.annotations["runbook_url"].removeprefix("docs/operations/runbooks/")
        assert url in found or url == "https://wiki.example/b"
    assert "checkout/CheckoutBBudgetBurn.md" not in found


def test_every_runbook_has_every_section_and_no_gap(tmp_path: Path):
    books = {path: text for path, text in pages(tmp_path).items() if "/" in path}
    for path, text in books.items():
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS, path
        assert "| Priority " in text
        prose = re.sub(r"`+[^`]*`+", "", text)
        assert not re.search(r"(?<!%)\{[a-z_]+\}", prose), path
        assert text.endswith("\n")
        assert "\n\n\n" not in text


def test_every_query_in_a_runbook_is_promql(tmp_path: Path):
    queries = [
        query for text in pages(tmp_path).values() for query in re.findall(r"```promql\n(.+?)```", text, re.DOTALL)
    ]
    assert len(queries) > 30
    for query in queries:
        parse(query)


def test_what_changes_the_system_asks_for_a_confirmation(tmp_path: Path):
    for text in pages(tmp_path).values():
        _, _, resolution = text.partition("## Resolution")
        blocks = resolution.partition("## Verification")[0].count("```sh")
        assert resolution.count("get a confirmation") == blocks


def test_the_escalation_says_whom_after_how_long(tmp_path: Path):
    book = pages(tmp_path)["checkout/CheckoutApiDown.md"]
    rows = re.findall(r"^\| (at once|5m|15m) +\| (.+?) +\|", book.partition("## Escalation")[2], re.MULTILINE)
    assert rows == [("at once", "primary (first)"), ("5m", "person bo"), ("15m", "person ana")]


def test_without_an_escalation_the_team_is_named(tmp_path: Path):
    book = pages(tmp_path, WORKSPACE.replace("        escalation: ladder\n", ""))["checkout/CheckoutApiDown.md"]
    assert "add `escalation:`" in book
    assert "- team payments (Ana Example)\n- lead: Bo Example" in book


def test_tiers_of_one_alert_share_a_runbook(tmp_path: Path):
    book = pages(tmp_path)["checkout/CheckoutABudgetBurn.md"]
    assert "P2, answer within 30m; P3, answer within 4h" in book


def test_an_index_for_each_kind_lists_the_services(tmp_path: Path):
    found = pages(tmp_path)
    assert {path for path in found if "/" not in path} == {f"{texts.page}.md" for texts in all_texts().values()}
    assert "[checkout/CheckoutApiDown.md](checkout/CheckoutApiDown.md)" in found["api-down.md"]
    assert "`https://wiki.example/b`" in found["budget-burn.md"]


def test_a_runbook_written_by_hand_takes_the_place_of_the_generated_one(tmp_path: Path):
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/api-down.md").write_text("# API down\n")
    found = pages(tmp_path, WORKSPACE + "    include: runbooks/*.md\n")
    assert "checkout/CheckoutApiDown.md" not in found
    assert "runbooks/api-down.md" in found["api-down.md"]


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path):
    assert pages(tmp_path) == pages(tmp_path)


def test_a_text_is_left_out_where_the_spec_lacks_the_fact():
    assert filled("ask {health} for %{http_code}", {"health": "h"}) == "ask h for %{http_code}"
    assert filled("ask {health}", {}) is None


def test_an_alert_named_by_the_user_does_not_leave_the_folder(tmp_path: Path):
    odd = "a: {alerting: {name: '../../../tmp/High errors'},"
    found = pages(tmp_path, WORKSPACE.replace("a: {", odd + " ", 1))
    assert "checkout/tmp-High-errors.md" in found
