import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from surefoot.edge.metrics.parquet import read_parquet, write_parquet
from surefoot.errors import MetricsError
from surefoot.promql.series import Series
from tests.unit.edge.metrics.made import BASE, counter, odd, same, series

pytestmark = pytest.mark.req("MON-3")


def read(path: Path) -> list[Series]:
    return [one for part in read_parquet(path) for one in part]


def test_our_layout_comes_back_bit_for_bit(tmp_path: Path):
    written = [counter(job="a"), counter(job="b"), odd()]
    write_parquet(tmp_path / "x.parquet", written)
    assert same(read(tmp_path / "x.parquet"), written)


def test_our_layout_is_small(tmp_path: Path):
    steady = [series("c", range(BASE, BASE + 15_000 * 50_000, 15_000), [float(n * 3) for n in range(50_000)])]
    write_parquet(tmp_path / "x.parquet", steady)
    assert (tmp_path / "x.parquet").stat().st_size < 50_000


@pytest.mark.parametrize(
    "times",
    [
        pa.array([BASE, BASE, BASE + 60_000]),
        pa.array([BASE // 1000, BASE // 1000, BASE // 1000 + 60]),
        pa.array([datetime(2026, 1, 5, 0, minute, tzinfo=UTC) for minute in (0, 0, 1)]),
        pa.array([BASE * 1000, BASE * 1000, (BASE + 60_000) * 1000], pa.timestamp("us")),
    ],
    ids=["milliseconds", "seconds", "timestamps with a zone", "timestamps"],
)
def test_long_tables_are_read(tmp_path: Path, times: pa.Array):
    columns = {"timestamp": times, "value": [1, 5, 2], "metric": ["x", "x", "x"], "job": ["a", None, "a"]}
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "x.parquet")
    assert same(
        read(tmp_path / "x.parquet"), [series("x", [BASE], [5]), series("x", [BASE, BASE + 60_000], [1, 2], job="a")]
    )


def test_gaps_among_the_values_are_refused(tmp_path: Path):
    pyarrow.parquet.write_table(pa.table({"timestamp": [None, 2], "value": [1.0, 2.0]}), tmp_path / "x.parquet")
    with pytest.raises(MetricsError, match="a cell of `timestamp` is empty"):
        read(tmp_path / "x.parquet")


def test_a_table_without_times_is_refused(tmp_path: Path):
    pyarrow.parquet.write_table(pa.table({"value": [1.0]}), tmp_path / "x.parquet")
    with pytest.raises(MetricsError, match="no column `timestamp`"):
        read(tmp_path / "x.parquet")


def test_another_file_is_refused(tmp_path: Path):
    (tmp_path / "x.parquet").write_text("PAR")
    with pytest.raises(MetricsError, match="cannot be read as Parquet"):
        read(tmp_path / "x.parquet")


def test_without_pyarrow_the_install_line_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MetricsError, match=r"pip install 'surefoot\[parquet\]'"):
        read(tmp_path / "x.parquet")
