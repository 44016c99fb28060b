from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from surefoot import api
from surefoot.artifact import Artifact
from surefoot.domain.change import Built, Change, Comparison, Delta, compare

NOW = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.req("DOC-2")

SPEC = """\
surefoot: 1
timezone: Europe/Berlin
service: shop
owner: web
slos:
  availability: {target: 99.9%, sla: 99.5%, bad: errors_total, total: requests_total}
  latency: {target: 99%, under: 500ms, histogram: duration_seconds}
teams:
  web: {members: [ana], chat: "slack:#web"}
people:
  ana: {name: Ana, email: ana@shop.example}
"""


@pytest.fixture
def change(tmp_path: Path):
    def built(text: str) -> Built:
        path = tmp_path / "surefoot.yaml"
        path.write_text(text, "utf-8")
        system = api.load([path], today=date(2026, 1, 1))
        return Built(system, api.build(system))

    def apply(*replaced: tuple[str, str], old: str = SPEC) -> Comparison:
        new = old
        for before, after in replaced:
            assert before in new
            new = new.replace(before, after)
        return compare(built(old), built(new), NOW)

    return apply


def deltas(changes: tuple[Change, ...], subject: str) -> dict[str, tuple[str, str]]:
    (found,) = [change for change in changes if change.subject == subject]
    return {delta.what: (delta.old, delta.new) for delta in found.deltas}


def test_the_same_spec_changes_nothing(change):
    assert not change()


def test_layout_and_comments_change_nothing(change):
    assert not change(("owner: web", "# who answers\nowner:   web"))


def test_white_space_in_an_expression_changes_no_alert_and_no_record(change):
    old = SPEC.replace("bad: errors_total", 'bad: "sum(rate(errors_total[$window]))"').replace(
        "total: requests_total", 'total: "sum(rate(requests_total[$window]))"'
    )
    found = change(("sum(rate(errors", "sum( rate(errors"), old=old)
    assert (found.alerts, found.records, found.objectives) == ((), (), ())


def test_an_objective_shows_its_old_and_its_new_target_bound_window_and_sla(change):
    found = change(
        ("99.9%, sla: 99.5%", "99.95%, sla: 99%, window: month"),
        ("99%, under: 500ms", "99%, under: 1s, sla: {target: 98%, under: 2s}"),
    ).objectives
    assert deltas(found, "shop/availability") == {
        "target": ("99.9%", "99.95%"),
        "window": ("30d", "month"),
        "sla": ("99.5%", "99%"),
    }
    assert deltas(found, "shop/latency") == {"under": ("500ms", "1s"), "sla": ("", "98% under 2s")}


def test_an_objective_that_comes_or_goes_takes_its_alerts_and_records_with_it(change):
    found = change(("  latency: {target: 99%, under: 500ms, histogram: duration_seconds}\n", ""))
    assert [(item.kind, item.subject) for item in found.objectives] == [("removed", "shop/latency")]
    assert {item.kind for item in found.alerts} == {"removed"}
    assert "shop: ShopLatencyBudgetBurn (page)" in {item.subject for item in found.alerts}
    assert [(item.kind, item.subject) for item in found.records] == [("removed", "shop/latency")]


def test_a_tighter_target_is_a_change_of_thresholds(change):
    found = change(("99.9%", "99.5%")).alerts
    shown = deltas(found, "shop: ShopAvailabilityBudgetBurn (page)")
    assert shown["threshold"]
    assert "expression" not in shown


def test_another_metric_is_a_change_of_the_expression(change):
    found = change(("total: requests_total", "total: calls_total")).alerts
    assert "expression" in deltas(found, "shop: ShopAvailabilityBudgetBurnAbsent (page)")


def test_labels_and_annotations_of_alerts_are_named(change):
    found = change(("owner: web", "owner: core"), ("  web: {", "  core: {")).alerts
    assert deltas(found, "shop: ShopAvailabilityBudgetBurn (page)")["label team"] == ("web", "core")


def test_records_are_summed_up_for_each_objective(change):
    (found,) = change(("99.9%", "99.5%")).records
    assert found.subject == "shop/availability"
    assert [delta.what for delta in found.deltas] == ["changed"]


def test_routes_and_receivers_come_go_and_change(change):
    found = change(("owner: web", "owner: core"), ("  web: {", "  core: {")).routes
    assert {(item.kind, item.subject) for item in found} >= {
        ("removed", 'route team="web", priority="P1"'),
        ("added", 'route team="core", priority="P1"'),
        ("removed", "receiver web-P1"),
        ("added", "receiver core-P1"),
    }


def test_a_setting_of_a_route_is_compared(change):
    found = change(("owner: web", "owner: web\nalertmanager: {group_wait: 1m}")).routes
    assert deltas(found, "route default")["group_wait"][1] == "1m"


def test_files_count_lines_and_leave_out_the_digest(change):
    found = change(("owner: web", "owner: web\nalertmanager: {group_wait: 1m}")).files
    assert found == (
        Change(
            "changed",
            "alertmanager/alertmanager.yml",
            (Delta("removed lines", "", "1"), Delta("added lines", "", "1")),
        ),
    )


def test_a_moved_line_is_a_change_of_their_order(tmp_path: Path):
    path = tmp_path / "surefoot.yaml"
    path.write_text(SPEC, "utf-8")
    system = api.load([path], today=date(2026, 1, 1))
    old, new = (Built(system, [Artifact("a.md", text)]) for text in ("one\ntwo\n", "two\none\n"))
    assert compare(old, new, NOW).files == (Change("changed", "a.md", (Delta("order of lines", "", ""),)),)


@pytest.mark.req("ONC-4")
def test_who_gains_and_who_loses_a_shift_is_told_by_name(change):
    more = "people:\n  bo: {name: Bo B, email: b@x.y}\n"
    schedule = "schedules:\n  s: {layers: [{rotate: [ana, bo], every: 1w, start: 2026-01-05 09:00}]}\n"
    spec = SPEC.replace("people:\n", more) + schedule
    override = ", overrides: [{from: 2026-01-06, until: 2026-01-08 18:00, replace: ana, with: bo}]}"
    found = change(("09:00}]}", f"09:00}}]{override}"), old=spec)
    assert found.shifts == (Change("changed", "s", (Delta("2026-01-06 00:00 – 2026-01-08 18:00", "Ana", "Bo B"),)),)
    assert change((schedule, schedule.replace(" s:", " t:")), old=spec).shifts == (
        Change("removed", "s"),
        Change("added", "t"),
    )
