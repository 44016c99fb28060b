from datetime import time, timedelta
from typing import Any

import pytest

from tests.unit.spec.model.complaint import complaint, load


def backup(keys: str) -> Any:
    return load("stores", f"{{engine: postgresql, backup: {{tool: pgbackrest, to: /srv/a, {keys}}}}}").backup


def test_data_may_promise_to_lose_nothing():
    entry = load("data", "{class: critical, rpo: 0s, rto: 1h, method: [synchronous, archive]}")
    assert (entry.criticality, entry.rpo, entry.method) == ("critical", timedelta(0), ("synchronous", "archive"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("daily 02:00", ("daily", None, None, time(2))),
        ("weekly sun 02:00", ("weekly", "sun", None, time(2))),
        ("monthly 1 02:30", ("monthly", None, 1, time(2, 30))),
        ("{every: daily, at: 02:00}", ("daily", None, None, time(2))),
    ],
)
def test_a_timetable_has_parts(text, parts):
    full = backup(f"full: {text}").full
    assert (full.every, full.day, full.date, full.at) == parts


def test_a_repository_is_read_in_parts():
    assert backup("wal: continuous, read: 1/7").read.parts == 7


def test_a_step_of_a_failover_is_a_command_or_has_a_check_and_an_undo():
    plan = load(
        "stores",
        """
        engine: postgresql
        failover:
          fence: {run: [./fence.sh, now], check: [./fenced.sh], undo: [./unfence.sh], timeout: 1m}
          dns: [./dns.sh]
        """,
    ).failover
    assert (plan.fence.run, plan.fence.undo, plan.dns.run) == (
        ("./fence.sh", "now"),
        ("./unfence.sh",),
        ("./dns.sh",),
    )


@pytest.mark.parametrize(
    ("text", "weekly"), [("true", True), ("restore", True), ("on", True), ("off", False), ("false", False)]
)
def test_a_verification_is_named_or_switched(text, weekly):
    assert load("stores", f"{{engine: postgresql, verify: {{weekly: {text}}}}}").verify.weekly is weekly


@pytest.mark.parametrize(
    ("section", "text", "place", "message", "cure"),
    [
        ("data", "{rpo: 5}", "rpo", "`5` is not a duration", "write a unit, such as `5s`"),
        ("data", "{rto: 0s}", "rto", "the duration is zero", "write a duration above zero, such as `5m`"),
        ("stores", "{engine: postgresql, dsn: postgresql://u:p@db/x}", "dsn", "a secret stands in the spec",
         "write `env:NAME` and set the variable where Surefoot runs"),
        ("stores", "{engine: files, backup: {tool: restic, to: []}}", "backup", "the backup never runs",
         "write `full: daily 02:00`, `incremental: 6h` or `wal: continuous`"),
        ("stores", "{engine: files, backup: {tool: restic, full: daily 02:00, to: []}}", "backup",
         "the backup goes nowhere", "write `to: [s3://backups-eu]`"),
        ("stores", "{engine: files, backup: {tool: restic, full: nightly, to: /a}}", "backup.full",
         "`nightly` is not a timetable", "write `daily 02:00` or `weekly sun 02:00` or `monthly 1 02:00`"),
        ("stores", "{engine: files, backup: {tool: restic, full: weekly 02:00, to: /a}}", "backup.full",
         "`weekly` and the weekday do not fit", "write `weekly sun 02:00` or `daily 02:00`"),
        ("stores", "{engine: files, backup: {tool: restic, full: daily 25:00, to: /a}}", "backup.full.at",
         "`25:00` is not a time of day", "write hours and minutes, such as `09:00`"),
        ("stores", "{engine: postgresql, failover: {fence: ./fence.sh now}}", "failover.fence.run",
         "a command is a list of words", 'write `["./fence.sh", "now"]`'),
        ("stores", "{engine: postgresql, failover: {dns: [./dns.sh]}}", "failover.fence", "Field required", None),
        ("stores", "{engine: postgresql, failover: {fence: []}}", "failover.fence.run", "the command is empty",
         'write the program and its arguments, such as `["./fence.sh"]`'),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_with_a_cure(section, text, place, message, cure):
    assert complaint(section, text) == (place, message, cure)
