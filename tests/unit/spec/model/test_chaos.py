from datetime import timedelta
from typing import Any

import pytest

from tests.unit.spec.model.complaint import complaint, load

BASE = {
    "hypothesis": "checkout stays up",
    "target": "payment-api",
    "environment": "staging",
    "steady": "checkout/availability",
    "fault": "{latency: 3s}",
    "max_share": "50%",
    "duration": "10m",
}


def text(**changes: str | None) -> str:
    keys = {key: value for key, value in {**BASE, **changes}.items() if value is not None}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def fault(form: str) -> Any:
    return load("experiments", text(fault=form)).fault


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("{latency: 3s}", {"delay": timedelta(seconds=3), "jitter": None}),
        ("{latency: 100ms jitter 50ms}", {"jitter": timedelta(milliseconds=50)}),
        ("{latency: {delay: 1s, jitter: 1s}}", {"jitter": timedelta(seconds=1)}),
        ("{bandwidth: 1000kB/s}", {"size": 1_000_000}),
        ("{loss: 10%}", {"share": 10.0}),
        ("{reset: 5s}", {"after": timedelta(seconds=5)}),
        ("{timeout: 5s}", {"after": timedelta(seconds=5)}),
        ("{slicer: 64B}", {"size": 64}),
        ("{slow_close: 2s}", {"after": timedelta(seconds=2)}),
        ("{limit: 10kB}", {"size": 10_000}),
        ("{http: 503}", {"status": 503}),
        ("{http: {status: 500, first: 3}}", {"first": 3}),
        ("{kill: {pid_file: /run/a.pid, restart: [./start.sh], signal: TERM}}", {"restart": ("./start.sh",)}),
        ("{pause: /run/a.pid}", {"pid_file": "/run/a.pid"}),
        ("{cpu: 50%}", {"load": 50.0}),
        ("{memory: 256MiB}", {"size": 256 * 2**20}),
        ("{disk: {path: /srv, leave: 1GiB}}", {"leave": 2**30}),
        ("{clock: +2m}", {"by": timedelta(minutes=2), "backwards": False}),
        ("{clock: -1h}", {"by": timedelta(hours=1), "backwards": True}),
        ("{error: ConnectionError, share: 20%, via: process}", {"raises": "ConnectionError"}),
        ("{wrong_result: {value: {total: 0}}}", {"value": {"total": 0}}),
        ("{pod_kill: {namespace: shop, labels: {app: web}}}", {"namespace": "shop"}),
    ],
)
def test_a_fault_has_a_kind_and_parameters(form, fields):
    entry = fault(form)
    assert {name: getattr(getattr(entry, entry.kind), name) for name in fields} == fields
    assert f"{{{entry.kind}" in form


@pytest.mark.parametrize(
    "kind", ["reset", "black_hole", "down", "abort", "drop", "reject", "link_down", "pod_kill", "wrong_result"]
)
def test_a_fault_without_parameters_is_a_word(kind):
    assert fault(kind).kind == kind


@pytest.mark.parametrize(
    ("form", "message", "cure"),
    [
        ("latency", "the fault `latency` lacks its parameter", "write `{latency: …}`"),
        ("{latency: slow}", "`slow` is not a latency", "write `3s` or `100ms jitter 50ms`"),
        ("{latency: 3}", "`3` is not a latency", "write `3s` or `100ms jitter 50ms`"),
        ("{latency: 3s, down: true}", "the fault is given 2 times: `latency`, `down`", "keep one of them"),
        ("{share: 50%}", "the fault is missing", "write `latency: 3s`"),
        ("{bandwidth: 1Mbit/s}", "`1Mbit/s` is not a bandwidth", "write `1000kB/s`"),
        ("{http: 999}", "`999` is not an HTTP status", "write it such as `503`"),
        ("{clock: 2m}", "`2m` is not a shift of the clock", "write `+2m` or `-1h`"),
        ("{kill: {pid_file: /run/a.pid}}", "nothing starts the killed process again",
         'write `restart: ["systemctl", "start", "checkout"]`'),
        ("{pause: {}}", "the process is missing", "write `pid_file: /run/checkout.pid`"),
    ],
)  # fmt: skip
def test_a_wrong_fault_is_refused_with_a_cure(form, message, cure):
    assert complaint("experiments", text(fault=form))[1:] == (message, cure)


def test_an_unknown_fault_lists_the_known_ones():
    place, message, cure = complaint("experiments", text(fault="explode"))
    assert (place, message) == ("fault", "`explode` is no fault")
    assert cure is not None
    assert "latency" in cure


@pytest.mark.parametrize(
    "clause",
    [
        "{query: up, equals: 1}",
        "{query: up, equals: 0.5}",
        "{http: https://shop.example, one_of: [200, 204]}",
        "{query: latency, between: [0, 0.5], within: 30s}",
        "{http: https://shop.example, matches: 'delayed.*'}",
        "{run: [./probe.sh]}",
        "{slo: checkout/latency, between: [0.9, 1]}",
    ],
)
def test_a_clause_has_a_typed_tolerance(clause):
    load("experiments", text(steady=f"[{clause}]", guards=f"[{clause}]", observe=clause))


def test_promises_name_what_must_show_and_when():
    entry = load("experiments", text(promises="[breaker, alert HighErrorRate within 2m, fallback within 5s]"))
    assert [(item.promise, item.name, item.within) for item in entry.promises] == [
        ("breaker", None, None),
        ("alert", "HighErrorRate", timedelta(minutes=2)),
        ("fallback", None, timedelta(seconds=5)),
    ]


@pytest.mark.parametrize(
    ("changes", "place", "message", "cure"),
    [
        ({"steady": "[]"}, "", "the experiment has no steady state", "write `steady: [checkout/availability]`"),
        ({"steady": "availability"}, "steady.0", "`availability` is not an objective",
         "write service and objective, such as `checkout/availability`"),
        ({"steady": "{query: up}"}, "steady.0", "the query has no tolerance",
         "write `between: [0, 0.5]` or `equals: 1`"),
        ({"steady": "{query: up, equals: 1, matches: '1'}"}, "steady.0", "the clause has 2 tolerances: equals, matches",
         "keep one of them"),
        ({"steady": "{query: up, between: [1, 0]}"}, "steady.0", "the range is empty", "write `between: [0, 1]`"),
        ({"steady": "{equals: 1}"}, "steady.0", "what is measured is missing", "write `checkout/availability`"),
        ({"max_share": "0%"}, "", "`max_share` is not between 0% and 100%",
         "write the largest share to touch, such as `50%`"),
        ({"max_share": None}, "max_share", "Field required", None),
        ({"duration": None}, "duration", "Field required", None),
        ({"max_share": "0.5"}, "max_share", "`0.5` has no `%`", "write `50%` for the ratio 0.5"),
        ({"fault": None}, "", "what is injected is missing", "write `fault: {latency: 3s}`"),
        ({"target": None}, "", "the target is missing", "write `target: payment-api`"),
        ({"promises": "[speed]"}, "promises.0", "`speed` is not a promise",
         "write `breaker` or `alert HighErrorRate within 2m`"),
        ({"schedule": "office"}, "schedule.0", "'office' lacks days or hours",
         "write `mon-fri 09:00-17:00`, `sat-sun` or `22:00-07:00`"),
    ],
)  # fmt: skip
def test_a_wrong_experiment_is_refused_with_a_cure(changes, place, message, cure):
    assert complaint("experiments", text(**changes)) == (place, message, cure)


def test_imported_actions_name_their_undo():
    actions = "[{name: drain, run: [./drain.sh], undo: fill}]"
    load("experiments", text(fault=None, actions=actions, rollback="[{name: fill, python: m.fill, arguments: {n: 1}}]"))
    assert complaint("experiments", text(fault=None, actions=actions))[1:] == (
        "the undo `fill` is no action of `rollback`",
        "name an action of `rollback`",
    )


@pytest.mark.parametrize(
    ("timetable", "roles", "message"),
    [
        ("[]", "responders: ana", "the timetable is empty"),
        ("[{at: 1h, experiment: a}, {at: 0s, experiment: b}]", "responders: ana", "the timetable is not in order"),
        ("[{at: 0s, experiment: a}]", "responders: []", "nobody responds"),
    ],
)
def test_a_wrong_game_day_is_refused(timetable, roles, message):
    entry = f"{{from: 2026-12-01 10:00, timetable: {timetable}, roles: {{lead: a, injector: b, scribe: c, {roles}}}}}"
    assert complaint("gamedays", entry)[1] == message


def test_the_monkey_is_off_unless_enabled():
    assert load("monkey", "{}").enabled is False
