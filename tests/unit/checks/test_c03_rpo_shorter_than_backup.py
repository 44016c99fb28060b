"""What each backup method can promise (recovery objectives by data type)."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SPEC = """
service: shop
data:
  orders: {{class: critical, store: db, rto: 1h, {data}}}
stores:
  db: {{engine: postgresql{store}}}
"""
ARCHIVE = ", backup: {tool: pgbackrest, wal: continuous, incremental: 6h, to: [s3://a]}"


def spec(data: str, store: str = "") -> str:
    return SPEC.format(data=data, store=store)


@pytest.mark.req("INT-6", "REC-1")
@pytest.mark.parametrize(
    ("data", "store"),
    [
        ("rpo: 0s, method: synchronous", ""),
        ("rpo: 5s, method: streaming", ""),
        ("rpo: 5m, method: archive", ""),
        ("rpo: 5m, method: [incremental, archive]", ARCHIVE),
        ("rpo: 1h, method: dump, frequency: 1h", ""),
        ("rpo: 5m", ARCHIVE),
        ("rpo: 5s", ", replica: {standby: true}"),
        ("rpo: 0s", ", replica: {synchronous: true}"),
        ("rpo: 5m", ""),  # nothing is known about how the data is kept
        ("preset: transactions", ARCHIVE),
        ("preset: logs", ", backup: {tool: pg_dump, full: daily 02:00, to: [s3://a]}"),
    ],
)
def test_promise_that_the_method_can_keep(data: str, store: str, tmp_path: Path):
    assert of("C03", spec(data, store), tmp_path) == []


@pytest.mark.req("INT-6", "REC-1")
@pytest.mark.parametrize(
    ("data", "store", "message"),
    [
        ("rpo: 0s, method: streaming", "", "an RPO of 0s cannot be kept: `streaming` loses up to 5s"),
        ("rpo: 1m, method: archive", "", "an RPO of 1m cannot be kept: `archive` loses up to 5m"),
        (
            "rpo: 15s, method: archive",
            ", backup: {tool: pgbackrest, wal: continuous, archive_timeout: 1m, to: [s3://a]}",
            "an RPO of 15s cannot be kept: `archive` loses up to 1m",
        ),
        (
            "rpo: 0s, method: synchronous",
            ARCHIVE,
            "an RPO of 0s cannot be kept: `archive` loses up to 5m (the store does not have `synchronous`)",
        ),
        (
            "rpo: 1h",
            ", backup: {tool: pg_dump, full: weekly sun 02:00, to: [s3://a]}",
            "an RPO of 1h cannot be kept: `dump` loses up to 1w",
        ),
        (
            "preset: accounts, method: incremental",
            ARCHIVE,
            "an RPO of 0s cannot be kept: `incremental` loses up to 6h",
        ),
    ],
)
def test_promise_that_the_method_breaks(data: str, store: str, message: str, tmp_path: Path):
    (finding,) = of("C03", spec(data, store), tmp_path)
    assert finding.message == message


def test_bounds_are_policy(tmp_path: Path):
    text = spec("rpo: 1m, method: archive") + "policy: {recovery: {bounds: {archive: 30s}}}\n"
    assert of("C03", text, tmp_path) == []
