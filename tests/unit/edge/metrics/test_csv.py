from pathlib import Path

import pytest

from surefoot.edge.metrics.csv import read_csv
from surefoot.errors import MetricsError
from tests.unit.edge.metrics.made import BASE, same, series

pytestmark = pytest.mark.req("MON-3")


def write(folder: Path, text: str) -> Path:
    path = folder / "export.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "time", ["1767571200", "1767571200000", "2026-01-05T00:00:00Z", "2026-01-05T01:00:00+01:00", "2026-01-05"]
)
def test_times_are_seconds_milliseconds_or_dates(tmp_path: Path, time: str):
    (found,) = read_csv(write(tmp_path, f"timestamp,value,metric\n{time},1.5,up\n"))
    assert found.times.tolist() == [BASE]


def test_other_columns_are_labels(tmp_path: Path):
    text = 'job,time,__name__,value,code\na,1767571200,x,1,\na,1767571260,x,2,\n"b,c",1767571200,x,3,500\n\n'
    found = read_csv(write(tmp_path, text))
    assert same(
        found, [series("x", [BASE], [3], code="500", job="b,c"), series("x", [BASE, BASE + 60_000], [1, 2], job="a")]
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no column `timestamp`"),
        ("timestamp,v\n", "has no column `value`"),
        ("timestamp,value\nsoon,1\n", ":2: `soon` is no time"),
        ("timestamp,value\nnan,1\n", "a time is NaN"),
        ("timestamp,value\n1,much\n", ":2: `much` is no value"),
        ("timestamp,value\n1,2,3\n", ":2: 3 cells under 2 columns"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, text: str, problem: str):
    with pytest.raises(MetricsError, match=problem):
        read_csv(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(MetricsError, match="cannot be read"):
        read_csv(tmp_path / "nothing")
